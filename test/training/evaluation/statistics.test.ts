import { describe, expect, it } from 'vitest';
import { SpaceCloudError } from '../../../core/index.ts';
import {
  interquartileMean,
  meanScore,
  optimalityGap,
  pairedProbabilityOfImprovement,
  performanceProfile,
  probabilityOfImprovement,
  quantileOfSorted,
} from '../../../training/evaluation/index.ts';
import { Rng } from '../../../core/index.ts';
import { select } from '../../../training/evaluation/resample.kernel.ts';
import { X, Y } from './reference-scores.ts';

/** Two tasks of ten runs; rliable gets them as the columns of a 10 x 2 matrix. */
const M = [X, Y.map((y) => 1.7 * y - 0.2)];
const N = [Y, X.map((x) => 1.1 * x - 0.1)];
/** Sums of ten doubles in another order: a few units in the last place. */
const ROUNDING = 12;

describe('interquartile mean', () => {
  it('drops floor(0.25 n) values from each end', () => {
    // n = 10 drops 2 + 2 of 1..10, keeps 3..8: 33 / 6 = 5.5; with 100 for 10 nothing changes.
    expect(interquartileMean([[10, 1, 9, 2, 8, 3, 7, 4, 6, 5]])).toBe(5.5);
    expect(interquartileMean([[100, 1, 9, 2, 8, 3, 7, 4, 6, 5]])).toBe(5.5);
    // n = 7 drops floor(1.75) = 1 + 1: (2 + 3 + 4 + 5 + 6) / 5 = 4. n = 3 drops none: (0 + 1 + 5) / 3 = 2.
    expect(interquartileMean([[1, 2, 3, 4, 5, 6, 70]])).toBe(4);
    expect(interquartileMean([[0, 1, 5]])).toBe(2);
  });

  it('agrees with scipy 1.17.1 trim_mean and rliable 1.2.0 aggregate_iqm', () => {
    expect(interquartileMean([X])).toBeCloseTo(0.43333333333333335, ROUNDING); // trim_mean(X, 0.25)
    expect(interquartileMean([X.slice(0, 7)])).toBeCloseTo(0.422, ROUNDING); // trim_mean(X[:7], 0.25)
    expect(interquartileMean(M)).toBeCloseTo(0.4565, ROUNDING); // aggregate_iqm(M): trims over both tasks together
  });

  it('leaves its input in place', () => {
    const scores = Float64Array.of(3, 1, 2, 0);
    interquartileMean([scores]);
    expect([...scores]).toEqual([3, 1, 2, 0]);
  });
});

describe('mean score', () => {
  it('weighs tasks alike, not runs', () => {
    // task means 1 and 5: 3; over all runs it would be (1 + 1 + 1 + 5) / 4 = 2.
    expect(meanScore([[1, 1, 1], [5]])).toBe(3);
  });

  it('agrees with rliable aggregate_mean', () => {
    expect(meanScore(M)).toBeCloseTo(0.4648, ROUNDING);
  });

  it('refuses a task without runs', () => {
    expect(() => meanScore([[1], []])).toThrow(SpaceCloudError);
    expect(() => meanScore([])).toThrow(SpaceCloudError);
  });
});

describe('optimality gap', () => {
  it('counts shortfalls only', () => {
    // min(score, 1): 0.5, 1, 1 -> 1 - 2.5 / 3 = 1/6.
    expect(optimalityGap([[0.5, 1, 7]])).toBeCloseTo(1 / 6, ROUNDING);
  });

  it('agrees with rliable aggregate_optimality_gap', () => {
    expect(optimalityGap(M)).toBeCloseTo(0.5352, ROUNDING);
    expect(optimalityGap(M, 0.5)).toBeCloseTo(0.0708, ROUNDING);
  });
});

describe('probability of improvement', () => {
  it('counts ties one half', () => {
    // pairs: 1>0, 1=1, 2>0, 2>1 -> (1 + 0.5 + 1 + 1) / 4.
    expect(probabilityOfImprovement([[1, 2]], [[0, 1]])).toBe(0.875);
    expect(probabilityOfImprovement([[4, 4]], [[4, 4, 4]])).toBe(0.5);
  });

  it('agrees with scipy mannwhitneyu (U = 57.5 of 100) and rliable probability_of_improvement', () => {
    expect(probabilityOfImprovement([X], [Y])).toBeCloseTo(0.575, ROUNDING);
    expect(probabilityOfImprovement(M, N)).toBeCloseTo(0.6475, ROUNDING);
  });

  it('is the share of seeds won when paired', () => {
    // X - Y is above zero on 7 seeds, below on seeds 2 and 5 (counted from 0), zero on seed 7: (7 + 0.5) / 10.
    const differences = X.map((x, i) => x - (Y[i] ?? NaN));
    expect(pairedProbabilityOfImprovement([differences])).toBe(0.75);
  });

  it('refuses another number of tasks', () => {
    expect(() => probabilityOfImprovement([[1]], [[1], [2]])).toThrow(/same number of tasks/);
  });
});

describe('performance profile', () => {
  it('is the share strictly above, as rliable run_score_deviation', () => {
    const thresholds = Float64Array.of(0, 0.3, 0.35, 0.44, 0.5, 0.61);
    expect([...performanceProfile(M, thresholds)]).toEqual([1, 0.95, 0.75, 0.5, 0.35, 0.1]);
    expect([...performanceProfile([[1, 2]], Float64Array.of(1, 2))]).toEqual([0.5, 0]);
  });
});

describe('quantile', () => {
  it('interpolates as numpy percentile', () => {
    // numpy.percentile([3, 1, 4, 1, 5, 9, 2, 6], [0, 2.5, 50, 97.5, 100]) = [1, 1, 3.5, 8.475, 9]
    const sorted = Float64Array.of(1, 1, 2, 3, 4, 5, 6, 9);
    const expected = [1, 1, 3.5, 8.475, 9];
    [0, 0.025, 0.5, 0.975, 1].forEach((share, i) => {
      expect(quantileOfSorted(sorted, share)).toBeCloseTo(expected[i] ?? NaN, ROUNDING);
    });
  });
});

describe('selection', () => {
  it('finds what sorting would put at every place, ties included', () => {
    const rng = new Rng(11, 'select');
    for (let round = 0; round < 200; round++) {
      const n = 1 + rng.int(40);
      const values = Float64Array.from({ length: n }, () => rng.int(12) / 4 - 1);
      const sorted = values.slice().sort();
      for (let k = 0; k < n; k++) expect(select(values, k)).toBe(sorted[k]);
      expect(values.sort()).toEqual(sorted);
    }
  });
});
