/** rliable's aggregates on utility: interquartile mean, probability of improvement, optimality gap, performance profile. */
import { Rng, SpaceCloudError } from '../../core/index.ts';
import {
  bootstrapInterval,
  type BootstrapOptions,
  bootstrapProfile,
  bootstrapTwoSampleInterval,
  type DrawTable,
  type Interval,
} from './bootstrap.ts';
import { type Replicate, pairedScores, replicateOfAll, replicateScores } from './replicates.ts';
import { finiteStrata, type RunTable } from './run-table.ts';
import {
  flatten,
  interquartileMean,
  meanScore,
  medianScore,
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
  /** 95 % bootstrap interval; `null` with one replicate per scenario. */
  readonly interval: Interval | null;
}

/** On the scale whose 0 and 1 are the anchors, with rliable's aggregates. */
export interface NormalisedUtility {
  readonly interquartileMean: Estimate;
  readonly mean: Estimate;
  /** Over scenarios, of the mean of each. */
  readonly median: Estimate;
  /** Mean shortfall below 1. */
  readonly optimalityGap: Estimate;
}

/** Samples are training runs as soon as one policy has several, else evaluation seeds. */
export interface UtilityStatistics {
  readonly interquartileMean: Estimate;
  /** P(reference above this policy), samples drawn independently (rliable); `null` for the reference itself. */
  readonly probabilityOfImprovement: Estimate | null;
  /** Share of pairs in which the reference is above this policy, ties one half; `null` also where nothing pairs. */
  readonly pairedProbabilityOfImprovement: Estimate | null;
  /** `null` without anchors. */
  readonly normalised: NormalisedUtility | null;
}

/** Share of samples (training runs or seeds) with a utility above each threshold. */
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
  readonly draws: DrawTable;
  readonly anchors?: UtilityAnchors;
}

/** Resamples for profiles and probabilities of improvement, the number rliable uses for both. */
const MOST_PROFILE_REPLICATES = 2000;
const PROFILE_POINTS = 81;

export function utilityScores(table: RunTable, policy: string, options: UtilityOptions): UtilityStatistics | null {
  const own = utilityBy(table, policy, replicateOfAll(table));
  const scores = finiteStrata(own);
  if (scores.length === 0) return null;
  const { reference, anchors } = options;
  const paired = policy === reference ? undefined : pairedScores(table, { reference, policy, kpi: 'utility' });
  const differences = paired?.subtrahend === null ? finiteStrata(paired.scores) : [];
  return {
    interquartileMean: estimate(scores, interquartileMean, options),
    probabilityOfImprovement:
      policy === reference
        ? null
        : unpairedProbability(utilityBy(table, reference, replicateOfAll(table)), own, options),
    pairedProbabilityOfImprovement:
      differences.length === 0 ? null : estimate(differences, pairedProbabilityOfImprovement, options),
    normalised: anchors === undefined ? null : normalisedUtility(finiteStrata(normalise(table, own, anchors)), options),
  };
}

function normalisedUtility(scores: Strata, options: UtilityOptions): NormalisedUtility | null {
  if (scores.length === 0) return null;
  return {
    interquartileMean: estimate(scores, interquartileMean, options),
    mean: estimate(scores, meanScore, options),
    median: estimate(scores, medianScore, options),
    optimalityGap: estimate(scores, (drawn) => optimalityGap(drawn), options),
  };
}

function utilityBy(table: RunTable, policy: string, by: Replicate): readonly Float64Array[] {
  return replicateScores(table, { policy, kpi: 'utility', by });
}

/** Profiles of all policies over one range of thresholds, from the lowest sample of any policy to the highest. */
export function utilityProfile(table: RunTable, options: UtilityOptions): UtilityProfile | null {
  const by = replicateOfAll(table);
  const scored = table.policies
    .map(({ policy }) => {
      const own = utilityBy(table, policy, by);
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

/** A policy with a single sample per scenario, such as a baseline beside training runs, stands still in the bootstrap. */
function unpairedProbability(
  reference: readonly Float64Array[],
  own: readonly Float64Array[],
  options: UtilityOptions,
): Estimate | null {
  const both = reference
    .map((x, s) => ({ x: x.filter(Number.isFinite), y: (own[s] ?? x).filter(Number.isFinite) }))
    .filter(({ x, y }) => x.length > 0 && y.length > 0);
  if (both.length === 0) return null;
  const samples = { x: both.map(({ x }) => x), y: both.map(({ y }) => y) };
  const value = probabilityOfImprovement(samples.x, samples.y);
  const bootstrap = fewerReplicates(options);
  const isSingle = (strata: Strata): boolean => strata.every((stratum) => stratum.length === 1);
  if (isSingle(samples.y)) {
    const against = (x: Strata): number => probabilityOfImprovement(x, samples.y);
    return { value, interval: bootstrapInterval(samples.x, against, bootstrap) };
  }
  if (isSingle(samples.x)) {
    const against = (y: Strata): number => probabilityOfImprovement(samples.x, y);
    return { value, interval: bootstrapInterval(samples.y, against, bootstrap) };
  }
  return { value, interval: bootstrapTwoSampleInterval(samples, probabilityOfImprovement, bootstrap) };
}

function estimate(strata: Strata, statistic: (strata: Strata) => number, options: UtilityOptions): Estimate {
  const { replicates, draws } = options;
  return {
    value: statistic(strata),
    interval: bootstrapInterval(strata, statistic, { replicates, draws, rng: stream(options) }),
  };
}

function normalise(table: RunTable, own: readonly Float64Array[], anchors: UtilityAnchors): readonly Float64Array[] {
  const anchorMean = (policy: string, s: number): number => {
    const runs = finiteStrata([utilityBy(table, policy, 'run')[s] as Float64Array]);
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
