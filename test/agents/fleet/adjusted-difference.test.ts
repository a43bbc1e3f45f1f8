import { describe, expect, it } from 'vitest';
import { adjustedDifference } from '../../../agents/fleet/adjusted-difference.ts';
import { Rng } from '../../../core/index.ts';

const pairs = (...values: [before: number, after: number][]) => values.map(([before, after]) => ({ before, after }));

describe('a difference with the time before as covariate', () => {
  it('is what lies between two parallel lines', () => {
    // after = 0.5 before + 3 and after = 0.5 before + 1.
    const of = adjustedDifference(pairs([0, 3], [2, 4], [4, 5]), pairs([10, 6], [12, 7], [20, 11]));
    expect(of.slope).toBeCloseTo(0.5, 12);
    expect(of.difference).toBeCloseTo(2, 12);
    expect(of.standardError).toBeCloseTo(0, 12);
  });

  it('is a difference of means with the error of Welch where the time before was the same for all', () => {
    const of = adjustedDifference(pairs([1, 1], [1, 2], [1, 3]), pairs([1, 2], [1, 4], [1, 6], [1, 8]));
    // Means 2 and 5; variances of the means 1 / 3 and (20 / 3) / 4 = 5 / 3.
    expect(of).toMatchObject({ slope: 0, difference: -3 });
    expect(of.standardError).toBeCloseTo(Math.sqrt(2), 12);
    // Welch and Satterthwaite: 2^2 / ((1/3)^2 / 2 + (5/3)^2 / 3) = 4.0755, less one for the slope.
    expect(of.freedom).toBeCloseTo(4 / (1 / 18 + 25 / 27) - 1, 12);
  });

  it('has the variance that the covariate leaves, and says so', () => {
    const rng = new Rng(2, 'pairs');
    const draw = () => {
      const level = rng.normal();
      return { before: level, after: 0.8 * level + 0.3 * rng.normal() };
    };
    let squares = 0;
    let said = 0;
    const times = 2000;
    for (let i = 0; i < times; i++) {
      const { difference, standardError } = adjustedDifference(
        Array.from({ length: 14 }, draw),
        Array.from({ length: 52 }, draw),
      );
      squares += difference ** 2 / times;
      said += standardError ** 2 / times;
    }
    // 0.09 (1/14 + 1/52) = 0.00816 and 1/63 more for the slope; without covariate 0.066. 2,000 squares: 3 % standard error, four of them.
    const variance = 0.09 * (1 / 14 + 1 / 52) * (1 + 1 / 63);
    expect(squares / variance).toBeGreaterThan(0.88);
    expect(squares / variance).toBeLessThan(1.12);
    expect(said / variance).toBeGreaterThan(0.94);
    expect(said / variance).toBeLessThan(1.06);
  });
});
