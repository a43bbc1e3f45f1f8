import {
  type S3FifoColumns,
  type S3FifoEntries,
  createS3Fifo,
  createS3FifoEntries,
  enterS3Fifo,
  leaveS3Fifo,
  useS3Fifo,
} from './s3-fifo.kernel.ts';
import { type SeenObjects, createSeenObjects, findSeen, rememberSeen } from './seen-objects.kernel.ts';

/**
 * Content caches of the satellites. A satellite may use slots [0, M); they lie in pages of a pool that all share, taken when first
 * used, so that memory goes to satellites that cache. Slot n of satellite s is entry `entryAt(caches, s, n)` of the columns.
 * Entries of a satellite are kept in insertion order in a list (newest at the head) with a SIEVE hand (Zhang et al.,
 * NSDI '24), a GDSF clock (Cherkasova 1998: priority = clock + hits * cost / size, cost 1), access times and the queues of
 * S3-FIFO, so that each classic algorithm can name its victim whichever of them decides.
 */
export interface CacheColumns extends SeenObjects, S3FifoColumns, S3FifoEntries {
  /** M, most slots per satellite. */
  readonly slots: number;
  readonly capacityBits: number;
  /** [S] */
  usedBits: Float64Array;
  entries: Int32Array;
  /** Slots that were ever used: the free ones are in a list, or follow these. */
  openedSlots: Int32Array;
  /** Entries, -1 = none. */
  newest: Int32Array;
  oldest: Int32Array;
  hand: Int32Array;
  freeHead: Int32Array;
  gdsfClock: Float64Array;
  hits: Int32Array;
  lookups: Int32Array;
  /** Pages in use. */
  pages: number;
  /** [S * pages per satellite] page of the pool, -1 = none yet. */
  pageOf: Int32Array;
  /** [pages] first slot of the page within its satellite. */
  pageSlot: Int32Array;
  /** [pages * PAGE_SLOTS] -1 = free. */
  object: Int32Array;
  sizeBits: Float64Array;
  insertedS: Float64Array;
  accessedS: Float64Array;
  /** Version time of the copy, s: when it left its origin. */
  versionS: Float64Array;
  count: Int32Array;
  priority: Float64Array;
  fetchS: Float64Array;
  visited: Uint8Array;
  /** Entries, -1 = none. */
  newer: Int32Array;
  older: Int32Array;
}

/** 2 KB of columns; a cache of some large objects needs one page. */
const PAGE_BITS = 5;
const PAGE_SLOTS = 1 << PAGE_BITS;

export function createCaches(
  satelliteCount: number,
  objectCount: number,
  slots: number,
  capacityBits: number,
): CacheColumns {
  const perSatellite = (): Int32Array => new Int32Array(satelliteCount);
  return {
    ...createSeenObjects(satelliteCount, objectCount),
    ...createS3Fifo(satelliteCount),
    slots,
    capacityBits,
    usedBits: new Float64Array(satelliteCount),
    entries: perSatellite(),
    openedSlots: perSatellite(),
    newest: perSatellite().fill(-1),
    oldest: perSatellite().fill(-1),
    hand: perSatellite().fill(-1),
    freeHead: perSatellite().fill(-1),
    gdsfClock: new Float64Array(satelliteCount),
    hits: perSatellite(),
    lookups: perSatellite(),
    pages: 0,
    pageOf: new Int32Array(satelliteCount * Math.ceil(slots / PAGE_SLOTS)).fill(-1),
    ...createPages(satelliteCount),
  };
}

function createPages(pages: number) {
  const n = pages * PAGE_SLOTS;
  return {
    pageSlot: new Int32Array(pages),
    object: new Int32Array(n).fill(-1),
    sizeBits: new Float64Array(n),
    insertedS: new Float64Array(n),
    accessedS: new Float64Array(n),
    versionS: new Float64Array(n),
    count: new Int32Array(n),
    priority: new Float64Array(n),
    fetchS: new Float64Array(n),
    visited: new Uint8Array(n),
    newer: new Int32Array(n),
    older: new Int32Array(n),
    ...createS3FifoEntries(n),
  };
}

/** Entry of a satellite's slot, -1 = never used. */
export function entryAt(caches: CacheColumns, satellite: number, slot: number): number {
  const page = caches.pageOf[satellite * Math.ceil(caches.slots / PAGE_SLOTS) + (slot >> PAGE_BITS)]!;
  return page < 0 ? -1 : (page << PAGE_BITS) | (slot & (PAGE_SLOTS - 1));
}

