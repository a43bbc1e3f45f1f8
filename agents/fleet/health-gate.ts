import type { SatelliteReport } from './fleet-reports.ts';
import { type GateLimits } from './rollout-plan.ts';
import { studentQuantile, welchDifference } from './student-t.ts';

/** What the ground has heard, sorted by what it compares. */
export interface GateEvidence {
  /** Reports of the time before the first order, by satellite. */
  readonly before: ReadonlyMap<number, readonly SatelliteReport[]>;
  /** Reports of the observation: of satellites with the release, and of those without. */
  readonly updated: ReadonlyMap<number, readonly SatelliteReport[]>;
  readonly rest: ReadonlyMap<number, readonly SatelliteReport[]>;
}

/** The comparison of outcomes: change of the updated satellites minus change of the rest. */
export interface OutcomeEffect {
  /** Reward per decision. */
  readonly difference: number;
  /** One-sided bounds, each with the given confidence. */
  readonly lower: number;
  readonly upper: number;
  readonly confidence: number;
  /** Satellites on either side that had enough decisions. */
  readonly updated: number;
  readonly rest: number;
  /** Loss that would be tolerated, reward per decision. */
  readonly tolerated: number;
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
 * Judges a release by what was heard. It passes when every share is within its limit and the outcome is, with confidence
 * 1 - `alpha` / `looks`, not worse than tolerated; it fails when a share is exceeded or the outcome is, with that confidence, worse than
 * tolerated; else it waits. Where nobody is left without the release, outcomes cannot be compared and the limits alone decide.
 *
 * Samples are satellites: each has one change of its mean outcome per decision, from before to the observation. Decisions of one satellite
 * depend on each other, so they are no samples.
 */
export function judge(evidence: GateEvidence, limits: GateLimits, looks: number): GateVerdict {
  const figures = gateFigures(evidence, limits, limits.alpha / looks);
  const guards = guardReasons(figures, limits);
  if (guards !== null && guards.length > 0) return { verdict: 'fail', reasons: guards, figures };
  if (guards === null) {
    const reasons = [`${figures.decisions} decisions heard of, ${limits.leastDecisions} are needed`];
    return { verdict: 'wait', reasons, figures };
  }
  const { outcome } = figures;
  if (outcome === null) {
    if (evidence.rest.size < limits.leastSatellites) {
      return { verdict: 'pass', reasons: ['outcomes not compared: too few satellites without the release'], figures };
    }
    return { verdict: 'wait', reasons: ['too few satellites with enough decisions on both sides'], figures };
  }
  const text = `outcome ${outcome.difference.toFixed(4)} per decision [${outcome.lower.toFixed(4)}, ${outcome.upper.toFixed(4)}], tolerated -${outcome.tolerated.toFixed(4)}`;
  if (outcome.lower >= -outcome.tolerated) return { verdict: 'pass', reasons: [], figures };
  if (outcome.upper < -outcome.tolerated) return { verdict: 'fail', reasons: [`${text}: worse`], figures };
  return { verdict: 'wait', reasons: [`${text}: not sure yet`], figures };
}

export function gateFigures(evidence: GateEvidence, limits: GateLimits, alpha: number): GateFigures {
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
    outcome: outcomeEffect(evidence, limits, alpha),
  };
}

function outcomeEffect(
  { before, updated, rest }: GateEvidence,
  limits: GateLimits,
  alpha: number,
): OutcomeEffect | null {
  const changesOf = (after: GateEvidence['updated']): number[] =>
    [...after].flatMap(([satellite, reports]) => {
      const was = meanOutcome(before.get(satellite) ?? [], limits.leastDecisions);
      const is = meanOutcome(reports, limits.leastDecisions);
      return was === undefined || is === undefined ? [] : [is - was];
    });
  const withIt = changesOf(updated);
  const without = changesOf(rest);
  const least = Math.max(2, limits.leastSatellites);
  if (withIt.length < least || without.length < least) return null;
  const { difference, standardError, freedom } = welchDifference(withIt, without);
  const halfWidth = standardError * studentQuantile(1 - alpha, freedom);
  const usual = meanOutcome([...before.values()].flat(), 1) ?? 0;
  return {
    difference,
    lower: difference - halfWidth,
    upper: difference + halfWidth,
    confidence: 1 - alpha,
    updated: withIt.length,
    rest: without.length,
    tolerated: limits.outcomeLossFrac * Math.abs(usual),
  };
}

/** Mean outcome per decision over reports; undefined below `least` decisions with known outcome. */
function meanOutcome(reports: readonly SatelliteReport[], least: number): number | undefined {
  let n = 0;
  let sum = 0;
  for (const { outcomes, outcomeSum } of reports) {
    n += outcomes;
    sum += outcomeSum;
  }
  return n < least || n === 0 ? undefined : sum / n;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
