import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createNeighbourGrid,
  createSatellitePairs,
  pairsInRangeInto,
  sortIntoGrid,
} from '../../../environment/network/neighbours.kernel.ts';
import { at } from '../../present.ts';

/** Satellites of low and high orbits, in clusters, at equal places and on cube edges (multiples of the range), km. */
function skies(maxCount: number) {
  const coordinate = fc.oneof(
    fc.double({ min: -8000, max: 8000, noNaN: true }),
    fc.integer({ min: -6, max: 6 }).map((k) => 1000 * k),
    fc.double({ min: -42_000, max: 42_000, noNaN: true }),
    fc.double({ min: -400_000, max: 400_000, noNaN: true }),
  );
  return fc.array(fc.tuple(coordinate, coordinate, coordinate), { maxLength: maxCount });
}

function positions(sky: readonly (readonly number[])[]): Float64Array {
  return Float64Array.from(sky.flat());
}

/** All pairs in range, by looking at all pairs. */
function pairsOf(rKm: Float64Array, maxRangeKm: number): string[] {
  const pairs: string[] = [];
  const n = rKm.length / 3;
  for (let a = 0; a < n; a++) {
    for (let b = a + 1; b < n; b++) {
      const [dx, dy, dz] = [0, 1, 2].map((axis) => at(rKm, 3 * a + axis) - at(rKm, 3 * b + axis)) as [
        number,
        number,
        number,
      ];
      if (dx * dx + dy * dy + dz * dz <= maxRangeKm * maxRangeKm) pairs.push(`${a}-${b}`);
    }
  }
  return pairs.sort();
}

function listed(rKm: Float64Array, maxRangeKm: number, cellKm = maxRangeKm): string[] {
  const n = rKm.length / 3;
  const grid = createNeighbourGrid(n);
  const pairs = createSatellitePairs((n * n) / 2 + 1);
  sortIntoGrid(grid, rKm, n, cellKm);
  expect(pairsInRangeInto(grid, maxRangeKm, pairs)).toBe(pairs.count);
  return Array.from({ length: pairs.count }, (_, e) => `${at(pairs.a, e)}-${at(pairs.b, e)}`).sort();
}

describe('pairs in range', () => {
  it('equal those found by looking at all pairs', () => {
    fc.assert(
      fc.property(
        skies(80),
        fc.constantFrom(1000, 2126, 300, 20_000),
        fc.constantFrom(1, 1.7),
        (sky, rangeKm, wider) => {
          const rKm = positions(sky);
          expect(listed(rKm, rangeKm, rangeKm * wider)).toEqual(pairsOf(rKm, rangeKm));
        },
      ),
      { seed: 20260722, numRuns: 400 },
    );
  });

  it('include a distance of just the range, and satellites at one place', () => {
    // Range 1,000: 0 and 1 are 1,000 apart across a cube edge, 2 is where 0 is, 3 is 1,000.001 from 1.
    const rKm = Float64Array.of(0, 0, 0, -1000, 0, 0, 0, 0, 0, -2000.001, 0, 0);
    expect(listed(rKm, 1000)).toEqual(['0-1', '0-2', '1-2']);
  });

  it('do not confuse satellites in cubes that wrapped space lays on each other', () => {
    // 32 cubes of 1,000 km: 32,000 km apart is the same cube.
    expect(listed(Float64Array.of(10, 0, 0, 32_010, 0, 0), 1000)).toEqual([]);
  });

  it('are counted beyond the room there is, and written up to it', () => {
    const rKm = new Float64Array(30); // ten satellites at one place: 45 pairs
    const grid = createNeighbourGrid(10);
    const pairs = createSatellitePairs(7);
    sortIntoGrid(grid, rKm, 10, 100);
    expect(pairsInRangeInto(grid, 100, pairs)).toBe(45);
    expect(pairs.count).toBe(7);
  });
});
