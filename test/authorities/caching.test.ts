import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/index.ts';
import {
  type CacheColumns,
  createCaches,
  evictEntry,
  findObject,
  fits,
  gdsfVictim,
  insertObject,
  lfuVictim,
  lruVictim,
  sieveVictim,
  touch,
} from '../../environment/resources/cache.kernel.ts';
import { drawFromCdf } from '../../environment/traffic/traffic-classes.ts';

/**
 * Che's approximation of LRU under independent requests (Che, Tung and Wang, IEEE JSAC 2002): object i is held with probability
 * 1 - exp(-p_i t), where t solves sum_i (1 - exp(-p_i t)) = C. For Zipf and a tenth of a thousand objects it is known to
 * be within 1 % (Fricker, Robert and Roberts, ITC 2012).
 */
function cheHitFrac(popularity: readonly number[], capacity: number): number {
  const occupied = (t: number): number => popularity.reduce((sum, p) => sum + 1 - Math.exp(-p * t), 0);
  let low = 0;
  let high = 1e9;
  for (let i = 0; i < 200; i++) {
    const middle = (low + high) / 2;
    if (occupied(middle) < capacity) low = middle;
    else high = middle;
  }
  return popularity.reduce((sum, p) => sum + p * (1 - Math.exp(-p * low)), 0);
}

describe('LRU', () => {
  it.each([
    [0.8, 50],
    [1.0, 100],
  ])("ENV-71 hits as often as Che's approximation says: Zipf %f, %i of 1000 objects", (alpha, capacity) => {
    const objects = 1000;
    const weights = Array.from({ length: objects }, (_, r) => (r + 1) ** -alpha);
    const total = weights.reduce((sum, x) => sum + x, 0);
    let sum = 0;
    const cdf = Float64Array.from(weights, (x) => (sum += x) / total);
    const rng = new Rng(9, 'requests');
    const caches = createCaches(1, objects, capacity, capacity);
    const [warmUp, requests] = [10_000, 110_000];
    let hits = 0;
    for (let i = 0; i < requests; i++) {
      const object = drawFromCdf(cdf, 0, objects, rng.uniform());
      const slot = findObject(caches, 0, object);
      if (slot >= 0) {
        touch(caches, 0, slot, i);
        if (i >= warmUp) hits++;
        continue;
      }
      if (!fits(caches, 0, 1)) evictEntry(caches, 0, lruVictim(caches, 0), 0);
      insertObject(caches, 0, { object, sizeBits: 1, versionS: i, fetchS: 1, nowS: i });
    }
    const expected = cheHitFrac(
      weights.map((x) => x / total),
      capacity,
    );
    // 1 % for the approximation, and 3 standard errors of 100,000 requests: 0.5 %.
    expect(Math.abs(hits / (requests - warmUp) - expected)).toBeLessThan(0.015);
  });
});

/**
 * Hits of Belady's rule (IBM Systems Journal 1966), which evicts what is asked for again last: for objects of equal size no
 * other rule that keeps every object it fetches can hit more often (Mattson et al. 1970).
 */
function beladyHits(requests: Int32Array, capacity: number): number {
  const next = new Int32Array(requests.length).fill(requests.length);
  const latest = new Map<number, number>();
  for (let i = requests.length - 1; i >= 0; i--) {
    const object = requests[i] as number;
    next[i] = latest.get(object) ?? requests.length;
    latest.set(object, i);
  }
  const held = new Map<number, number>(); // object -> its next request
  let hits = 0;
  requests.forEach((object, i) => {
    if (held.has(object)) hits++;
    else if (held.size === capacity) {
      let farthest = -1;
      let victim = -1;
      for (const [candidate, at] of held) if (at > farthest) [victim, farthest] = [candidate, at];
      held.delete(victim);
    }
    held.set(object, next[i] as number);
  });
  return hits;
}

function kernelHits(requests: Int32Array, capacity: number, victim: (c: CacheColumns, s: number) => number): number {
  const caches = createCaches(1, 1 + Math.max(...requests), capacity, capacity);
  let hits = 0;
  requests.forEach((object, i) => {
    const entry = findObject(caches, 0, object);
    if (entry >= 0) {
      touch(caches, 0, entry, i);
      hits++;
      return;
    }
    if (!fits(caches, 0, 1)) evictEntry(caches, 0, victim(caches, 0), 0);
    insertObject(caches, 0, { object, sizeBits: 1, versionS: i, fetchS: 1, nowS: i });
  });
  return hits;
}

describe("Belady's rule", () => {
  it('hits 5 times in the example worked by hand', () => {
    // 3 places: 1 2 3 are fetched; 4 takes the place of 3 (1 and 2 come sooner); hits 1, 2; 5 takes that of 4; hits 1, 2;
    // 3 takes that of any but 5; hit 5.
    expect(beladyHits(Int32Array.of(1, 2, 3, 4, 1, 2, 5, 1, 2, 3, 5), 3)).toBe(5);
  });

  it.each(Object.entries({ lru: lruVictim, lfu: lfuVictim, gdsf: gdsfVictim, sieve: sieveVictim }))(
    'ENV-70 is never beaten by %s on Zipf traces',
    (_name, victim) => {
      for (const [seed, alpha, capacity] of [
        [1, 0.6, 10],
        [2, 0.8, 20],
        [3, 1.1, 40],
        [4, 0.8, 3],
      ] as const) {
        const objects = 120;
        const cdf = new Float64Array(objects);
        let sum = 0;
        for (let r = 0; r < objects; r++) cdf[r] = sum += (r + 1) ** -alpha;
        for (let r = 0; r < objects; r++) cdf[r] = (cdf[r] as number) / sum;
        const rng = new Rng(seed, 'trace');
        const requests = Int32Array.from({ length: 5000 }, () => drawFromCdf(cdf, 0, objects, rng.uniform()));
        const best = beladyHits(requests, capacity);
        const hits = kernelHits(requests, capacity, victim);
        expect(hits).toBeGreaterThan(0);
        expect(hits).toBeLessThanOrEqual(best);
      }
    },
  );
});
