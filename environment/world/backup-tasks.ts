import { BACKUP, FORWARD, PLACE } from '../../core/index.ts';
import { beginAttempt } from '../backup/attempts.kernel.ts';
import { REPAIR, REPLICA, RESTORE } from '../backup/backup-columns.ts';
import { BITS_PER_BYTE } from '../backup/bits.ts';
import { holds } from '../backup/copies.kernel.ts';
import { backupClassOf } from './backup-ledger.ts';
import { addDeadline } from './deadlines.kernel.ts';
import { sendFromGround } from './ground.ts';
import { auditLabel } from './labels.ts';
import { askDecision } from './pending.ts';
import type { WorldState } from './state.ts';
import { DECIDING, PAYLOAD_MESSAGE, PAYLOAD_REPLICA, allocateTask } from './tasks.kernel.ts';
import { addToBuffer, deliver } from './tasks-lifecycle.ts';

/** What is sent, and the node that has it. */
interface CopySource {
  readonly object: number;
  readonly version: number;
  readonly madeS: number;
  readonly source: number;
}

interface BackupTask extends CopySource {
  readonly kind: number;
  readonly destination: number;
  readonly createdS: number;
  readonly deadlineS: number;
}

/** A copy of the newest version sets out from its data centre; the first satellite it reaches decides where it is kept. */
export function sendReplica(w: WorldState, object: number): void {
  const { backups: b, clock } = w;
  const source = b.home[object] as number;
  const task = openTask(w, {
    kind: REPLICA,
    object,
    version: b.version[object] as number,
    madeS: b.madeS[object] as number,
    source,
    destination: -1,
    createdS: clock.timeS,
    deadlineS: clock.timeS + backupClassOf(w, object).deadlineS,
  });
  sendFromGround(w, task, source);
}

/** A satellite makes another copy of one that it holds, and decides where it goes. Its buffer must have room. */
export function sendRepair(w: WorldState, copy: number): void {
  const { backups: b, clock } = w;
  const object = b.copyObject[copy] as number;
  const satellite = b.copySatellite[copy] as number;
  const { bits, deadlineS } = backupClassOf(w, object);
  const task = openTask(w, {
    ...copied(w, copy),
    kind: REPAIR,
    destination: -1,
    createdS: clock.timeS,
    deadlineS: clock.timeS + deadlineS,
  });
  b.repairBits += bits;
  addToBuffer(w, satellite, bits);
  askDecision(w, PLACE, task, satellite);
}

/** A satellite sends a data set to a data centre. */
export function sendRestore(w: WorldState, copy: number, dataCentre: number): void {
  const { backups: b } = w;
  const object = b.copyObject[copy] as number;
  const satellite = b.copySatellite[copy] as number;
  const { bits } = backupClassOf(w, object);
  b.lastSource[object] = satellite;
  const task = openRestore(w, copied(w, copy), dataCentre);
  b.restoreBits += bits;
  addToBuffer(w, satellite, bits);
  askDecision(w, FORWARD, task, satellite);
}

/**
 * Opens the task of a data set on its way to a data centre. Age, value and deadline count from the loss; a deadline is never
 * before one given earlier to the same class, as the rings of deadlines need it.
 */
export function openRestore(w: WorldState, copy: CopySource, dataCentre: number): number {
  const { backups: b } = w;
  const { restoreDeadlineS } = backupClassOf(w, copy.object);
  const c = w.model.traffic.backups.classOf[copy.object] as number;
  const lostS = b.lostS[copy.object] as number;
  const deadlineS = Math.max(lostS + restoreDeadlineS, b.latestRestoreS[c] as number);
  b.latestRestoreS[c] = deadlineS;
  return openTask(w, { ...copy, kind: RESTORE, destination: dataCentre, createdS: lostS, deadlineS });
}

function copied({ backups: b }: WorldState, copy: number): CopySource {
  return {
    object: b.copyObject[copy] as number,
    version: b.copyVersion[copy] as number,
    madeS: b.copyMadeS[copy] as number,
    source: b.copySatellite[copy] as number,
  };
}

function openTask(w: WorldState, backup: BackupTask): number {
  const { tasks, statistics, clock, model } = w;
  const { kind, object, version, madeS, source, destination, createdS, deadlineS } = backup;
  const { storeClass, restoreClass, bits } = backupClassOf(w, object);
  const trafficClass = kind === RESTORE ? restoreClass : storeClass;
  const c = model.traffic.classes[trafficClass];
  if (c === undefined) throw new RangeError(`No traffic class ${trafficClass}.`);
  const task = allocateTask(tasks);
  tasks.family[task] = BACKUP;
  tasks.trafficClass[task] = trafficClass;
  tasks.priority[task] = c.priority;
  tasks.value[task] = c.value;
  tasks.slopePerS[task] = c.value / (deadlineS - createdS);
  tasks.createdS[task] = createdS;
  tasks.deadlineS[task] = deadlineS;
  tasks.chainTimeS[task] = clock.timeS;
  tasks.sizeBits[task] = bits;
  tasks.state[task] = DECIDING;
  tasks.versionS[task] = madeS;
  tasks.label[task] = c.label;
  tasks.payload[task] = kind === RESTORE ? PAYLOAD_MESSAGE : PAYLOAD_REPLICA;
  tasks.destination[task] = destination;
  tasks.consumer[task] = kind === RESTORE ? destination : source;
  tasks.source[task] = source;
  tasks.holder[task] = source;
  tasks.object[task] = beginAttempt(w.backups, { kind, object, version, madeS, source, nowS: clock.timeS, bits });
  statistics.created[BACKUP] = (statistics.created[BACKUP] as number) + 1;
  statistics.value[BACKUP] = (statistics.value[BACKUP] as number) + c.value;
  statistics.createdBits += bits;
  addDeadline(w.deadlines, w.events, tasks, task);
  auditLabel(w, c.label, source);
  return task;
}

/**
 * Takes a replica out of the transit buffer into the archive of the satellite that holds it, which ends its task. Returns
 * false, and changes nothing, where there is no room or another copy of the same version.
 */
export function storeReplica(w: WorldState, task: number): boolean {
  const { tasks, backups: b } = w;
  const satellite = tasks.holder[task] as number;
  const attempt = tasks.object[task] as number;
  if (!archiveHasRoom(w, satellite, tasks.sizeBits[task] as number)) return false;
  if (holds(b, b.attemptObject[attempt] as number, b.attemptVersion[attempt] as number, satellite)) return false;
  addToBuffer(w, satellite, -(tasks.sizeBits[task] as number));
  deliver(w, task);
  return true;
}

/** A satellite has chosen where a replica goes: into its own archive, or to a neighbour. */
export function placeReplica(w: WorldState, task: number, satellite: number, chosen: number): void {
  const { tasks, backups: b } = w;
  const attempt = tasks.object[task] as number;
  tasks.previous[task] = -1;
  if (chosen === satellite && storeReplica(w, task)) return;
  // What the satellite has stored since it was asked may have taken the place: it is asked again.
  const again = chosen === satellite;
  tasks.destination[task] = again ? -1 : chosen;
  b.attemptTo[attempt] = again ? -1 : chosen;
  b.attemptBy[attempt] = again ? -1 : satellite;
  askDecision(w, again ? PLACE : FORWARD, task, satellite);
}

/** Whether a satellite's archive can take this much more, bits. */
function archiveHasRoom(w: WorldState, satellite: number, bits: number): boolean {
  const capacityBits = w.model.scenario.satellite.archiveBytes * BITS_PER_BYTE;
  return (w.backups.archiveBits[satellite] as number) + bits <= capacityBits;
}
