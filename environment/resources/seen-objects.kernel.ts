import { StrictMath } from '../../core/index.ts';

/**
 * What satellites remember of objects, one row per pair of satellite and object. In a small world the row is the pair's key
 * `satellite * objectCount + object` itself. In a large one few pairs ever meet: rows lie in a hash table with linear probing that
 * grows with them and never shrinks, and turns into the former before it would take more than half as much memory.
 */
export interface SeenObjects {
  readonly satelliteCount: number;
  readonly objectCount: number;
  /** Rows - 1 of the hash table; -1 = every pair has its row. */
  pairMask: number;
  /** Rows in use of the hash table. */
  pairRows: number;
  /** [rows] pair of the row, -1 = free; empty when every pair has its row. */
  pairKey: Int32Array;
  /** [rows] slot of the satellite's cache that holds the object, -1 = not cached. */
  slotOf: Int16Array;
  /** [rows] requests for the object that the satellite has seen (65,535 at most); the last one, s, -1 = none. */
  requests: Uint16Array;
  requestedS: Float32Array;
  /** [rows] rate of requests, an exponentially weighted mean as it was at the last one, Hz. */
  requestRateHz: Float32Array;
  /** [rows] when the satellite last evicted the object, s, -1 = never; number of that eviction in S3-FIFO's ghost queue, 0 = none. */
  evictedS: Float64Array;
  ghostNumber: Int32Array;
}

/** Up to this many pairs have a row each: 25 MB. */
const SMALL_WORLD_PAIRS = 2 ** 20;
/** Memory of request rates, s: some minutes, about as long as a satellite in low orbit sees a place. */
const RATE_MEMORY_S = 120;
const FIRST_ROWS = 2 ** 12;
const ROW_BYTES = 24;
const HASHED_ROW_BYTES = ROW_BYTES + Int32Array.BYTES_PER_ELEMENT;
/** A table fuller than this is doubled: a search then looks at two rows on average. */
const FULLEST_FRAC = 0.7;
/** 2^32 divided by the golden ratio: spreads neighbouring keys (Knuth, vol. 3, 6.4). */
const GOLDEN = 0x9e3779b1;

export function createSeenObjects(satelliteCount: number, objectCount: number): SeenObjects {
  const pairs = satelliteCount * objectCount;
  const hashed = pairs > SMALL_WORLD_PAIRS;
  const rows = hashed ? FIRST_ROWS : pairs;
  return {
    satelliteCount,
    objectCount,
    pairMask: hashed ? rows - 1 : -1,
    pairRows: 0,
    pairKey: new Int32Array(hashed ? rows : 0).fill(-1),
    slotOf: new Int16Array(rows).fill(-1),
    requests: new Uint16Array(rows),
    requestedS: new Float32Array(rows).fill(-1),
    requestRateHz: new Float32Array(rows),
    evictedS: new Float64Array(rows).fill(-1),
    ghostNumber: new Int32Array(rows),
  };
}

/** A request for the object of a row. */
export function noteRequest(seen: SeenObjects, row: number, nowS: number): void {
  seen.requestRateHz[row] = rateAt(seen, row, nowS) + 1 / RATE_MEMORY_S;
  seen.requests[row] = Math.min(65535, seen.requests[row]! + 1);
  seen.requestedS[row] = nowS;
}

/** Rate of requests for the object of a row, Hz: the mean over the past with weights that fall by e every `RATE_MEMORY_S`. */
export function rateAt(seen: SeenObjects, row: number, nowS: number): number {
  const atS = seen.requestedS[row]!;
  return atS < 0 ? 0 : seen.requestRateHz[row]! * StrictMath.exp((atS - nowS) / RATE_MEMORY_S);
}

/** Row of a pair, -1 = the satellite knows nothing of the object. */
export function findSeen(seen: SeenObjects, satellite: number, object: number): number {
  const key = satellite * seen.objectCount + object;
  if (seen.pairMask < 0) return key;
  const row = probe(seen, key);
  return seen.pairKey[row]! === key ? row : -1;
}

/** Row of a pair, a new one if it has none. Rows move when others are made. */
export function rememberSeen(seen: SeenObjects, satellite: number, object: number): number {
  const key = satellite * seen.objectCount + object;
  if (seen.pairMask < 0) return key;
  const row = probe(seen, key);
  if (seen.pairKey[row]! === key) return row;
  if (seen.pairRows >= FULLEST_FRAC * (seen.pairMask + 1)) {
    grow(seen);
    return rememberSeen(seen, satellite, object);
  }
  seen.pairKey[row] = key;
  seen.pairRows++;
  return row;
}

/** The row of a key, or the free one where it belongs. */
function probe({ pairKey, pairMask }: SeenObjects, key: number): number {
  const spread = Math.imul(key, GOLDEN);
  let row = (spread ^ (spread >>> 15)) & pairMask;
  while (pairKey[row]! >= 0 && pairKey[row]! !== key) row = (row + 1) & pairMask;
  return row;
}

/** Twice as many rows, or one for every pair. */
function grow(seen: SeenObjects): void {
  const { pairKey, slotOf, requests, requestedS, requestRateHz, evictedS, ghostNumber } = seen;
  const { satelliteCount, objectCount } = seen;
  const pairs = satelliteCount * objectCount;
  const wanted = 2 * pairKey.length;
  const hashed = 2 * wanted * HASHED_ROW_BYTES <= pairs * ROW_BYTES;
  const rows = hashed ? wanted : pairs;
  seen.pairMask = hashed ? rows - 1 : -1;
  seen.pairKey = new Int32Array(hashed ? rows : 0).fill(-1);
  seen.slotOf = new Int16Array(rows).fill(-1);
  seen.requests = new Uint16Array(rows);
  seen.requestedS = new Float32Array(rows).fill(-1);
  seen.requestRateHz = new Float32Array(rows);
  seen.evictedS = new Float64Array(rows).fill(-1);
  seen.ghostNumber = new Int32Array(rows);
  for (let from = 0; from < pairKey.length; from++) {
    const pair = pairKey[from]!;
    if (pair < 0) continue;
    const to = hashed ? probe(seen, pair) : pair;
    if (hashed) seen.pairKey[to] = pair;
    seen.slotOf[to] = slotOf[from]!;
    seen.requests[to] = requests[from]!;
    seen.requestedS[to] = requestedS[from]!;
    seen.requestRateHz[to] = requestRateHz[from]!;
    seen.evictedS[to] = evictedS[from]!;
    seen.ghostNumber[to] = ghostNumber[from]!;
  }
}
