import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/index.ts';
import { createSeenObjects, findSeen, rememberSeen } from '../../environment/resources/seen-objects.kernel.ts';

const SATELLITES = 2000;
const OBJECTS = 1000;

describe('what satellites remember of objects', () => {
  it('ENV-70 equals a map, through all growth of the hash table and its turn into one row per pair', () => {
    const seen = createSeenObjects(SATELLITES, OBJECTS);
    const expected = new Map<number, number>();
    const rng = new Rng(1, 'pairs');
    const check = (): void => {
      for (let i = 0; i < 20_000; i++) {
        const [satellite, object] = [rng.int(SATELLITES), rng.int(OBJECTS)];
        const row = findSeen(seen, satellite, object);
        const count = row < 0 ? 0 : seen.requests[row];
        if (count !== (expected.get(satellite * OBJECTS + object) ?? 0)) {
          throw new Error(`Expected the requests of satellite ${satellite} for object ${object}, got ${count}.`);
        }
      }
    };
    expect(seen.pairKey.length).toBe(4096);
    let hashedRows = 0;
    for (let i = 1; i <= 500_000; i++) {
      const [satellite, object] = [rng.int(SATELLITES), rng.int(OBJECTS)];
      const row = rememberSeen(seen, satellite, object);
      seen.requests[row] = (seen.requests[row] as number) + 1;
      expected.set(satellite * OBJECTS + object, (expected.get(satellite * OBJECTS + object) ?? 0) + 1);
      if (seen.pairMask >= 0) hashedRows = seen.pairKey.length;
      if (i % 100_000 === 0) check();
    }
    // 2 M pairs of 24 bytes are 48 MB; a table of 2^19 rows of 28 bytes is the last that takes at most half of that.
    expect(hashedRows).toBe(2 ** 19);
    expect(seen.pairMask).toBe(-1);
    expect(seen.requests.length).toBe(SATELLITES * OBJECTS);
    expect(seen.requests.reduce((sum, n) => sum + n, 0)).toBe(500_000);
  });

  it('ENV-70 a small world has a row for each pair from the start', () => {
    const seen = createSeenObjects(66, 5000);
    expect(findSeen(seen, 2, 7)).toBe(10_007);
    expect(seen.requests.length).toBe(330_000);
  });
});
