import type { ExplainedCandidate, Explanation, FeatureWeight, LoggedDecision } from '../../agents/audit/index.ts';
import { columns, figure, policyLabel } from './labels.ts';

/** Features that are shown: what others did is smaller than any of these. */
const SHOWN_FEATURES = 8;

interface Names {
  readonly satellite: string;
  readonly destination: string | null;
}

/** A decision and its explanation as text. */
export function explanationLines(decision: LoggedDecision, explanation: Explanation, names: Names): string {
  const { timeS, world, task, sizeBits, session, kind, policy, by, reason } = decision;
  const kindName = session.spec.kinds[kind]?.kind ?? '';
  const who = by === 'policy' ? 'as its policy' : `as its fallback${reason === '' ? '' : `, because: ${reason}`}`;
  const goal = names.destination === null ? '' : ` to ${names.destination}`;
  return [
    `Decision ${decision.number}: ${kindName} by ${names.satellite} at ${timeS.toFixed(3)} s (world ${world}, its decision ${decision.decision})`,
    `  ${kindName === 'cache' ? 'object' : 'task'} ${task}, ${figure(sizeBits / 1e6)} Mbit${goal}`,
    `  by ${policyLabel(policy)}, ${who}`,
    `  observation ${explanation.observationHash}`,
    '',
    ...candidateTable(explanation.candidates),
    '',
    ...marginLines(explanation),
    ...featureLines(explanation),
    '',
  ].join('\n');
}

function candidateTable(candidates: readonly ExplainedCandidate[]): string[] {
  const head = ['', '', 'candidate', 'allowed', 'prior', 'residual', 'logit', 'probability'];
  const rows = candidates.map(
    ({ candidate, name, isAllowed, whyMasked, isChosen, prior, residual, logit, probability }) => [
      isChosen ? '>' : '',
      String(candidate),
      name,
      isAllowed ? 'yes' : (whyMasked ?? 'not allowed'),
      figure(prior),
      residual === null ? '-' : figure(residual),
      logit === null ? '-' : figure(logit),
      probability === null ? '-' : probability.toFixed(4),
    ],
  );
  const isUnclear = candidates.some(({ isAllowed, whyMasked }) => !isAllowed && whyMasked === null);
  const note =
    '  not allowed: masked for its mode, for want of room or of a way, by a quarantine or a label; the log does not hold which';
  return [...columns([head, ...rows], [0, 2, 3]), ...(isUnclear ? [note] : [])];
}

function marginLines({ candidates, runnerUp, margin }: Explanation): string[] {
  if (margin !== null) {
    return [`Margin ${figure(margin)} over ${runnerUp} ${candidates[runnerUp ?? 0]?.name}`];
  }
  const allowed = candidates.filter(({ isAllowed }) => isAllowed).length;
  if (allowed === 1) return ['Nothing else was allowed'];
  return ['No logits: a baseline decided; it reads what the log does not hold'];
}

function featureLines({ features, candidates }: Explanation): string[] {
  if (features === null) {
    return candidates.some(({ logit }) => logit !== null)
      ? ['Which features mattered needs the network: add --bundle and --key']
      : [];
  }
  if (features.length === 0) return [];
  const shown = features.slice(0, SHOWN_FEATURES);
  const head = ['feature', 'observed', 'mean', 'unit', 'effect', 'chosen without'];
  const rows = shown.map((weight) => featureCells(weight, candidates));
  return [
    '',
    'What mattered: margin lost when the feature is at its mean in training (below 0: it spoke against the choice)',
    ...columns([head, ...rows], [0, 3, 5]),
  ];
}

function featureCells(weight: FeatureWeight, candidates: readonly ExplainedCandidate[]): string[] {
  const { feature, of, value, mean, unit, effect, choiceWithout } = weight;
  const other = candidates[choiceWithout];
  return [
    `${feature}${of === 'candidates' ? ' (candidates)' : ''}`,
    figure(value),
    figure(mean),
    unit,
    `${effect > 0 ? '+' : ''}${figure(effect)}`,
    other?.isChosen === true ? 'the same' : `${choiceWithout} ${other?.name}`,
  ];
}
