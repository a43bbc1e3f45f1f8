/** What the numbers say, in words; the same sentences stand under the terminal table and at the top of the report. */
import type { Interval } from './bootstrap.ts';
import { caveats } from './caveats.ts';
import type { EvaluatedKpi } from './kpi-catalogue.ts';
import { formatFor, formatInterval, formatNumber, unitAfter } from './number-format.ts';
import { type EvaluationSummary, type KpiSummary, type Loss, policySummary } from './summary.ts';

export interface EvaluationText {
  /** Where the reference wins, ties and loses, utility first. */
  readonly findings: readonly string[];
  /** What a reader must know before believing them. */
  readonly caveats: readonly string[];
}

export function describeEvaluation(summary: EvaluationSummary): EvaluationText {
  return {
    findings: [...utilityFindings(summary), ...lossFindings(summary), ...breachFindings(summary)],
    caveats: caveats(summary),
  };
}

function utilityFindings(summary: EvaluationSummary): string[] {
  const { reference, strongestBaseline } = summary;
  const spec = summary.kpis.find((kpi) => kpi.key === 'utility');
  if (spec === undefined) return ['No run has a utility, so the policies cannot be ordered.'];
  const rivals = summary.policies.filter((entry) => entry.policy !== reference);
  const findings =
    strongestBaseline === null
      ? ['No baseline was evaluated beside it.']
      : [`${comparison(summary, strongestBaseline, spec)} ${strongestBaseline} is the strongest baseline on utility.`];
  const others = rivals.filter((entry) => entry.policy !== strongestBaseline);
  const named = (verdict: string): string =>
    others
      .filter((entry) => entry.kpis['utility']?.verdict === verdict)
      .map((entry) => (entry.role === 'oracle' ? `${entry.policy} (oracle)` : entry.policy))
      .join(', ');
  const also: string[] = [];
  if (named('better') !== '') also.push(`beats ${named('better')}`);
  if (named('unclear') !== '') also.push(`shows no clear difference from ${named('unclear')}`);
  if (named('worse') !== '') also.push(`loses to ${named('worse')}`);
  if (also.length > 0) findings.push(`On ${spec.label}, ${reference} also ${also.join('; ')}.`);
  return findings;
}

function comparison(summary: EvaluationSummary, policy: string, spec: EvaluatedKpi): string {
  const { reference } = summary;
  const kpi = policySummary(summary, policy).kpis[spec.key] as KpiSummary;
  if (kpi.difference === null) return `${reference} and ${policy} share no seed with a value of ${spec.label}.`;
  const on = `${policy} on ${spec.label}`;
  if (kpi.differenceInterval === null) {
    return `${reference} minus ${on}: ${amount(kpi.difference, null, spec)}, one seed per scenario, so no interval.`;
  }
  if (kpi.verdict === 'unclear') {
    const text = signedAmount(kpi.difference, kpi.differenceInterval, spec);
    return `${reference} shows no clear difference from ${on}: ${text}.`;
  }
  const verb = kpi.verdict === 'better' ? 'beats' : 'loses to';
  return `${reference} ${verb} ${on} by ${amount(kpi.difference, kpi.differenceInterval, spec)}.`;
}

/** Losses to baselines, one sentence per KPI; to oracles, one sentence per oracle; per family and breach, counted. */
function lossFindings(summary: EvaluationSummary): string[] {
  const { reference, losses, kpis } = summary;
  if (losses.length === 0 && summary.comparisons > 0) {
    return [`${reference} is clearly worse than no policy on any KPI that has a better direction.`];
  }
  const spelled = kpis.filter(
    (spec) => spec.key !== 'utility' && (spec.group === 'headline' || spec.key.startsWith('utility.')),
  );
  const sentences = spelled.flatMap((spec) => {
    const against = losses.filter((loss) => loss.kpi === spec.key && loss.role !== 'oracle');
    return against.length === 0
      ? []
      : [`${reference} loses on ${spec.label} to ${rivalsText(summary, against, spec)}.`];
  });
  for (const { policy } of summary.policies.filter((entry) => entry.role === 'oracle' && entry.policy !== reference)) {
    const better = spelled.filter((spec) => losses.some((loss) => loss.policy === policy && loss.kpi === spec.key));
    if (better.length === 0) continue;
    const labels = better.map((spec) => spec.label.replace(', ', ' '));
    sentences.push(`${reference} also loses to the oracle ${policy} on ${labels.join(', ')}.`);
  }
  const rest = losses.filter((loss) => loss.kpi !== 'utility' && !spelled.some((spec) => spec.key === loss.kpi));
  if (rest.length > 0) {
    const keys = [...new Set(rest.map((loss) => loss.kpi))].join(', ');
    sentences.push(`Further losses, by family or kind of breach: ${rest.length} (${keys}).`);
  }
  return sentences;
}

/** Up to three rivals one by one; of more, how many and the smallest and largest loss. */
function rivalsText(summary: EvaluationSummary, against: readonly Loss[], spec: EvaluatedKpi): string {
  const one = (loss: Loss): string => `${loss.policy} by ${amount(loss.difference, loss.interval, spec)}`;
  if (against.length <= 3) return against.map(one).join(', ');
  const bySize = [...against].sort((a, b) => Math.abs(a.difference) - Math.abs(b.difference));
  const rivals = summary.policies.filter((entry) => entry.role !== 'oracle' && entry.policy !== summary.reference);
  const [least, most] = [bySize[0] as Loss, bySize.at(-1) as Loss];
  return `${against.length} of ${rivals.length} policies that are no oracles, least to ${one(least)}, most to ${one(most)}`;
}

function breachFindings(summary: EvaluationSummary): string[] {
  const own = policySummary(summary, summary.reference).kpis['breaches'];
  if (own === undefined || own.mean === null) return ['Constraint breaches were not recorded.'];
  if (own.mean === 0) return [`${summary.reference} breached no constraint in any run.`];
  const format = formatFor({ key: 'breaches', label: '', unit: '1', better: 'lower' }, [own.mean]);
  const interval = formatInterval(own.interval, format);
  return [
    `${summary.reference} breached constraints ${formatNumber(own.mean, format)} times per run ${interval}`.trim() +
      '.',
  ];
}

/** Size of a difference and its interval without sign, for sentences whose verb gives the direction. */
function amount(difference: number, interval: Interval | null, spec: EvaluatedKpi): string {
  if (interval === null || difference >= 0) return signedAmount(difference, interval, spec);
  return signedAmount(-difference, { lo: -interval.hi, hi: -interval.lo }, spec);
}

function signedAmount(difference: number, interval: Interval | null, spec: EvaluatedKpi): string {
  const size = interval === null ? difference : Math.max(Math.abs(interval.lo), Math.abs(interval.hi));
  const format = formatFor(spec, [size], interval === null ? [] : [interval]);
  const bounds = interval === null ? '' : ` ${formatInterval(interval, format)}`;
  return `${formatNumber(difference, format)}${unitAfter(format, true)}${bounds}`;
}
