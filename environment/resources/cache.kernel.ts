/**
 * Content caches of the satellites. Satellite s owns slots [s * M, (s + 1) * M). `slotOf[s * objects + o]` finds an object.
 * Entries of a satellite are kept in insertion order in a list (newest at the head) with a SIEVE hand (Zhang et al.,
 * NSDI '24), a GDSF clock (Cherkasova 1998: priority = clock + hits * cost / size, cost 1) and access times, so that each
 * classic algorithm can name its victim whichever of them decides.
 */
export interface CacheColumns {
  readonly satelliteCount: number;
  readonly objectCount: number;
  /** M, slots per satellite. */
  readonly slots: number;
  readonly capacityBits: number;
  /** [S * objects] slot within the satellite, -1 = not cached. */
  slotOf: Int16Array;
  /** [S] */
  usedBits: Float64Array;
  entries: Int32Array;
  newest: Int32Array;
  oldest: Int32Array;
  hand: Int32Array;
  freeHead: Int32Array;
  gdsfClock: Float64Array;
  hits: Int32Array;
  lookups: Int32Array;
  /** [S * M] */
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
  newer: Int16Array;
  older: Int16Array;
}

export function createCaches(
  satelliteCount: number,
  objectCount: number,
  slots: number,
  capacityBits: number,
): CacheColumns {
  const perSatellite = (): Int32Array => new Int32Array(satelliteCount);
  const perSlot = (): Float64Array => new Float64Array(satelliteCount * slots);
  const caches: CacheColumns = {
    satelliteCount,
    objectCount,
    slots,
    capacityBits,
    slotOf: new Int16Array(satelliteCount * objectCount).fill(-1),
    usedBits: new Float64Array(satelliteCount),
    entries: perSatellite(),
    newest: perSatellite().fill(-1),
    oldest: perSatellite().fill(-1),
    hand: perSatellite().fill(-1),
    freeHead: perSatellite(),
    gdsfClock: new Float64Array(satelliteCount),
    hits: perSatellite(),
    lookups: perSatellite(),
    object: new Int32Array(satelliteCount * slots),
    sizeBits: perSlot(),
    insertedS: perSlot(),
    accessedS: perSlot(),
    versionS: perSlot(),
    count: new Int32Array(satelliteCount * slots),
    priority: perSlot(),
    fetchS: perSlot(),
    visited: new Uint8Array(satelliteCount * slots),
    newer: new Int16Array(satelliteCount * slots),
    older: new Int16Array(satelliteCount * slots),
  };
  for (let s = 0; s < satelliteCount; s++) {
    for (let m = 0; m < slots; m++) caches.older[s * slots + m] = m + 1 < slots ? m + 1 : -1;
  }
  return caches;
}

/** Slot of an object in a satellite's cache, -1 = absent. */
export function findObject(caches: CacheColumns, satellite: number, object: number): number {
  return caches.slotOf[satellite * caches.objectCount + object]!;
}

/** Records a hit on a slot. */
export function touch(caches: CacheColumns, satellite: number, slot: number, nowS: number): void {
  const e = satellite * caches.slots + slot;
  caches.accessedS[e] = nowS;
  const count = caches.count[e]! + 1;
  caches.count[e] = count;
  caches.visited[e] = 1;
  caches.priority[e] = caches.gdsfClock[satellite]! + count / (caches.sizeBits[e]! / 8e6);
}

/** 1 = an object of this size fits without evicting. */
export function fits(caches: CacheColumns, satellite: number, sizeBits: number): boolean {
  return caches.usedBits[satellite]! + sizeBits <= caches.capacityBits && caches.freeHead[satellite]! >= 0;
}

export interface Insertion {
  readonly object: number;
  readonly sizeBits: number;
  readonly versionS: number;
  readonly fetchS: number;
  readonly nowS: number;
}

/** Stores an object that fits; it becomes the newest entry. */
export function insertObject(caches: CacheColumns, satellite: number, entry: Insertion): void {
  const slot = caches.freeHead[satellite]!;
  const base = satellite * caches.slots;
  const e = base + slot;
  caches.freeHead[satellite] = caches.older[e]!;
  caches.object[e] = entry.object;
  caches.sizeBits[e] = entry.sizeBits;
  caches.insertedS[e] = entry.nowS;
  caches.accessedS[e] = entry.nowS;
  caches.versionS[e] = entry.versionS;
  caches.fetchS[e] = entry.fetchS;
  caches.count[e] = 1;
  caches.visited[e] = 0;
  caches.priority[e] = caches.gdsfClock[satellite]! + 1 / (entry.sizeBits / 8e6);
  const newest = caches.newest[satellite]!;
  caches.newer[e] = -1;
  caches.older[e] = newest;
  if (newest >= 0) caches.newer[base + newest] = slot;
  else caches.oldest[satellite] = slot;
  caches.newest[satellite] = slot;
  caches.slotOf[satellite * caches.objectCount + entry.object] = slot;
  caches.usedBits[satellite] = caches.usedBits[satellite]! + entry.sizeBits;
  caches.entries[satellite] = caches.entries[satellite]! + 1;
}

