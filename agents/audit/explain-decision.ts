import { StrictMath } from '../../core/index.ts';
import type { NetworkFacts } from './format.ts';
import { candidateName, whyMasked } from './names.ts';
import { type LoggedDecision, observationHash } from './read-decisions.ts';
import { type AuditNetwork, Rescorer } from './rescore.ts';

/** A candidate of an explained decision; figures that there are none of are null. */
export interface ExplainedCandidate {
  readonly candidate: number;
  /** What it is: a node by its name, or a place in the cache. */
  readonly name: string;
  readonly isAllowed: boolean;
  /** Why it was masked, where what was observed tells; else null. */
  readonly whyMasked: string | null;
  readonly isChosen: boolean;
  /** Logit of the heuristic. */
  readonly prior: number;
  /** What the network adds to the prior: logit - prior. */
  readonly residual: number | null;
  readonly logit: number | null;
  readonly probability: number | null;
}

/** What one feature had to do with a choice. */
export interface FeatureWeight {
  readonly feature: string;
  readonly unit: string;
  readonly of: 'context' | 'candidates';
  /** As observed: of the context, or of the candidate chosen. */
  readonly value: number;
  /** What took its place: the mean of the frozen normaliser. */
  readonly mean: number;
  /** Margin of the choice as decided less that with the mean in its place: above 0, the feature spoke for the choice. */
  readonly effect: number;
  /** What would have been chosen. */
  readonly choiceWithout: number;
}

export interface Explanation {
  readonly number: number;
  readonly observationHash: string;
  readonly candidates: readonly ExplainedCandidate[];
  /** Candidate with the largest logit among the other allowed ones; null without logits or without another. */
  readonly runnerUp: number | null;
  /** Logit of the choice less that of the runner-up. */
  readonly margin: number | null;
  /** By size of effect, largest first; null without the network that decided. */
  readonly features: readonly FeatureWeight[] | null;
}

/**
 * What a decision looked like to whoever made it; with the network that made it, also which features mattered: each is put at
 * its mean in turn (a feature of candidates in all of them at once), and the margin of the choice is compared. Features that say
 * the same thing in two ways hide each other from this.
 */
export function explainDecision(decision: LoggedDecision, network?: AuditNetwork): Explanation {
  const { number, choice, count, logits, actionMask, policy } = decision;
  const isAllowed = (k: number): boolean => actionMask[k] === 1;
  const runnerUp = logits === undefined ? -1 : largest(logits, 0, count, (k) => isAllowed(k) && k !== choice);
  const total = logits === undefined ? NaN : sumOfExp(logits, isAllowed);
  const width = decision.candidates.length / count;
  const candidates = Array.from({ length: count }, (_, k): ExplainedCandidate => {
    const prior = decision.candidates[(k + 1) * width - 1] as number;
    const logit = isAllowed(k) ? (logits?.[k] ?? null) : null;
    return {
      ...{
        candidate: k,
        name: candidateName(decision, k),
        isAllowed: isAllowed(k),
        whyMasked: isAllowed(k) ? null : (whyMasked(decision, k) ?? null),
        isChosen: k === choice,
        prior,
        logit,
      },
      residual: logit === null ? null : logit - prior,
      probability: logit === null ? null : StrictMath.exp(logit - maxOf(logits)) / total,
    };
  });
  const facts = policy.network;
  return {
    ...{ number, candidates, observationHash: observationHash(decision) },
    runnerUp: runnerUp < 0 ? null : runnerUp,
    margin: runnerUp < 0 || logits === undefined ? null : (logits[choice] as number) - (logits[runnerUp] as number),
    features: network === undefined || facts === undefined ? null : featureWeights(decision, network, facts),
  };
}

function featureWeights(decision: LoggedDecision, network: AuditNetwork, facts: NetworkFacts): FeatureWeight[] {
  const { kind, count, context, candidates, actionMask, choice, session } = decision;
  const { contextMean, candidateMean } = network.normaliser.kinds[kind] ?? {};
  const spec = session.spec.kinds[kind];
  if (contextMean === undefined || candidateMean === undefined || spec === undefined) return [];
  const width = spec.candidate.length;
  const rescorer = new Rescorer(network, facts, 1 + spec.context.length + width);
  rescorer.add(decision);
  spec.context.forEach((_, i) => {
    const without = context.slice();
    without[i] = contextMean[i] as number;
    rescorer.add({ ...decision, context: without });
  });
  spec.candidate.forEach((_, i) => {
    const without = candidates.slice();
    for (let k = 0; k < count; k++) without[k * width + i] = candidateMean[i] as number;
    rescorer.add({ ...decision, candidates: without });
  });
  rescorer.score();
  const { logits, batch } = rescorer;
  const marginOf = (row: number): { readonly margin: number; readonly best: number } => {
    const from = row * batch.maxCandidates;
    const other = largest(logits, from, count, (k) => actionMask[k] === 1 && k !== choice);
    const margin = other < 0 ? Infinity : (logits[from + choice] as number) - (logits[from + other] as number);
    return { margin, best: largest(logits, from, count, (k) => actionMask[k] === 1) };
  };
  const { margin } = marginOf(0);
  if (margin === Infinity) return [];
  const weight = (i: number, of: FeatureWeight['of']): FeatureWeight => {
    const features = of === 'context' ? spec.context : spec.candidate;
    const { name = '', unit = '' } = features[i] ?? {};
    const value = of === 'context' ? context[i] : candidates[choice * width + i];
    const mean = of === 'context' ? contextMean[i] : candidateMean[i];
    const without = marginOf(1 + i + (of === 'context' ? 0 : spec.context.length));
    return {
      ...{ feature: name, unit, of, value: value as number, mean: mean as number },
      effect: margin - without.margin,
      choiceWithout: without.best,
    };
  };
  return [...spec.context.map((_, i) => weight(i, 'context')), ...spec.candidate.map((_, i) => weight(i, 'candidates'))]
    .filter(({ effect }) => effect !== 0)
    .sort((a, b) => Math.abs(b.effect) - Math.abs(a.effect));
}

/** Candidate with the largest of `values[from .. from + count)` among the eligible, the first of equals; -1 if none is. */
function largest(values: Float32Array, from: number, count: number, isEligible: (k: number) => boolean): number {
  let best = -1;
  for (let k = 0; k < count; k++) {
    if (isEligible(k) && (best < 0 || (values[from + k] as number) > (values[from + best] as number))) best = k;
  }
  return best;
}

function maxOf(logits: Float32Array | undefined): number {
  return Math.max(...(logits ?? []));
}

function sumOfExp(logits: Float32Array, isAllowed: (k: number) => boolean): number {
  const max = maxOf(logits);
  return logits.reduce((sum, logit, k) => (isAllowed(k) ? sum + StrictMath.exp(logit - max) : sum), 0);
}