/** Slot of an entry within its satellite. */
export function slotAt(caches: CacheColumns, entry: number): number {
  return caches.pageSlot[entry >> PAGE_BITS]! + (entry & (PAGE_SLOTS - 1));
}

/** Entry of an object in a satellite's cache, -1 = absent. */
export function findObject(caches: CacheColumns, satellite: number, object: number): number {
  const row = findSeen(caches, satellite, object);
  if (row < 0) return -1;
  const slot = caches.slotOf[row]!;
  return slot < 0 ? -1 : entryAt(caches, satellite, slot);
}

/** Records a hit on an entry. */
export function touch(caches: CacheColumns, satellite: number, entry: number, nowS: number): void {
  caches.accessedS[entry] = nowS;
  const count = caches.count[entry]! + 1;
  caches.count[entry] = count;
  caches.visited[entry] = 1;
  useS3Fifo(caches, entry);
  caches.priority[entry] = caches.gdsfClock[satellite]! + count / (caches.sizeBits[entry]! / 8e6);
}

/** 1 = an object of this size fits without evicting. */
export function fits(caches: CacheColumns, satellite: number, sizeBits: number): boolean {
  return caches.usedBits[satellite]! + sizeBits <= caches.capacityBits && caches.entries[satellite]! < caches.slots;
}

export interface Insertion {
  readonly object: number;
  readonly sizeBits: number;
  readonly versionS: number;
  readonly fetchS: number;
  readonly nowS: number;
}

/** Stores an object that fits; it becomes the newest entry. */
export function insertObject(caches: CacheColumns, satellite: number, insertion: Insertion): void {
  const e = takeEntry(caches, satellite);
  caches.object[e] = insertion.object;
  caches.sizeBits[e] = insertion.sizeBits;
  caches.insertedS[e] = insertion.nowS;
  caches.accessedS[e] = insertion.nowS;
  caches.versionS[e] = insertion.versionS;
  caches.fetchS[e] = insertion.fetchS;
  caches.count[e] = 1;
  caches.visited[e] = 0;
  caches.priority[e] = caches.gdsfClock[satellite]! + 1 / (insertion.sizeBits / 8e6);
  const newest = caches.newest[satellite]!;
  caches.newer[e] = -1;
  caches.older[e] = newest;
  if (newest >= 0) caches.newer[newest] = e;
  else caches.oldest[satellite] = e;
  caches.newest[satellite] = e;
  const seen = rememberSeen(caches, satellite, insertion.object);
  caches.slotOf[seen] = slotAt(caches, e);
  enterS3Fifo(caches, satellite, e, seen);
  caches.usedBits[satellite] = caches.usedBits[satellite]! + insertion.sizeBits;
  caches.entries[satellite] = caches.entries[satellite]! + 1;
}

/** The entry freed last, or the next slot that was never used, with a page for it. */
function takeEntry(caches: CacheColumns, satellite: number): number {
  const freed = caches.freeHead[satellite]!;
  if (freed >= 0) {
    caches.freeHead[satellite] = caches.older[freed]!;
    return freed;
  }
  const slot = caches.openedSlots[satellite]!++;
  if ((slot & (PAGE_SLOTS - 1)) === 0) {
    if (caches.pages === caches.pageSlot.length) growPool(caches);
    const page = caches.pages++;
    caches.pageSlot[page] = slot;
    caches.pageOf[satellite * Math.ceil(caches.slots / PAGE_SLOTS) + (slot >> PAGE_BITS)] = page;
  }
  return entryAt(caches, satellite, slot);
}

function growPool(caches: CacheColumns): void {
  const { pageSlot, object, sizeBits, insertedS, accessedS, versionS, count, priority, fetchS, visited } = caches;
  const { newer, older, inMain, uses, queueNewer, queueOlder } = caches;
  const larger = createPages(2 * pageSlot.length);
  larger.pageSlot.set(pageSlot);
  larger.object.set(object);
  larger.sizeBits.set(sizeBits);
  larger.insertedS.set(insertedS);
  larger.accessedS.set(accessedS);
  larger.versionS.set(versionS);
  larger.count.set(count);
  larger.priority.set(priority);
  larger.fetchS.set(fetchS);
  larger.visited.set(visited);
  larger.newer.set(newer);
  larger.older.set(older);
  larger.inMain.set(inMain);
  larger.uses.set(uses);
  larger.queueNewer.set(queueNewer);
  larger.queueOlder.set(queueOlder);
  Object.assign(caches, larger);
}

