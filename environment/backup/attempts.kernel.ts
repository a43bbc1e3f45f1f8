import { type BackupColumns, REPAIR, REPLICA, RESTORE, growAttempts } from './backup-columns.ts';

/** A copy of a data set that sets out. */
export interface Attempt {
  readonly kind: number;
  readonly object: number;
  readonly version: number;
  readonly madeS: number;
  readonly source: number;
  readonly nowS: number;
  readonly bits: number;
}

/** Whether such a copy is for the archive of a satellite. */
function fillsArchive(kind: number): boolean {
  return kind === REPLICA || kind === REPAIR;
}

/** Enters a copy under way into its object's list. Returns the attempt. */
export function beginAttempt(b: BackupColumns, { kind, object, version, madeS, source, nowS, bits }: Attempt): number {
  if (b.freeAttempt < 0) growAttempts(b);
  const attempt = b.freeAttempt;
  b.freeAttempt = b.attemptNext[attempt]!;
  b.attemptKind[attempt] = kind;
  b.attemptObject[attempt] = object;
  b.attemptVersion[attempt] = version;
  b.attemptMadeS[attempt] = madeS;
  b.attemptBeganS[attempt] = nowS;
  b.attemptSource[attempt] = source;
  b.attemptTo[attempt] = -1;
  b.attemptBy[attempt] = -1;
  b.attemptNext[attempt] = b.firstAttempt[object]!;
  b.firstAttempt[object] = attempt;
  if (fillsArchive(kind)) b.storing[object] = b.storing[object]! + 1;
  if (source < b.sentBits.length) b.sentBits[source] = b.sentBits[source]! + bits;
  return attempt;
}

/** Takes an attempt that has ended out of its object's list. */
export function closeAttempt(b: BackupColumns, attempt: number, bits: number): void {
  const object = b.attemptObject[attempt]!;
  const source = b.attemptSource[attempt]!;
  const next = b.attemptNext[attempt]!;
  if (b.firstAttempt[object] === attempt) {
    b.firstAttempt[object] = next;
  } else {
    let before = b.firstAttempt[object]!;
    while (b.attemptNext[before] !== attempt) before = b.attemptNext[before]!;
    b.attemptNext[before] = next;
  }
  if (fillsArchive(b.attemptKind[attempt]!)) b.storing[object] = b.storing[object]! - 1;
  if (source < b.sentBits.length) b.sentBits[source] = b.sentBits[source]! - bits;
  b.attemptNext[attempt] = b.freeAttempt;
  b.freeAttempt = attempt;
}

/** Copies of a version on their way to a satellite. */
export function underWay(b: BackupColumns, object: number, version: number): number {
  let n = 0;
  for (let a = b.firstAttempt[object]!; a >= 0; a = b.attemptNext[a]!) {
    if (b.attemptVersion[a] === version && fillsArchive(b.attemptKind[a]!)) n++;
  }
  return n;
}

/** Whether the object is on its way back to a data centre. */
export function isReturning(b: BackupColumns, object: number): boolean {
  for (let a = b.firstAttempt[object]!; a >= 0; a = b.attemptNext[a]!) if (b.attemptKind[a] === RESTORE) return true;
  return false;
}

/** Whether the satellite `by` has itself sent another copy of the same version to `to`. */
export function isPromised(b: BackupColumns, attempt: number, by: number, to: number): boolean {
  const version = b.attemptVersion[attempt];
  for (let a = b.firstAttempt[b.attemptObject[attempt]!]!; a >= 0; a = b.attemptNext[a]!) {
    if (a !== attempt && b.attemptVersion[a] === version && b.attemptBy[a] === by && b.attemptTo[a] === to) return true;
  }
  return false;
}
