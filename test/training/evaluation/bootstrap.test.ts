import { describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import {
  bootstrapInterval,
  bootstrapProfile,
  bootstrapTwoSampleInterval,
  DrawTable,
  interquartileMean,
  type Interval,
  meanScore,
  probabilityOfImprovement,
  type Strata,
} from '../../../training/evaluation/index.ts';
import { X, Y } from './reference-scores.ts';

const M = [X, Y.map((y) => 1.7 * y - 0.2)];
const N = [Y, X.map((x) => 1.1 * x - 0.1)];
const REPLICATES = 20_000;

function options(seed = 7, replicates = REPLICATES): { rng: Rng; replicates: number } {
  return { rng: new Rng(seed, 'test'), replicates };
}

/**
 * rliable draws from numpy's global generator, so ends agree in distribution only. The standard error of a 2.5 % quantile
 * is sqrt(0.025 0.975 / R) / density; for a normal statistic of spread s the density there is 0.0584 / s, which makes
 * 0.019 s at R = 20 000. The spreads here are at most 0.03 (0.09 for the probability): five errors are 0.003 (0.009).
 */
function expectEnds(got: Interval | null, expected: readonly [number, number], tolerance = 0.003): void {
  expect(Math.abs((got?.lo ?? NaN) - expected[0])).toBeLessThan(tolerance);
  expect(Math.abs((got?.hi ?? NaN) - expected[1])).toBeLessThan(tolerance);
}

describe('bootstrap interval', () => {
  it('agrees with rliable 1.2.0 get_interval_estimates, 50 000 resamples', () => {
    expectEnds(bootstrapInterval(M, meanScore, options()), [0.4142, 0.5171]);
    expectEnds(bootstrapInterval(M, interquartileMean, options()), [0.3901, 0.5218]);
    expectEnds(bootstrapInterval([X], meanScore, options()), [0.376, 0.498]);
    expectEnds(bootstrapInterval([X], interquartileMean, options()), [0.35833, 0.51]);
  });

  it('agrees with rliable for probability of improvement, both samples drawn independently', () => {
    const interval = bootstrapTwoSampleInterval({ x: M, y: N }, probabilityOfImprovement, options());
    expectEnds(interval, [0.4675, 0.81], 0.009);
  });

  it('agrees with scipy.stats.bootstrap (percentile, 50 000) for a paired difference', () => {
    const differences = X.map((x, i) => x - (Y[i] ?? NaN));
    expectEnds(bootstrapInterval([differences], meanScore, options()), [0.008, 0.048]);
  });

  it('is the same to the last bit from draws that were kept', () => {
    const draws = new DrawTable(() => new Rng(7, 'test'));
    for (const strata of [M, [X], M] as const) {
      const kept = bootstrapInterval(strata, interquartileMean, { ...options(99, 500), draws });
      expect(kept).toEqual(bootstrapInterval(strata, interquartileMean, options(7, 500)));
    }
    expect(draws.of([70_000], 500)).toBeUndefined();
  });

  it('gives the same interval for the same seed and another for another', () => {
    const first = bootstrapInterval([X], meanScore, options(1, 500));
    expect(bootstrapInterval([X], meanScore, options(1, 500))).toEqual(first);
    expect(bootstrapInterval([X], meanScore, options(2, 500))).not.toEqual(first);
  });

  it('resamples within each task', () => {
    // Constant within tasks: every stratified resample has mean (0 + 1) / 2, an unstratified one would not.
    const strata: Strata = [
      [0, 0, 0],
      [1, 1, 1],
    ];
    expect(bootstrapInterval(strata, meanScore, options(1, 200))).toEqual({ lo: 0.5, hi: 0.5 });
  });

  it('has none for one run', () => {
    expect(bootstrapInterval([[0.4]], meanScore, options(1, 10))).toBeNull();
    expect(bootstrapInterval([[0.4, 0.5], [0.4]], meanScore, options(1, 10))).toBeNull();
    expect(bootstrapProfile([[0.4]], Float64Array.of(0), options(1, 10))).toBeNull();
  });

  it('refuses a number of resamples that is none', () => {
    expect(() => bootstrapInterval([X], meanScore, options(1, 0))).toThrow(/positive whole number/);
    expect(() => bootstrapInterval([X], meanScore, options(1, 2.5))).toThrow(/positive whole number/);
    expect(() => bootstrapProfile([X], Float64Array.of(0), options(1, 0))).toThrow(/positive whole number/);
  });

  it('covers the truth as often as the caveat of the summary says', () => {
    // numpy, 4 000 samples of normal data with 1 000 resamples each: 0.754 at n = 3, 0.836 at 5, 0.906 at 10.
    // Here 1 000 samples: standard error sqrt(0.84 0.16 / 1 000) = 0.012 at n = 5; three of them.
    const rng = new Rng(3, 'coverage');
    let covered = 0;
    for (let sample = 0; sample < 1000; sample++) {
      const values = Array.from({ length: 5 }, () => rng.normal());
      const interval = bootstrapInterval([values], meanScore, { rng, replicates: 400 });
      if (interval !== null && interval.lo <= 0 && interval.hi >= 0) covered++;
    }
    expect(Math.abs(covered / 1000 - 0.836)).toBeLessThan(0.036);
  });
});

describe('profile bands', () => {
  it('hold the binomial quantiles of the share', () => {
    // P(X > 0.43) = 5 of 10 runs; resampled counts are Binomial(10, 0.5), whose 2.5 % and 97.5 % quantiles are 2 and 8.
    const bands = bootstrapProfile([X], Float64Array.of(0.43), options(5, 5000));
    expect(bands).toEqual([{ lo: 0.2, hi: 0.8 }]);
  });
});
