import { isReturning, underWay } from '../backup/attempts.kernel.ts';
import type { BackupClass } from '../backup/backup-plan.ts';
import { countedOn, markDue } from '../backup/copies.kernel.ts';
import { learnOf } from './backup-catalogue.ts';
import { backupClassOf } from './backup-ledger.ts';
import { mirrorHas, restoreFromMirror, sendToMirror } from './backup-mirror.ts';
import { NOT_NOW, NO_HOLDER, newestInReach, sourceOfRepair, sourceOfRestore } from './backup-sources.ts';
import { sendRepair, sendReplica, sendRestore } from './backup-tasks.ts';
import { BACKUP_VERSION, pushEvent } from './event-queue.kernel.ts';
import { mayHold } from './may-hold.ts';
import type { WorldState } from './state.ts';

/** Puts the first version of every backup class on the queue. */
export function startBackups(w: WorldState): void {
  for (let c = 0; c < w.model.traffic.backups.classes.length; c++) scheduleVersion(w, c);
}

/** Data set `made mod objects` of a class has a new version; its copies set out from its data centre. */
export function makeVersion(w: WorldState, c: number): void {
  const { backups: b, clock, outages } = w;
  const { firstObject, objects, replicas } = classAt(w, c);
  const object = firstObject + ((b.made[c] as number) % objects);
  b.made[c] = (b.made[c] as number) + 1;
  scheduleVersion(w, c);
  const home = b.home[object] as number;
  if (home < 0 || outages.nodeDown[home] !== 0) return;
  b.version[object] = (b.version[object] as number) + 1;
  b.madeS[object] = clock.timeS;
  b.notBeforeS[object] = clock.timeS;
  sendToMirror(w, object);
  const free = replicas - (b.storing[object] as number);
  for (let i = 0; i < free; i++) sendReplica(w, object);
  if (free < replicas) markDue(b, object);
}

function scheduleVersion(w: WorldState, c: number): void {
  const { periodS, objects } = classAt(w, c);
  const atS = w.clock.startS + ((w.backups.made[c] as number) * periodS) / objects;
  if (atS < w.clock.arrivalsUntilS) pushEvent(w.events, atS, BACKUP_VERSION, c);
}

/**
 * A flooded report has become known, and with it the catalogue of replicas: writes off what is known to be lost, takes back what
 * has returned, and starts repairs and restores.
 */
export function attendBackups(w: WorldState): void {
  const { backups: b } = w;
  for (let s = 0; s < b.firstHeld.length; s++) learnOf(w, s);
  const n = b.dueCount;
  b.dueCount = 0;
  for (let i = 0; i < n; i++) {
    const object = b.due[i] as number;
    b.isDue[object] = 0;
    bringBack(w, object);
    fillUp(w, object);
  }
}

/** Starts the restore of a data set whose loss is known, unless it is on its way, too late, or nothing is left of it. */
function bringBack(w: WorldState, object: number): void {
  const { backups: b, clock, reportTimes } = w;
  const lostS = b.lostS[object] as number;
  if (lostS < 0 || (b.restoredS[object] as number) >= 0) return;
  if (clock.timeS >= lostS + backupClassOf(w, object).restoreDeadlineS) return;
  if (isReturning(b, object)) return;
  const isMirrored = mirrorHas(w, object);
  if ((b.firstCopy[object] as number) < 0 && b.storing[object] === 0 && !isMirrored) return;
  if (lostS <= reportTimes.knownS) {
    if (isMirrored && (b.mirrorVersion[object] as number) >= newestInReach(w, object)) {
      const mirror = w.model.firstDataCentre + backupClassOf(w, object).mirror;
      restoreFromMirror(w, object, namedHome(w, object) ?? mirror);
      return;
    }
    const dataCentre = newHome(w, object);
    const copy = dataCentre < 0 ? -1 : sourceOfRestore(w, object, dataCentre);
    if (copy >= 0) {
      sendRestore(w, copy, dataCentre);
      return;
    }
  }
  markDue(b, object);
}

/** The data centre named to take a lost data set, if it works. */
function namedHome(w: WorldState, object: number): number | undefined {
  const { restoreTo } = backupClassOf(w, object);
  return restoreTo >= 0 && works(w, object, restoreTo) ? w.model.firstDataCentre + restoreTo : undefined;
}

/** As far as is known, and whether it may hold the data. */
function works(w: WorldState, object: number, centre: number): boolean {
  const { model, outages } = w;
  const { label } = model.traffic.classes[backupClassOf(w, object).storeClass] as { label: number };
  const node = model.firstDataCentre + centre;
  return outages.knownNodeDown[node] === 0 && mayHold(w, label, node);
}

/** The data centre that takes a lost data set: the one named, else another that works, else the one that lost it; -1 = none. */
function newHome(w: WorldState, object: number): number {
  const { model } = w;
  const { dataCentre } = backupClassOf(w, object);
  const named = namedHome(w, object);
  if (named !== undefined) return named;
  for (let centre = 0; centre < model.dataCentreCount; centre++) {
    if (centre !== dataCentre && works(w, object, centre)) return model.firstDataCentre + centre;
  }
  return works(w, object, dataCentre) ? model.firstDataCentre + dataCentre : -1;
}

/**
 * Sends copies of the newest version, and of the last complete one while that is not the newest, until as many are stored or
 * under way as wanted. No more than `replicas` are under way per data set.
 */
function fillUp(w: WorldState, object: number): void {
  const { backups: b, clock } = w;
  if (clock.timeS < (b.notBeforeS[object] as number)) {
    markDue(b, object);
    return;
  }
  const newest = isHome(w, object) ? (b.version[object] as number) : newestInReach(w, object);
  const complete = b.complete[object] as number;
  if (newest > 0) fillUpVersion(w, object, newest);
  if (complete > 0 && complete < newest) fillUpVersion(w, object, complete);
}

function fillUpVersion(w: WorldState, object: number, version: number): void {
  const { backups: b } = w;
  const { replicas } = backupClassOf(w, object);
  const missing = replicas - countedOn(b, object, version) - underWay(b, object, version);
  for (let i = 0; i < missing; i++) {
    const copy = (b.storing[object] as number) >= replicas ? NOT_NOW : sourceOfRepair(w, object, version);
    if (copy >= 0) {
      sendRepair(w, copy);
    } else if (copy === NO_HOLDER && version === b.version[object] && isHome(w, object)) {
      sendReplica(w, object);
    } else {
      if (copy !== NO_HOLDER) markDue(b, object);
      return;
    }
  }
}

/** Whether its data centre has the data set and works, as the data centre itself knows. */
function isHome({ backups: b, outages }: WorldState, object: number): boolean {
  const home = b.home[object] as number;
  return home >= 0 && outages.nodeDown[home] === 0;
}

function classAt(w: WorldState, c: number): BackupClass {
  return w.model.traffic.backups.classes[c] as BackupClass;
}