/**
 * Evicts an entry at `nowS`. Evicting SIEVE's own victim moves its hand there and clears the visited marks it passed; evicting GDSF's
 * raises the clock to its priority, and that of S3-FIFO turns its queues, as the algorithms prescribe.
 */
export function evictEntry(caches: CacheColumns, satellite: number, e: number, nowS: number): void {
  leaveS3Fifo(caches, satellite, e);
  if (e === sieveVictim(caches, satellite)) moveHand(caches, satellite, e);
  else if (caches.hand[satellite]! === e) caches.hand[satellite] = caches.newer[e]!;
  if (e === gdsfVictim(caches, satellite)) caches.gdsfClock[satellite] = caches.priority[e]!;
  const newer = caches.newer[e]!;
  const older = caches.older[e]!;
  if (newer < 0) caches.newest[satellite] = older;
  else caches.older[newer] = older;
  if (older < 0) caches.oldest[satellite] = newer;
  else caches.newer[older] = newer;
  caches.older[e] = caches.freeHead[satellite]!;
  caches.freeHead[satellite] = e;
  const seen = findSeen(caches, satellite, caches.object[e]!);
  caches.slotOf[seen] = -1;
  caches.evictedS[seen] = nowS;
  caches.object[e] = -1;
  const entries = caches.entries[satellite]! - 1;
  caches.entries[satellite] = entries;
  caches.usedBits[satellite] = entries === 0 ? 0 : caches.usedBits[satellite]! - caches.sizeBits[e]!;
}

/** First entry from SIEVE's hand towards newer ones that was not visited; the hand's own when all were. -1 = empty. */
export function sieveVictim(caches: CacheColumns, satellite: number): number {
  const oldest = caches.oldest[satellite]!;
  if (oldest < 0) return -1;
  const start = caches.hand[satellite]! >= 0 ? caches.hand[satellite]! : oldest;
  let entry = start;
  do {
    if (caches.visited[entry]! === 0) return entry;
    const newer = caches.newer[entry]!;
    entry = newer >= 0 ? newer : oldest;
  } while (entry !== start);
  return start;
}

function moveHand(caches: CacheColumns, satellite: number, victim: number): void {
  const oldest = caches.oldest[satellite]!;
  let entry = caches.hand[satellite]! >= 0 ? caches.hand[satellite]! : oldest;
  // When every entry was visited the hand makes a full round, clearing all, before it takes its own.
  const whole = entry === victim && caches.visited[entry]! === 1;
  do {
    if (entry === victim && !whole) break;
    caches.visited[entry] = 0;
    const newer = caches.newer[entry]!;
    entry = newer >= 0 ? newer : oldest;
  } while (entry !== victim);
  caches.hand[satellite] = caches.newer[victim]!;
}

/** Entry with the least GDSF priority, ties to the older; -1 = empty. */
export function gdsfVictim(caches: CacheColumns, satellite: number): number {
  let victim = -1;
  let least = Infinity;
  for (let entry = caches.oldest[satellite]!; entry >= 0; entry = caches.newer[entry]!) {
    if (caches.priority[entry]! < least) {
      least = caches.priority[entry]!;
      victim = entry;
    }
  }
  return victim;
}

/** Entry used longest ago, ties to the older; -1 = empty. */
export function lruVictim(caches: CacheColumns, satellite: number): number {
  let victim = -1;
  let least = Infinity;
  for (let entry = caches.oldest[satellite]!; entry >= 0; entry = caches.newer[entry]!) {
    if (caches.accessedS[entry]! < least) {
      least = caches.accessedS[entry]!;
      victim = entry;
    }
  }
  return victim;
}

/** Entry used least often, ties to the one used longest ago; -1 = empty. */
export function lfuVictim(caches: CacheColumns, satellite: number): number {
  let victim = -1;
  let least = Infinity;
  let leastAccessedS = Infinity;
  for (let entry = caches.oldest[satellite]!; entry >= 0; entry = caches.newer[entry]!) {
    const count = caches.count[entry]!;
    if (count < least || (count === least && caches.accessedS[entry]! < leastAccessedS)) {
      least = count;
      leastAccessedS = caches.accessedS[entry]!;
      victim = entry;
    }
  }
  return victim;
}

/** Empties a satellite's cache, as a failure of its storage does. */
export function clearCache(caches: CacheColumns, satellite: number, nowS: number): void {
  while (caches.newest[satellite]! >= 0) evictEntry(caches, satellite, caches.newest[satellite]!, nowS);
}
