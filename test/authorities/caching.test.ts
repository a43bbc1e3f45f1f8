import { describe, expect, it } from 'vitest';
import { Rng } from '../../core/index.ts';
import {
  createCaches,
  evictEntry,
  findObject,
  fits,
  insertObject,
  lruVictim,
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
      if (!fits(caches, 0, 1)) evictEntry(caches, 0, lruVictim(caches, 0));
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