/**
 * Evicts a slot. Evicting SIEVE's own victim moves its hand there and clears the visited marks it passed; evicting GDSF's
 * raises the clock to its priority, as the algorithms prescribe.
 */
export function evictSlot(caches: CacheColumns, satellite: number, slot: number): void {
  const base = satellite * caches.slots;
  const e = base + slot;
  if (slot === sieveVictim(caches, satellite)) moveHand(caches, satellite, slot);
  else if (caches.hand[satellite]! === slot) caches.hand[satellite] = caches.newer[e]!;
  if (slot === gdsfVictim(caches, satellite)) caches.gdsfClock[satellite] = caches.priority[e]!;
  const newer = caches.newer[e]!;
  const older = caches.older[e]!;
  if (newer < 0) caches.newest[satellite] = older;
  else caches.older[base + newer] = older;
  if (older < 0) caches.oldest[satellite] = newer;
  else caches.newer[base + older] = newer;
  caches.older[e] = caches.freeHead[satellite]!;
  caches.freeHead[satellite] = slot;
  caches.slotOf[satellite * caches.objectCount + caches.object[e]!] = -1;
  const entries = caches.entries[satellite]! - 1;
  caches.entries[satellite] = entries;
  caches.usedBits[satellite] = entries === 0 ? 0 : caches.usedBits[satellite]! - caches.sizeBits[e]!;
}

/** First slot from SIEVE's hand towards newer entries that was not visited; the hand's own when all were. -1 = empty. */
export function sieveVictim(caches: CacheColumns, satellite: number): number {
  const base = satellite * caches.slots;
  const oldest = caches.oldest[satellite]!;
  if (oldest < 0) return -1;
  const start = caches.hand[satellite]! >= 0 ? caches.hand[satellite]! : oldest;
  let slot = start;
  do {
    if (caches.visited[base + slot]! === 0) return slot;
    const newer = caches.newer[base + slot]!;
    slot = newer >= 0 ? newer : oldest;
  } while (slot !== start);
  return start;
}

function moveHand(caches: CacheColumns, satellite: number, victim: number): void {
  const base = satellite * caches.slots;
  const oldest = caches.oldest[satellite]!;
  let slot = caches.hand[satellite]! >= 0 ? caches.hand[satellite]! : oldest;
  // When every entry was visited the hand makes a full round, clearing all, before it takes its own.
  const whole = slot === victim && caches.visited[base + slot]! === 1;
  do {
    if (slot === victim && !whole) break;
    caches.visited[base + slot] = 0;
    const newer = caches.newer[base + slot]!;
    slot = newer >= 0 ? newer : oldest;
  } while (slot !== victim);
  caches.hand[satellite] = caches.newer[base + victim]!;
}

/** Entry with the least GDSF priority, ties to the older; -1 = empty. */
export function gdsfVictim(caches: CacheColumns, satellite: number): number {
  const base = satellite * caches.slots;
  let victim = -1;
  let least = Infinity;
  for (let slot = caches.oldest[satellite]!; slot >= 0; slot = caches.newer[base + slot]!) {
    if (caches.priority[base + slot]! < least) {
      least = caches.priority[base + slot]!;
      victim = slot;
    }
  }
  return victim;
}

/** Entry used longest ago, ties to the older; -1 = empty. */
export function lruVictim(caches: CacheColumns, satellite: number): number {
  const base = satellite * caches.slots;
  let victim = -1;
  let least = Infinity;
  for (let slot = caches.oldest[satellite]!; slot >= 0; slot = caches.newer[base + slot]!) {
    if (caches.accessedS[base + slot]! < least) {
      least = caches.accessedS[base + slot]!;
      victim = slot;
    }
  }
  return victim;
}

/** Entry used least often, ties to the one used longest ago; -1 = empty. */
export function lfuVictim(caches: CacheColumns, satellite: number): number {
  const base = satellite * caches.slots;
  let victim = -1;
  let least = Infinity;
  let leastAccessedS = Infinity;
  for (let slot = caches.oldest[satellite]!; slot >= 0; slot = caches.newer[base + slot]!) {
    const e = base + slot;
    const count = caches.count[e]!;
    if (count < least || (count === least && caches.accessedS[e]! < leastAccessedS)) {
      least = count;
      leastAccessedS = caches.accessedS[e]!;
      victim = slot;
    }
  }
  return victim;
}

/** Empties a satellite's cache, as a failure of its storage does. */
export function clearCache(caches: CacheColumns, satellite: number): void {
  while (caches.newest[satellite]! >= 0) evictSlot(caches, satellite, caches.newest[satellite]!);
}
