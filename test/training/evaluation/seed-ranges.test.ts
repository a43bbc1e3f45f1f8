import { describe, expect, it } from 'vitest';
import { SEED_RANGES, expectSeeds } from '../../../training/evaluation/index.ts';

describe('seed ranges', () => {
  it('are disjoint', () => {
    const ranges = Object.values(SEED_RANGES).sort((a, b) => a.first - b.first);
    ranges.forEach(({ first, last }, i) => {
      expect(last).toBeGreaterThanOrEqual(first);
      if (i > 0) expect(first).toBeGreaterThan(ranges[i - 1]?.last ?? NaN);
    });
    expect(ranges).toHaveLength(5);
  });

  it.each([
    [[1, 2, 299_999], 'report', null],
    [[300_000], 'report', /from 1 to 299999 \(report\), got 300000/],
    [[400_000], 'during-training', null],
    [[1_000_000], 'tuning', /\(tuning\), got 1000000/],
    [[3, 3], 'report', /got 3, 3/],
    [[], 'report', /got none/],
    [[1.5], 'report', /got 1.5/],
  ] as const)('seeds %o for %s', (seeds, purpose, refusal) => {
    const check = (): void => expectSeeds(seeds, purpose);
    if (refusal === null) expect(check).not.toThrow();
    else expect(check).toThrow(refusal);
  });
});
