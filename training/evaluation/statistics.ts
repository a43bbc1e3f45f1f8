/**
 * Point estimates over runs, defined as in rliable (Agarwal et al. 2021, arXiv 2108.13264; `rliable/metrics.py` 1.2.0).
 *
 * Scores come as strata: one array per task (here: per scenario), one number per run (here: per seed). rliable's matrix is
 * the transpose, `num_runs x num_tasks`; strata may have different lengths, a matrix not.
 */
import { SpaceCloudError } from '../../core/index.ts';
import { meanOf, positiveShare, shareAboveInto, trimmedMeanOfSorted, winShare } from './resample.kernel.ts';

/** [task][run] scores. */
export type Strata = readonly ArrayLike<number>[];

/** Mean over tasks of the mean over runs (`aggregate_mean`). */
export function meanScore(strata: Strata): number {
  requireRuns(strata);
  let sum = 0;
  for (const stratum of strata) sum += meanOf(stratum);
  return sum / strata.length;
}

/** Median over tasks of the mean over runs (`aggregate_median`); with one task it is that mean. */
export function medianScore(strata: Strata): number {
  requireRuns(strata);
  return quantileOfSorted(Float64Array.from(strata, meanOf).sort(), 0.5);
}

/**
 * Interquartile mean over all runs of all tasks (`aggregate_iqm`): `scipy.stats.trim_mean(scores, 0.25, axis=None)`,
 * which drops floor(0.25 n) values from each end.
 */
export function interquartileMean(strata: Strata): number {
  requireRuns(strata);
  const sorted = flatten(strata).sort();
  return trimmedMeanOfSorted(sorted, Math.floor(0.25 * sorted.length));
}

/** How far the scores fall short of `gamma` on average: `gamma - mean(min(score, gamma))` (`aggregate_optimality_gap`). */
export function optimalityGap(strata: Strata, gamma = 1): number {
  requireRuns(strata);
  return gamma - meanOf(flatten(strata).map((score) => Math.min(score, gamma)));
}

/**
 * Probability that a run of X scores above an independent run of Y, ties one half: U / (n m) per task, averaged over tasks
 * (`probability_of_improvement`). `x` and `y` must have the same tasks in the same order.
 */
export function probabilityOfImprovement(x: Strata, y: Strata): number {
  requireRuns(x);
  requireRuns(y);
  if (x.length !== y.length) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected the same number of tasks for X and Y, got ${x.length} and ${y.length}.`,
    );
  }
  let sum = 0;
  x.forEach((stratum, task) => (sum += winShare(stratum, y[task] as ArrayLike<number>)));
  return sum / x.length;
}

/**
 * The paired form: share of seeds on which X - Y is above zero, ties one half, averaged over tasks. Pairing takes the
 * seed's own difficulty out of the comparison; rliable has no such function.
 */
export function pairedProbabilityOfImprovement(differences: Strata): number {
  requireRuns(differences);
  let sum = 0;
  for (const stratum of differences) sum += positiveShare(stratum);
  return sum / differences.length;
}

/** Run-score distribution P(score > tau), strict, over all runs of all tasks (`run_score_deviation`). [thresholds] */
export function performanceProfile(strata: Strata, thresholds: Float64Array): Float64Array {
  requireRuns(strata);
  const out = new Float64Array(thresholds.length);
  shareAboveInto(flatten(strata), thresholds, out);
  return out;
}

/**
 * Quantile of ascending `sorted` with linear interpolation between order statistics (numpy's default `linear`).
 * `share` in [0, 1].
 */
export function quantileOfSorted(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const low = sorted[below] as number;
  const high = sorted[Math.min(below + 1, sorted.length - 1)] as number;
  return low + (high - low) * (position - below);
}

/** All runs of all tasks in one new array. */
export function flatten(strata: Strata): Float64Array {
  let n = 0;
  for (const stratum of strata) n += stratum.length;
  const out = new Float64Array(n);
  let at = 0;
  for (const stratum of strata) {
    out.set(stratum, at);
    at += stratum.length;
  }
  return out;
}

function requireRuns(strata: Strata): void {
  if (strata.length === 0 || strata.some((stratum) => stratum.length === 0)) {
    throw new SpaceCloudError('MISUSE', 'Expected at least one task, and one run or more in each, got an empty one.', {
      hint: 'Leave out tasks without a finite value before calling.',
    });
  }
}
