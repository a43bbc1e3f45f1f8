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
import { s3FifoVictim } from '../../environment/resources/s3-fifo.kernel.ts';
import { drawFromCdf } from '../../environment/traffic/traffic-classes.ts';
import { type SlowCache, slowGdsf, slowLfu, slowLru, slowS3Fifo, slowSieve } from './slow-caches.ts';

const OBJECTS = 60;
const BITS_PER_MB = 8e6;

interface Trace {
  readonly objects: Int32Array;
  /** MB, multiples of 1/4 so that sums are exact in either implementation. */
  readonly sizeMb: Float64Array;
}

/** Zipf requests, exponent 0.8, for objects of 1 MB or of 0.25 to 4 MB. */
function zipfTrace(seed: number, length: number, equalSizes: boolean): Trace {
  const rng = new Rng(seed, 'trace');
  const cdf = new Float64Array(OBJECTS);
  let sum = 0;
  for (let r = 0; r < OBJECTS; r++) cdf[r] = sum += (r + 1) ** -0.8;
  for (let r = 0; r < OBJECTS; r++) cdf[r] = (cdf[r] as number) / sum;
  return {
    sizeMb: Float64Array.from({ length: OBJECTS }, () => (equalSizes ? 1 : (1 + rng.int(16)) / 4)),
    objects: Int32Array.from({ length }, () => drawFromCdf(cdf, 0, OBJECTS, rng.uniform())),
  };
}

type Victim = (caches: CacheColumns, satellite: number) => number;

/** The kernel, serving the trace on the second of three satellites. */
function kernelCache(capacityMb: number, sizeMb: Float64Array, victim: Victim): SlowCache {
  const caches = createCaches(3, OBJECTS, OBJECTS, capacityMb * BITS_PER_MB);
  let nowS = 0;
  return {
    request(object) {
      nowS++;
      const slot = findObject(caches, 1, object);
      if (slot >= 0) {
        touch(caches, 1, slot, nowS);
        return true;
      }
      const sizeBits = (sizeMb[object] as number) * BITS_PER_MB;
      while (!fits(caches, 1, sizeBits)) evictEntry(caches, 1, victim(caches, 1), nowS);
      insertObject(caches, 1, { object, sizeBits, versionS: nowS, fetchS: 1, nowS });
      return false;
    },
  };
}

describe('cache algorithms', () => {
  it.each([
    ['LRU', slowLru, lruVictim],
    ['LFU', slowLfu, lfuVictim],
    ['GDSF', slowGdsf, gdsfVictim],
    ['SIEVE', slowSieve, sieveVictim],
    ['S3-FIFO', slowS3Fifo, s3FifoVictim],
  ] as const)('ENV-70 %s equals a plain implementation of the paper, hit for hit', (_name, slow, victim) => {
    for (const equalSizes of [true, false]) {
      for (const seed of [1, 2, 3]) {
        const { objects, sizeMb } = zipfTrace(seed, 4000, equalSizes);
        const expected = slow(12, (object) => sizeMb[object] as number);
        const kernel = kernelCache(12, sizeMb, victim);
        let hits = 0;
        const differs = objects.findIndex((object) => {
          const hit = kernel.request(object);
          hits += hit ? 1 : 0;
          return hit !== expected.request(object);
        });
        expect(differs, `first request that differs, seed ${seed}`).toBe(-1);
        // Neither all hits nor all misses, or nothing was compared.
        expect(hits).toBeGreaterThan(400);
        expect(hits).toBeLessThan(3600);
      }
    }
  });

  it('ENV-70 the five differ from one another on the same trace', () => {
    const { objects, sizeMb } = zipfTrace(1, 4000, false);
    const counts = [lruVictim, lfuVictim, gdsfVictim, sieveVictim, s3FifoVictim].map((victim) => {
      const cache = kernelCache(12, sizeMb, victim);
      return objects.reduce((hits, object) => hits + (cache.request(object) ? 1 : 0), 0);
    });
    expect(new Set(counts).size).toBe(5);
  });
});
