import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/index.ts';
import { type OfflineCache, type RequestTrace, beladyMisses, leastMissedBits } from '../../environment/index.ts';

const never = (): number => Infinity;

function randomTrace(seed: number, length: number, objects: number): RequestTrace {
  const rng = new Rng(seed, 'trace');
  const object = Array.from({ length }, () => Math.min(rng.int(objects), rng.int(objects)));
  return { object, timeS: object.map((_, i) => i) };
}

/** Least missed bits over all decisions, by trying every set the cache could hold after each request. */
function optimum({ object }: RequestTrace, { capacityBits, sizeBits }: OfflineCache): number {
  let states = new Map<string, { readonly held: readonly number[]; readonly bits: number }>([
    ['', { held: [], bits: 0 }],
  ]);
  for (const wanted of object) {
    const after: typeof states = new Map();
    for (const { held, bits } of states.values()) {
      const hit = held.includes(wanted);
      const all = hit ? held : [...held, wanted];
      const missed = bits + (hit ? 0 : sizeBits(wanted));
      for (let mask = 0; mask < 2 ** all.length; mask++) {
        const kept = all.filter((_, i) => (mask >> i) & 1).sort();
        if (kept.reduce((sum, o) => sum + sizeBits(o), 0) > capacityBits) continue;
        const key = kept.join();
        if ((after.get(key)?.bits ?? Infinity) > missed) after.set(key, { held: kept, bits: missed });
      }
    }
    states = after;
  }
  return Math.min(...[...states.values()].map(({ bits }) => bits));
}

describe('offline caching', () => {
  it('ENV-77 Belady misses least of all for objects of one size', () => {
    for (let seed = 1; seed <= 20; seed++) {
      const trace = randomTrace(seed, 30, 6);
      const cache = { capacityBits: 3, sizeBits: () => 1, freshnessS: never };
      expect(beladyMisses(trace, cache), `seed ${seed}`).toEqual({
        objects: optimum(trace, cache),
        bits: optimum(trace, cache),
      });
    }
  });

  it('ENV-77 for objects of several sizes the least possible lies between the bound and either Belady', () => {
    let apart = 0;
    for (let seed = 1; seed <= 20; seed++) {
      const trace = randomTrace(seed, 30, 6);
      const cache = { capacityBits: 5, sizeBits: (object: number) => 1 + (object % 3), freshnessS: never };
      const least = optimum(trace, cache);
      const bound = leastMissedBits(trace, cache);
      expect(bound, `seed ${seed}`).toBeLessThanOrEqual(least + 1e-9);
      expect(beladyMisses(trace, cache).bits).toBeGreaterThanOrEqual(least);
      expect(beladyMisses(trace, cache, true).bits).toBeGreaterThanOrEqual(least);
      if (bound < least) apart++;
      // Not an empty bound: compulsory misses alone are fewer.
      const compulsory = [...new Set(trace.object)].reduce((sum, object) => sum + cache.sizeBits(object), 0);
      expect(bound).toBeGreaterThanOrEqual(compulsory - 1e-9);
    }
    expect(apart).toBeGreaterThan(0);
  });

  it('ENV-77 a copy out of date is fetched again, and nobody keeps one for a request that it cannot answer', () => {
    // Object 0 at 0, 5 and 20 s, fresh for 10 s; object 1 at 1 and 21 s. One place.
    const trace = { object: [0, 1, 0, 0, 1], timeS: [0, 1, 5, 20, 21] };
    const cache = {
      capacityBits: 1,
      sizeBits: () => 1,
      freshnessS: (object: number) => (object === 0 ? 10 : Infinity),
    };
    // 0 missed; 1 missed, kept from there (next in 20 s) or 0 for its hit at 5 s: either way one hit of the last four.
    expect(beladyMisses(trace, cache).objects).toBe(4);
    expect(leastMissedBits(trace, cache)).toBeLessThanOrEqual(4);
  });
});
