/** rliable's aggregates on utility: interquartile mean, probability of improvement, optimality gap, performance profile. */
import { Rng, SpaceCloudError } from '../../core/index.ts';
import {
  bootstrapInterval,
  type BootstrapOptions,
  bootstrapProfile,
  bootstrapTwoSampleInterval,
  type Interval,
} from './bootstrap.ts';
import { differences, finiteStrata, type RunTable } from './run-table.ts';
import {
  flatten,
  interquartileMean,
  meanScore,
  optimalityGap,
  pairedProbabilityOfImprovement,
  performanceProfile,
  probabilityOfImprovement,
  type Strata,
} from './statistics.ts';

/** Policies whose mean utility per scenario is 0 and 1 on the normalised scale. */
export interface UtilityAnchors {
  readonly zero: string;
  readonly one: string;
}

export interface Estimate {
  readonly value: number;
  /** 95 % bootstrap interval; `null` with one run per scenario. */
  readonly interval: Interval | null;
}

export interface UtilityStatistics {
  readonly interquartileMean: Estimate;
  /** P(reference above this policy), seeds drawn independently (rliable); `null` for the reference itself. */
  readonly probabilityOfImprovement: Estimate | null;
  /** Share of seeds on which the reference is above this policy, ties one half. */
  readonly pairedProbabilityOfImprovement: Estimate | null;
  /** Mean shortfall below 1 on the normalised scale; `null` without anchors. */
  readonly optimalityGap: Estimate | null;
}

/** Share of runs with a utility above each threshold. */
export interface UtilityProfile {
  /** Normalised by the anchors, or utility per task as it is. */
  readonly normalised: boolean;
  readonly thresholds: readonly number[];
  readonly policies: readonly {
    readonly policy: string;
    /** [thresholds] */
    readonly shares: readonly number[];
    /** [thresholds] pointwise 95 % intervals. */
    readonly intervals: readonly Interval[] | null;
  }[];
}

export interface UtilityOptions {
  readonly reference: string;
  readonly replicates: number;
  readonly seed: number;
  readonly anchors?: UtilityAnchors;
}

/** Resamples for profiles and probabilities of improvement, the number rliable uses for both. */
const MOST_PROFILE_REPLICATES = 2000;
const PROFILE_POINTS = 81;

export function utilityScores(table: RunTable, policy: string, options: UtilityOptions): UtilityStatistics | null {
  const own = table.values(policy, 'utility');
  const scores = finiteStrata(own);
  if (scores.length === 0) return null;
  const reference = table.values(options.reference, 'utility');
  const isReference = policy === options.reference;
  const paired = isReference ? [] : finiteStrata(differences(reference, own));
  const gapScores = options.anchors === undefined ? [] : finiteStrata(normalise(table, own, options.anchors));
  return {
    interquartileMean: estimate(scores, interquartileMean, options),
    probabilityOfImprovement: paired.length === 0 ? null : unpairedProbability(reference, own, options),
    pairedProbabilityOfImprovement:
      paired.length === 0 ? null : estimate(paired, pairedProbabilityOfImprovement, options),
    optimalityGap: gapScores.length === 0 ? null : estimate(gapScores, (drawn) => optimalityGap(drawn), options),
  };
}

/** Profiles of all policies over one range of thresholds, from the lowest run of any policy to the highest. */
export function utilityProfile(table: RunTable, options: UtilityOptions): UtilityProfile | null {
  const scored = table.policies
    .map(({ policy }) => {
      const own = table.values(policy, 'utility');
      return { policy, scores: finiteStrata(options.anchors ? normalise(table, own, options.anchors) : own) };
    })
    .filter(({ scores }) => scores.length > 0);
  if (scored.length === 0) return null;
  const all = scored.flatMap(({ scores }) => [...flatten(scores)]);
  const low = Math.min(...all);
  const span = Math.max(...all) - low;
  const thresholds = Float64Array.from(
    { length: PROFILE_POINTS },
    (_, t) => low + (span * (t - 1)) / (PROFILE_POINTS - 2),
  );
  return {
    normalised: options.anchors !== undefined,
    thresholds: [...thresholds],
    policies: scored.map(({ policy, scores }) => ({
      policy,
      shares: [...performanceProfile(scores, thresholds)],
      intervals: bootstrapProfile(scores, thresholds, fewerReplicates(options)),
    })),
  };
}

function unpairedProbability(
  reference: readonly Float64Array[],
  own: readonly Float64Array[],
  options: UtilityOptions,
): Estimate {
  const both = reference
    .map((x, s) => ({ x: x.filter(Number.isFinite), y: (own[s] ?? x).filter(Number.isFinite) }))
    .filter(({ x, y }) => x.length > 0 && y.length > 0);
  const samples = { x: both.map(({ x }) => x), y: both.map(({ y }) => y) };
  return {
    value: probabilityOfImprovement(samples.x, samples.y),
    interval: bootstrapTwoSampleInterval(samples, probabilityOfImprovement, fewerReplicates(options)),
  };
}

function estimate(strata: Strata, statistic: (strata: Strata) => number, options: UtilityOptions): Estimate {
  const { replicates } = options;
  return {
    value: statistic(strata),
    interval: bootstrapInterval(strata, statistic, { replicates, rng: stream(options) }),
  };
}

function normalise(table: RunTable, own: readonly Float64Array[], anchors: UtilityAnchors): readonly Float64Array[] {
  const anchorMean = (policy: string, s: number): number => {
    const runs = finiteStrata([table.values(policy, 'utility')[s] as Float64Array]);
    return runs.length === 0 ? NaN : meanScore(runs);
  };
  return own.map((stratum, s) => {
    const zero = anchorMean(anchors.zero, s);
    const one = anchorMean(anchors.one, s);
    if (!(one > zero)) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected anchor '${anchors.one}' above anchor '${anchors.zero}' on utility in scenario '${table.scenarios[s]}', got ${one} and ${zero}.`,
        { hint: 'Name a weak policy as zero and a strong one as one, or leave the anchors out.' },
      );
    }
    return stratum.map((value) => (value - zero) / (one - zero));
  });
}

function fewerReplicates(options: UtilityOptions): BootstrapOptions {
  return { replicates: Math.min(options.replicates, MOST_PROFILE_REPLICATES), rng: stream(options) };
}

function stream({ seed }: UtilityOptions): Rng {
  return new Rng(seed, 'evaluation-bootstrap');
}
