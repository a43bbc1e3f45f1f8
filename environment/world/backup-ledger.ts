import { AT_HAND, RESTORE, TO_TIDY } from '../backup/backup-columns.ts';
import { closeAttempt } from '../backup/attempts.kernel.ts';
import type { BackupClass } from '../backup/backup-plan.ts';
import { addCopy, confirmed, existing, loseCopy, markDue, removeCopy, renewShort } from '../backup/copies.kernel.ts';
import type { WorldState } from './state.ts';

/** The backup class of a data set. */
export function backupClassOf(w: WorldState, object: number): BackupClass {
  const { classes, classOf } = w.model.traffic.backups;
  return classes[classOf[object] as number] as BackupClass;
}

/**
 * A task of family `backup` has ended. Delivered: the copy enters the archive of the satellite that holds it, or the data set is
 * back at a data centre. Undelivered: a copy for orbit is tried again when its deadline would have come, a restore at the next
 * round.
 */
export function endAttempt(w: WorldState, task: number, delivered: boolean): void {
  const { tasks, backups: b, clock } = w;
  const attempt = tasks.object[task] as number;
  const object = b.attemptObject[attempt] as number;
  const { bits, deadlineS } = backupClassOf(w, object);
  const isRestore = b.attemptKind[attempt] === RESTORE;
  const node = tasks.holder[task] as number;
  closeAttempt(b, attempt, bits);
  if (!delivered) {
    const againS = (b.attemptBeganS[attempt] as number) + deadlineS;
    if (!isRestore) b.notBeforeS[object] = Math.max(b.notBeforeS[object] as number, againS);
    markDue(b, object);
    return;
  }
  const madeS = b.attemptMadeS[attempt] as number;
  if (isRestore) {
    b.home[object] = node;
    b.restoredS[object] = clock.timeS;
    b.rpoS[object] = (b.lostS[object] as number) - madeS;
    b.restoredObjects++;
    return;
  }
  const version = b.attemptVersion[attempt] as number;
  const by = b.attemptBy[attempt] as number;
  addCopy(b, { object, version, satellite: node, by, madeS, nowS: clock.timeS, bits });
  settleVersions(w, object, version);
}

/**
 * A copy of a version has been stored. Once all its copies are confirmed, older versions are deleted; until then the last
 * complete one is kept, and of those in between only what has more copies than this one.
 */
function settleVersions(w: WorldState, object: number, version: number): void {
  const { backups: b } = w;
  const { replicas, bits } = backupClassOf(w, object);
  const copies = confirmed(b, object, version);
  if (version > (b.complete[object] as number) && copies >= replicas) {
    b.complete[object] = version;
    b.completeVersions++;
  }
  const complete = b.complete[object] as number;
  for (let copy = b.firstCopy[object] as number; copy >= 0;) {
    const next = b.copyNext[copy] as number;
    const of = b.copyVersion[copy] as number;
    const superseded = of < version && of > complete && confirmed(b, object, of) <= copies;
    if (of < complete || superseded) discard(w, copy, bits);
    copy = next;
  }
  if (copies > replicas) discard(w, copyInFullestArchive(w, object, version), bits);
  renewShort(b, object, replicas, w.clock.timeS);
}

/** A satellite that came back while its copy was being made anew leaves one too many. */
function copyInFullestArchive({ backups: b }: WorldState, object: number, version: number): number {
  let fullest = -1;
  let mostBits = -1;
  for (let copy = b.firstCopy[object] as number; copy >= 0; copy = b.copyNext[copy] as number) {
    const counts = b.copyVersion[copy] === version && b.copyLostS[copy] === Infinity && b.copyWrittenOff[copy] === 0;
    const bits = b.archiveBits[b.copySatellite[copy] as number] as number;
    if (!counts || bits <= mostBits) continue;
    fullest = copy;
    mostBits = bits;
  }
  return fullest;
}

/** Deletes a copy; a satellite that is out of reach does so when it is back. */
function discard(w: WorldState, copy: number, bits: number): void {
  const { backups: b, outages } = w;
  const exists = b.copyLostS[copy] === Infinity;
  const satellite = b.copySatellite[copy] as number;
  if (!exists || outages.nodeDown[satellite] === 0) {
    removeCopy(b, copy, bits);
    return;
  }
  b.copyWrittenOff[copy] = 1;
  if (b.awaySinceS[satellite] === AT_HAND) b.awaySinceS[satellite] = TO_TIDY;
}

/** Everything in a satellite's archive is lost; the catalogue does not know yet. */
export function loseArchive(w: WorldState, satellite: number): void {
  const { backups: b, clock } = w;
  if (b.firstHeld.length === 0) return;
  for (let copy = b.firstHeld[satellite] as number; copy >= 0; copy = b.copyAfter[copy] as number) {
    if (b.copyLostS[copy] !== Infinity) continue;
    const object = b.copyObject[copy] as number;
    const version = b.copyVersion[copy] as number;
    const { bits, replicas } = backupClassOf(w, object);
    loseCopy(b, copy, bits, clock.timeS);
    if (version === b.complete[object] && existing(b, object, version) === 0) b.lostVersions++;
    renewShort(b, object, replicas, clock.timeS);
  }
}

/** A data centre is lost with its data. */
export function loseDataSets(w: WorldState, dataCentre: number): void {
  const { backups: b, clock } = w;
  for (let object = 0; object < b.home.length; object++) {
    if (b.home[object] !== dataCentre) continue;
    b.home[object] = -1;
    b.lostS[object] = clock.timeS;
    b.restoredS[object] = -1;
    b.lostObjects++;
    markDue(b, object);
  }
}
