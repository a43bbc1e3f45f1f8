import { AT_HAND } from '../backup/backup-columns.ts';
import { confirmed, markDue, removeCopy } from '../backup/copies.kernel.ts';
import { backupClassOf } from './backup-ledger.ts';
import type { WorldState } from './state.ts';

/** Whether satellites know of each other that this one cannot be reached. */
export function isAway({ outages }: WorldState, satellite: number): boolean {
  return outages.knownNodeDown[satellite] !== 0 || outages.quarantined[satellite] !== 0;
}

/**
 * Brings the catalogue up to date about one satellite. One that is away is waited for as long as its replicas were given to be
 * stored, `deadlineS`; one at hand says itself what it has lost.
 */
export function learnOf(w: WorldState, satellite: number): void {
  const { backups: b, clock } = w;
  const { classes } = w.model.traffic.backups;
  const S = b.firstHeld.length;
  if (isAway(w, satellite)) {
    if ((b.awaySinceS[satellite] as number) < 0) b.awaySinceS[satellite] = clock.timeS;
    const awayS = clock.timeS - (b.awaySinceS[satellite] as number);
    for (let c = 0; c < classes.length; c++) {
      if (b.isWrittenOff[c * S + satellite] === 1 || awayS < (classes[c] as { deadlineS: number }).deadlineS) continue;
      b.isWrittenOff[c * S + satellite] = 1;
      writeOff(w, satellite, c);
    }
    return;
  }
  if (b.awaySinceS[satellite] !== AT_HAND && w.outages.nodeDown[satellite] === 0) {
    b.awaySinceS[satellite] = AT_HAND;
    for (let c = 0; c < classes.length; c++) b.isWrittenOff[c * S + satellite] = 0;
    welcomeBack(w, satellite);
  }
  if ((b.unnoticed[satellite] as number) > 0) noticeLosses(w, satellite);
}

function writeOff(w: WorldState, satellite: number, c: number): void {
  const { backups: b } = w;
  const { classes, classOf } = w.model.traffic.backups;
  const { bits } = classes[c] as { bits: number };
  for (let copy = b.firstHeld[satellite] as number; copy >= 0;) {
    const after = b.copyAfter[copy] as number;
    const object = b.copyObject[copy] as number;
    if (classOf[object] === c) {
      b.copyWrittenOff[copy] = 1;
      if (b.copyLostS[copy] !== Infinity) removeCopy(b, copy, bits);
      markDue(b, object);
    }
    copy = after;
  }
}

/** A satellite is back with copies that were written off: those still needed count again, the others are deleted. */
function welcomeBack(w: WorldState, satellite: number): void {
  const { backups: b } = w;
  for (let copy = b.firstHeld[satellite] as number; copy >= 0;) {
    const after = b.copyAfter[copy] as number;
    if (b.copyWrittenOff[copy] === 1) {
      const object = b.copyObject[copy] as number;
      const version = b.copyVersion[copy] as number;
      const { bits, replicas } = backupClassOf(w, object);
      const exists = b.copyLostS[copy] === Infinity;
      const needed = exists && version >= (b.complete[object] as number) && confirmed(b, object, version) < replicas;
      if (needed) b.copyWrittenOff[copy] = 0;
      else removeCopy(b, copy, bits);
      markDue(b, object);
    }
    copy = after;
  }
}

function noticeLosses(w: WorldState, satellite: number): void {
  const { backups: b, reportTimes } = w;
  for (let copy = b.firstHeld[satellite] as number; copy >= 0;) {
    const after = b.copyAfter[copy] as number;
    if ((b.copyLostS[copy] as number) <= reportTimes.knownS) {
      const object = b.copyObject[copy] as number;
      removeCopy(b, copy, backupClassOf(w, object).bits);
      markDue(b, object);
    }
    copy = after;
  }
}
