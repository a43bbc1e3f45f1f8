import type { SatelliteReport } from './fleet-reports.ts';
import { type GateEvidence, compareOutcomes } from './outcome-effect.ts';
import type { GateLimits, GateLook } from './rollout-plan.ts';
import { studentQuantile } from './student-t.ts';

/** The comparison of outcomes; all in share of the value at stake, per decision. */
export interface OutcomeEffect {
  /** Updated satellites compared with the rest. */
  readonly difference: number;
  /** Harmless when not below `-tolerated`; null: this look does not ask. */
  readonly lower: number | null;
  /** Harm when below `-tolerated`. */
  readonly upper: number;
  /** One-sided confidence of `lower` and of `upper` at this look. */
  readonly lowerConfidence: number | null;
  readonly upperConfidence: number;
  /** Satellites on either side that had enough decisions. */
  readonly updated: number;
  readonly rest: number;
  readonly tolerated: number;
  /** How much of a satellite's deviation before it kept. */
  readonly slope: number;
}

export interface GateFigures {
  /** Decisions of updated satellites in the observation, as far as heard. */
  readonly decisions: number;
  readonly fallbackFrac: number;
  readonly lateFrac: number;
  readonly abstainedFrac: number;
  readonly outOfDistributionFrac: number;
  readonly breaches: number;
  /** Null: too little was heard, or nobody is left to compare with. */
  readonly outcome: OutcomeEffect | null;
}

export interface GateVerdict {
  readonly verdict: 'pass' | 'fail' | 'wait';
  /** Why not `pass`, or what could not be compared. */
  readonly reasons: readonly string[];
  readonly figures: GateFigures;
}

/** Limits that a policy which does not answer, or breaks rules, exceeds at once; null while fewer than `leastDecisions` were heard of. */
export function guardReasons(figures: GateFigures, limits: GateLimits): string[] | null {
  if (figures.decisions < limits.leastDecisions) return null;
  const shares = [
    ['decided by the fallback', figures.fallbackFrac, limits.fallbackFrac],
    ['answered too late', figures.lateFrac, limits.lateFrac],
    ['not answered', figures.abstainedFrac, limits.abstainedFrac],
    ['of satellites out of distribution', figures.outOfDistributionFrac, limits.outOfDistributionFrac],
  ] as const;
  const reasons = shares.flatMap(([what, share, limit]) =>
    share > limit ? [`${percent(share)} ${what}, the limit is ${percent(limit)}`] : [],
  );
  if (figures.breaches > limits.breaches) {
    reasons.push(`${figures.breaches} breaches, the limit is ${limits.breaches}`);
  }
  return reasons;
}

/**
 * Judges a release by what was heard. It fails when a share is beyond its limit, or when harm is proven: the outcome is, with the look's
 * confidence, worse than tolerated. It passes, at looks that may pass it, when harmlessness is proven: with the look's confidence not
 * worse than tolerated. Else it waits. Where nobody is left without the release, outcomes cannot be compared and the limits alone decide.
 */
export function judge(evidence: GateEvidence, limits: GateLimits, look: GateLook): GateVerdict {
  const figures = gateFigures(evidence, limits, look);
  const guards = guardReasons(figures, limits);
  if (guards !== null && guards.length > 0) return { verdict: 'fail', reasons: guards, figures };
  if (guards === null) {
    const reasons = [`${figures.decisions} decisions heard of, ${limits.leastDecisions} are needed`];
    return { verdict: 'wait', reasons, figures };
  }
  const { outcome } = figures;
  if (outcome === null) {
    if (look.passAlpha !== null && evidence.rest.size < limits.leastSatellites) {
      return { verdict: 'pass', reasons: ['outcomes not compared: too few satellites without the release'], figures };
    }
    return { verdict: 'wait', reasons: ['too few satellites with enough decisions on both sides'], figures };
  }
  const text = `outcome ${outcomeText(outcome)}`;
  if (outcome.upper < -outcome.tolerated) return { verdict: 'fail', reasons: [`${text}: proven harm`], figures };
  if (outcome.lower !== null && outcome.lower >= -outcome.tolerated) return { verdict: 'pass', reasons: [], figures };
  return { verdict: 'wait', reasons: [`${text}: cannot tell yet`], figures };
}

/** The difference with its bounds, as percentages of the value at stake. */
export function outcomeText({ difference, lower, upper, tolerated }: OutcomeEffect): string {
  const bounds = `${lower === null ? '' : percent(lower)} .. ${percent(upper)}`;
  return `${percent(difference)} of the value at stake [${bounds}], tolerated ${percent(-tolerated)}`;
}

export function gateFigures(evidence: GateEvidence, limits: GateLimits, look: GateLook): GateFigures {
  const { updated } = evidence;
  const reports = [...updated.values()].flat();
  const total = (of: (report: SatelliteReport) => number): number => reports.reduce((sum, r) => sum + of(r), 0);
  const decisions = total((report) => report.decisions);
  const late = total((report) => report.late);
  const abstained = total((report) => report.abstained);
  const unknown = [...updated.values()].filter((list) => list.some((report) => report.outOfDistribution > 0)).length;
  const share = (count: number): number => (decisions === 0 ? 0 : count / decisions);
  return {
    decisions,
    fallbackFrac: share(total((report) => report.fallback) + late + abstained),
    lateFrac: share(late),
    abstainedFrac: share(abstained),
    outOfDistributionFrac: updated.size === 0 ? 0 : unknown / updated.size,
    breaches:
      total((report) => report.breaches) + [...evidence.rest.values()].flat().reduce((sum, r) => sum + r.breaches, 0),
    outcome: outcomeEffect(evidence, limits, look),
  };
}

function outcomeEffect(
  evidence: GateEvidence,
  limits: GateLimits,
  { harmAlpha, passAlpha }: GateLook,
): OutcomeEffect | null {
  const compared = compareOutcomes(evidence, limits);
  if (compared === undefined) return null;
  const { difference, standardError, freedom, usual, updated, rest, slope } = compared;
  const halfWidth = (alpha: number): number => standardError * studentQuantile(1 - alpha, freedom);
  return {
    difference,
    lower: passAlpha === null ? null : difference - halfWidth(passAlpha),
    upper: difference + halfWidth(harmAlpha),
    lowerConfidence: passAlpha === null ? null : 1 - passAlpha,
    upperConfidence: 1 - harmAlpha,
    updated,
    rest,
    tolerated: limits.outcomeLossFrac * Math.abs(usual),
    slope,
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
