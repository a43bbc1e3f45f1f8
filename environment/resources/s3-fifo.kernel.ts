import { type SeenObjects, findSeen } from './seen-objects.kernel.ts';

/**
 * State of S3-FIFO (Yang et al., SOSP 2023, algorithm 1) beside that of the other algorithms: a small queue for a tenth of the
 * cache, a main queue for the rest, and a ghost queue of what the small one has evicted. An entry's uses since it entered its
 * queue are counted up to 3. The ghost queue has as many places as the main queue has entries; it is kept as the number of
 * each eviction: an object is in it while fewer have followed than it has places, and until it returns.
 */
export interface S3FifoColumns {
  /** [S] ends of the queues (entries, -1 = none); bits in the small queue; entries in the main one; evictions from the small one. */
  smallNewest: Int32Array;
  smallOldest: Int32Array;
  mainNewest: Int32Array;
  mainOldest: Int32Array;
  smallBits: Float64Array;
  mainEntries: Int32Array;
  ghostEvictions: Int32Array;
}

/** Columns of entries. */
export interface S3FifoEntries {
  /** [entries] 1 = in the main queue; uses, 0 to 3; neighbours in the queue, -1 = none. */
  inMain: Uint8Array;
  uses: Uint8Array;
  queueNewer: Int32Array;
  queueOlder: Int32Array;
}

/** The columns of caches that S3-FIFO reads beside its own. */
interface S3FifoCaches extends SeenObjects, S3FifoColumns, S3FifoEntries {
  readonly capacityBits: number;
  /** [entries] */
  readonly object: Int32Array;
  readonly sizeBits: Float64Array;
}

const SMALL_FRAC = 0.1;
const MOST_USES = 3;
/** An entry of the small queue used more often than this since it came moves to the main queue. */
const PROBATION_USES = 1;

export function createS3Fifo(satelliteCount: number): S3FifoColumns {
  const none = (): Int32Array => new Int32Array(satelliteCount).fill(-1);
  return {
    smallNewest: none(),
    smallOldest: none(),
    mainNewest: none(),
    mainOldest: none(),
    smallBits: new Float64Array(satelliteCount),
    mainEntries: new Int32Array(satelliteCount),
    ghostEvictions: new Int32Array(satelliteCount),
  };
}

export function createS3FifoEntries(n: number): S3FifoEntries {
  return {
    inMain: new Uint8Array(n),
    uses: new Uint8Array(n),
    queueNewer: new Int32Array(n),
    queueOlder: new Int32Array(n),
  };
}

/** A hit. */
export function useS3Fifo(caches: S3FifoCaches, entry: number): void {
  if (caches.uses[entry]! < MOST_USES) caches.uses[entry] = caches.uses[entry]! + 1;
}

/** A new entry: into the main queue if the ghost queue remembers the object of row `seen`, else into the small one. */
export function enterS3Fifo(caches: S3FifoCaches, satellite: number, entry: number, seen: number): void {
  const number = caches.ghostNumber[seen]!;
  const since = caches.ghostEvictions[satellite]! - number;
  const remembered = number > 0 && since < caches.mainEntries[satellite]!;
  caches.ghostNumber[seen] = 0;
  caches.uses[entry] = 0;
  append(caches, satellite, entry, remembered);
}

/** An entry leaves, whoever decided it. If it is the victim of S3-FIFO, the queues turn as the algorithm prescribes. */
export function leaveS3Fifo(caches: S3FifoCaches, satellite: number, entry: number): void {
  if (entry === s3FifoVictim(caches, satellite)) turnTo(caches, satellite, entry);
  if (caches.inMain[entry] === 0) {
    const number = caches.ghostEvictions[satellite]! + 1;
    caches.ghostEvictions[satellite] = number;
    caches.ghostNumber[findSeen(caches, satellite, caches.object[entry]!)] = number;
  }
  unlink(caches, satellite, entry);
}

/**
 * The entry S3-FIFO would evict next, without turning its queues; -1 = empty. From the small queue while it holds its share: the
 * oldest used at most once. Otherwise from the main queue, which reinserts what was used and takes one use off: so the oldest
 * of those used least, behind which stands what the small queue has just handed over.
 */
export function s3FifoVictim(caches: S3FifoCaches, satellite: number): number {
  const { uses, queueNewer } = caches;
  const fromSmall = takesFromSmall(caches, satellite);
  if (fromSmall) {
    for (let e = caches.smallOldest[satellite]!; e >= 0; e = queueNewer[e]!) if (uses[e]! <= PROBATION_USES) return e;
  }
  let victim = -1;
  let least = MOST_USES + 1;
  for (let e = caches.mainOldest[satellite]!; e >= 0 && least > 0; e = queueNewer[e]!) {
    if (uses[e]! >= least) continue;
    least = uses[e]!;
    victim = e;
  }
  // What moves to the main queue starts there unused.
  return fromSmall && least > 0 ? caches.smallOldest[satellite]! : victim;
}

function takesFromSmall(caches: S3FifoCaches, satellite: number): boolean {
  if (caches.smallOldest[satellite]! < 0) return false;
  return caches.mainOldest[satellite]! < 0 || caches.smallBits[satellite]! >= SMALL_FRAC * caches.capacityBits;
}

function turnTo(caches: S3FifoCaches, satellite: number, victim: number): void {
  const { uses } = caches;
  if (takesFromSmall(caches, satellite)) {
    for (let e = caches.smallOldest[satellite]!; e >= 0; e = caches.smallOldest[satellite]!) {
      if (uses[e]! <= PROBATION_USES) return;
      unlink(caches, satellite, e);
      uses[e] = 0;
      append(caches, satellite, e, true);
    }
  }
  for (let e = caches.mainOldest[satellite]!; e !== victim || uses[e]! > 0; e = caches.mainOldest[satellite]!) {
    unlink(caches, satellite, e);
    uses[e] = uses[e]! - 1;
    append(caches, satellite, e, true);
  }
}

function append(caches: S3FifoCaches, satellite: number, entry: number, toMain: boolean): void {
  const newest = toMain ? caches.mainNewest : caches.smallNewest;
  const oldest = toMain ? caches.mainOldest : caches.smallOldest;
  const older = newest[satellite]!;
  caches.inMain[entry] = toMain ? 1 : 0;
  caches.queueOlder[entry] = older;
  caches.queueNewer[entry] = -1;
  if (older >= 0) caches.queueNewer[older] = entry;
  else oldest[satellite] = entry;
  newest[satellite] = entry;
  if (toMain) caches.mainEntries[satellite] = caches.mainEntries[satellite]! + 1;
  else caches.smallBits[satellite] = caches.smallBits[satellite]! + caches.sizeBits[entry]!;
}

function unlink(caches: S3FifoCaches, satellite: number, entry: number): void {
  const inMain = caches.inMain[entry] === 1;
  const newest = inMain ? caches.mainNewest : caches.smallNewest;
  const oldest = inMain ? caches.mainOldest : caches.smallOldest;
  const newer = caches.queueNewer[entry]!;
  const older = caches.queueOlder[entry]!;
  if (newer < 0) newest[satellite] = older;
  else caches.queueOlder[newer] = older;
  if (older < 0) oldest[satellite] = newer;
  else caches.queueNewer[older] = newer;
  if (inMain) caches.mainEntries[satellite] = caches.mainEntries[satellite]! - 1;
  else {
    const bits = caches.smallBits[satellite]! - caches.sizeBits[entry]!;
    caches.smallBits[satellite] = oldest[satellite]! < 0 ? 0 : bits;
  }
}
