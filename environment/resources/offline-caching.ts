/** The requests that one cache sees, in order of time. */
export interface RequestTrace {
  readonly object: readonly number[];
  /** s */
  readonly timeS: readonly number[];
}

export interface OfflineCache {
  readonly capacityBits: number;
  readonly sizeBits: (object: number) => number;
  /** Copies older than this do not answer, s; Infinity = any do. */
  readonly freshnessS: (object: number) => number;
}

export interface Misses {
  readonly objects: number;
  readonly bits: number;
}

interface Held {
  readonly object: number;
  readonly versionS: number;
  nextIndex: number;
}

/**
 * Misses of a cache that knows all requests to come and is given what it misses at once: it gives up what is asked for last (Belady,
 * IBM Systems Journal 1966), the object that comes among the rest; with `bySize`, what has the largest product of size and
 * requests until then. For objects of one size that never go out of date the first is the least possible; for others neither
 * is, and the better of the two is a good offline algorithm, not a bound.
 */
export function beladyMisses(trace: RequestTrace, cache: OfflineCache, bySize = false): Misses {
  const { capacityBits, sizeBits, freshnessS } = cache;
  const next = nextIndices(trace);
  const held = new Map<number, Held>();
  let usedBits = 0;
  let objects = 0;
  let bits = 0;
  trace.object.forEach((object, i) => {
    const size = sizeBits(object);
    const nowS = trace.timeS[i] as number;
    const nextIndex = next[i] as number;
    const copy = held.get(object);
    if (copy !== undefined && nowS - copy.versionS <= freshnessS(object)) {
      copy.nextIndex = nextIndex;
      return;
    }
    objects++;
    bits += size;
    if (copy === undefined) usedBits += size;
    held.set(object, { object, versionS: nowS, nextIndex });
    while (usedBits > capacityBits) {
      let worst: Held | undefined;
      let most = -1;
      for (const entry of held.values()) {
        const distance = distanceOf(entry, { trace, cache, i }) * (bySize ? sizeBits(entry.object) : 1);
        if (distance <= most) continue;
        most = distance;
        worst = entry;
      }
      const { object: given } = worst as Held;
      held.delete(given);
      usedBits -= sizeBits(given);
    }
  });
  return { objects, bits };
}

/** Requests that lie beyond all others, where a copy will not answer again. */
const NEVER = Number.MAX_SAFE_INTEGER;

function distanceOf(
  { object, versionS, nextIndex }: Held,
  { trace, cache, i }: { readonly trace: RequestTrace; readonly cache: OfflineCache; readonly i: number },
): number {
  if (nextIndex < 0) return NEVER;
  const ageS = (trace.timeS[nextIndex] as number) - versionS;
  return ageS > cache.freshnessS(object) ? NEVER : nextIndex - i;
}

/**
 * Least bits that any cache must miss, whatever it knows: PFOO-L of Berger, Beckmann and Harchol-Balter (SIGMETRICS 2018). To hit again an
 * object must stay from one request to the next; hits are granted, the shortest stays first, until they take as much space
 * times time as the cache has in all, as if it could be moved about in time.
 */
export function leastMissedBits(trace: RequestTrace, cache: OfflineCache): number {
  const { capacityBits, sizeBits, freshnessS } = cache;
  const stays: { readonly length: number; readonly bits: number }[] = [];
  let missedBits = 0;
  nextIndices(trace).forEach((nextIndex, i) => {
    const object = trace.object[i] as number;
    missedBits += sizeBits(object);
    if (nextIndex < 0 || sizeBits(object) > capacityBits) return;
    const ageS = (trace.timeS[nextIndex] as number) - (trace.timeS[i] as number);
    if (ageS <= freshnessS(object)) stays.push({ length: nextIndex - i, bits: sizeBits(object) });
  });
  stays.sort((a, b) => a.length - b.length);
  let room = capacityBits * trace.object.length;
  for (const { length, bits } of stays) {
    const share = Math.min(1, room / (length * bits));
    missedBits -= share * bits;
    room -= length * bits;
    if (room <= 0) break;
  }
  return missedBits;
}

/** [requests] index of the next request for the same object, -1 = none. */
function nextIndices({ object }: RequestTrace): number[] {
  const next = new Array<number>(object.length).fill(-1);
  const seen = new Map<number, number>();
  for (let i = object.length - 1; i >= 0; i--) {
    next[i] = seen.get(object[i] as number) ?? -1;
    seen.set(object[i] as number, i);
  }
  return next;
}
