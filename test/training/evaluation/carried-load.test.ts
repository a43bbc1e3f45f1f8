import { describe, expect, it } from 'vitest';
import { carriedLoadAtDrops, findKnee } from '../../../training/evaluation/carried-load.ts';

describe('carriedLoadAtDrops', () => {
  const points = [
    { load: 2, dropFrac: 0.05 },
    { load: 1, dropFrac: 0 },
    { load: 1.5, dropFrac: 0.01 },
  ];

  it('interpolates between the two loads around the share, whatever their order', () => {
    // Between 1.5 (1 %) and 2 (5 %): 2 % is a quarter of the way, 1.5 + 0.5 / 4.
    expect(carriedLoadAtDrops(points, 0.02)).toEqual({ load: 1.625, bound: 'exact' });
    // At a point itself: that load.
    expect(carriedLoadAtDrops(points, 0.01).load).toBe(1.5);
  });

  it('takes the first crossing', () => {
    const lucky = [...points, { load: 3, dropFrac: 0.01 }];
    expect(carriedLoadAtDrops(lucky, 0.02).load).toBe(1.625);
  });

  it('says when the share lies outside what was measured', () => {
    expect(carriedLoadAtDrops(points, 0.06)).toEqual({ load: 2, bound: 'above' });
    expect(carriedLoadAtDrops(points.slice(0, 1).concat({ load: 3, dropFrac: 0.2 }), 0.01)).toEqual({
      load: 2,
      bound: 'below',
    });
  });

  it('refuses what is no curve', () => {
    expect(() => carriedLoadAtDrops(points.slice(1, 2), 0.01)).toThrow(/two loads or more/);
    expect(() => carriedLoadAtDrops([...points, { load: 2, dropFrac: 0.1 }], 0.01)).toThrow(/load 2 twice/);
    expect(() => carriedLoadAtDrops(points, NaN)).toThrow(/from 0 to 1/);
  });
});

describe('findKnee', () => {
  it('finds the load at which drops pass the share, and measures no more than it needs', async () => {
    let measured = 0;
    // Drops begin at load 1.3 and grow by a tenth per unit of load: 2 % at 1.5.
    const knee = await findKnee({
      dropFrac: 0.02,
      lowLoad: 0.5,
      highLoad: 8,
      dropFracAt: (load) => {
        measured++;
        return Promise.resolve(Math.max(0, 0.1 * (load - 1.3)));
      },
    });
    // The last two loads differ by less than 5 %, and between them the curve is straight.
    expect(knee.bound).toBe('exact');
    expect(knee.load).toBeCloseTo(1.5, 10);
    // From a ratio of 16 to 1.05 by square roots: ln 16 / ln 1.05 = 56.8 < 2^6, six halvings after the two ends.
    expect(measured).toBe(8);
    expect(knee.points.map(({ load }) => load)).toEqual([...knee.points.map(({ load }) => load)].sort((a, b) => a - b));
  });

  it('stops at once where both ends lie on one side', async () => {
    const knee = await findKnee({ dropFrac: 0.5, lowLoad: 1, highLoad: 2, dropFracAt: () => Promise.resolve(0.1) });
    expect(knee).toMatchObject({ load: 2, bound: 'above' });
    expect(knee.points).toHaveLength(2);
  });

  it('refuses loads in the wrong order', async () => {
    const search = { dropFrac: 0.1, lowLoad: 2, highLoad: 1, dropFracAt: () => Promise.resolve(0) };
    await expect(findKnee(search)).rejects.toThrow(/0 < low < high/);
  });
});
