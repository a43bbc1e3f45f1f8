import { type BackupColumns, growCopies } from './backup-columns.ts';

/** A replica that a satellite has taken into its archive. */
export interface StoredCopy {
  readonly object: number;
  readonly version: number;
  readonly satellite: number;
  readonly by: number;
  readonly madeS: number;
  readonly nowS: number;
  readonly bits: number;
}

/** Enters a replica into the archive of a satellite and into both lists. Returns the copy. */
export function addCopy(b: BackupColumns, stored: StoredCopy): number {
  if (b.freeCopy < 0) growCopies(b);
  const copy = b.freeCopy;
  const { object, satellite } = stored;
  b.freeCopy = b.copyNext[copy]!;
  b.copyObject[copy] = object;
  b.copyVersion[copy] = stored.version;
  b.copySatellite[copy] = satellite;
  b.copyBy[copy] = stored.by;
  b.copyMadeS[copy] = stored.madeS;
  b.copyStoredS[copy] = stored.nowS;
  b.copyLostS[copy] = Infinity;
  b.copyWrittenOff[copy] = 0;
  b.copyNext[copy] = b.firstCopy[object]!;
  b.firstCopy[object] = copy;
  const first = b.firstHeld[satellite]!;
  b.copyBefore[copy] = -1;
  b.copyAfter[copy] = first;
  if (first >= 0) b.copyBefore[first] = copy;
  b.firstHeld[satellite] = copy;
  b.archiveBits[satellite] = b.archiveBits[satellite]! + stored.bits;
  b.storedBits += stored.bits;
  return copy;
}

/** A replica has ceased to exist; the catalogue does not know yet. */
export function loseCopy(b: BackupColumns, copy: number, bits: number, nowS: number): void {
  const satellite = b.copySatellite[copy]!;
  b.copyLostS[copy] = nowS;
  b.unnoticed[satellite] = b.unnoticed[satellite]! + 1;
  b.archiveBits[satellite] = b.archiveBits[satellite]! - bits;
  b.lostBits += bits;
}

/** Takes a copy out of both lists; one that exists is deleted from the archive. */
export function removeCopy(b: BackupColumns, copy: number, bits: number): void {
  const object = b.copyObject[copy]!;
  const satellite = b.copySatellite[copy]!;
  if (b.copyLostS[copy] === Infinity) {
    b.archiveBits[satellite] = b.archiveBits[satellite]! - bits;
    b.deletedBits += bits;
  } else {
    b.unnoticed[satellite] = b.unnoticed[satellite]! - 1;
  }
  const next = b.copyNext[copy]!;
  if (b.firstCopy[object] === copy) {
    b.firstCopy[object] = next;
  } else {
    let before = b.firstCopy[object]!;
    while (b.copyNext[before] !== copy) before = b.copyNext[before]!;
    b.copyNext[before] = next;
  }
  const before = b.copyBefore[copy]!;
  const after = b.copyAfter[copy]!;
  if (before < 0) b.firstHeld[satellite] = after;
  else b.copyAfter[before] = after;
  if (after >= 0) b.copyBefore[after] = before;
  b.copyNext[copy] = b.freeCopy;
  b.freeCopy = copy;
}

/** Copies of a version that exist, wherever they are. */
export function existing(b: BackupColumns, object: number, version: number): number {
  let n = 0;
  for (let copy = b.firstCopy[object]!; copy >= 0; copy = b.copyNext[copy]!) {
    if (b.copyVersion[copy] === version && b.copyLostS[copy] === Infinity) n++;
  }
  return n;
}

/** Copies of a version that exist and are counted on: those whose holders can confirm them. */
export function confirmed(b: BackupColumns, object: number, version: number): number {
  let n = 0;
  for (let copy = b.firstCopy[object]!; copy >= 0; copy = b.copyNext[copy]!) {
    if (b.copyVersion[copy] === version && b.copyLostS[copy] === Infinity && b.copyWrittenOff[copy] === 0) n++;
  }
  return n;
}

/** Copies of a version that the catalogue counts on, those lost without being noticed included. */
export function countedOn(b: BackupColumns, object: number, version: number): number {
  let n = 0;
  for (let copy = b.firstCopy[object]!; copy >= 0; copy = b.copyNext[copy]!) {
    if (b.copyVersion[copy] === version && b.copyWrittenOff[copy] === 0) n++;
  }
  return n;
}

/** Whether a satellite holds a version of an object, as it knows itself. */
export function holds(b: BackupColumns, object: number, version: number, satellite: number): boolean {
  for (let copy = b.firstCopy[object]!; copy >= 0; copy = b.copyNext[copy]!) {
    if (b.copySatellite[copy] === satellite && b.copyVersion[copy] === version && b.copyLostS[copy] === Infinity) {
      return true;
    }
  }
  return false;
}

/**
 * Whether the satellite `by` knows of another that it holds a version: it has given it the copy, or the copy was stored before
 * `storedBeforeS`, so that the catalogue has spread the news.
 */
export function isListed(
  b: BackupColumns,
  { object, version, by }: { readonly object: number; readonly version: number; readonly by: number },
  satellite: number,
  storedBeforeS: number,
): boolean {
  for (let copy = b.firstCopy[object]!; copy >= 0; copy = b.copyNext[copy]!) {
    if (
      b.copySatellite[copy] === satellite &&
      b.copyVersion[copy] === version &&
      b.copyWrittenOff[copy] === 0 &&
      (b.copyStoredS[copy]! <= storedBeforeS || b.copyBy[copy] === by)
    ) {
      return true;
    }
  }
  return false;
}

/** Opens or closes the spell in which fewer copies exist than wanted; there is none before the first complete version. */
export function renewShort(b: BackupColumns, object: number, wanted: number, nowS: number): void {
  const complete = b.complete[object]!;
  if (complete === 0) return;
  const isShort = existing(b, object, complete) < wanted;
  const sinceS = b.shortSinceS[object]!;
  if (isShort && sinceS < 0) {
    b.shortSinceS[object] = nowS;
  } else if (!isShort && sinceS >= 0) {
    b.shortS[object] = b.shortS[object]! + nowS - sinceS;
    b.shortSpells[object] = b.shortSpells[object]! + 1;
    if (nowS - sinceS > b.longestShortS[object]!) b.longestShortS[object] = nowS - sinceS;
    b.shortSinceS[object] = -1;
  }
}

/** Has the next round look at an object. */
export function markDue(b: BackupColumns, object: number): void {
  if (b.isDue[object] === 1) return;
  b.isDue[object] = 1;
  b.due[b.dueCount++] = object;
}
