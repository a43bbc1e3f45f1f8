import { beginAttempt, closeAttempt } from '../backup/attempts.kernel.ts';
import { MIRROR } from '../backup/backup-columns.ts';
import { markDue } from '../backup/copies.kernel.ts';
import { backupClassOf } from './backup-ledger.ts';
import { openRestore } from './backup-tasks.ts';
import { MIRROR_ARRIVAL, REACH, RETURN_SENT, pushEvent } from './event-queue.kernel.ts';
import type { WorldState } from './state.ts';
import { HOLDING, ON_GROUND_NETWORK } from './tasks.kernel.ts';
import { deliver } from './tasks-lifecycle.ts';

/** Whether the mirror of a data set works, as those on the ground know, and has a version of it. */
export function mirrorHas(w: WorldState, object: number): boolean {
  const { mirror } = backupClassOf(w, object);
  return mirror >= 0 && (w.backups.mirrorVersion[object] as number) > 0 && works(w, mirror);
}

function works({ model, outages }: WorldState, dataCentre: number): boolean {
  return outages.nodeDown[model.firstDataCentre + dataCentre] === 0;
}

/** A new version joins the queue of the fibre to the mirror, which leads from the data centre of its class alone. */
export function sendToMirror(w: WorldState, object: number): void {
  const { backups: b, clock, model, events } = w;
  const { dataCentre, mirror, mirrorBps, mirrorDelayS, bits } = backupClassOf(w, object);
  const source = model.firstDataCentre + dataCentre;
  if (mirror < 0 || b.home[object] !== source || !works(w, mirror)) return;
  const c = model.traffic.backups.classOf[object] as number;
  const sentS = Math.max(clock.timeS, b.mirrorBusyS[c] as number) + bits / mirrorBps;
  b.mirrorBusyS[c] = sentS;
  b.mirrorSentBits += bits;
  const attempt = beginAttempt(b, {
    ...{ kind: MIRROR, object, version: b.version[object] as number, madeS: clock.timeS },
    ...{ source, nowS: sentS, bits },
  });
  pushEvent(events, sentS + (mirrorDelayS[dataCentre] as number), MIRROR_ARRIVAL, attempt);
}

/** The last bit of a version reaches the mirror, unless it was cut off. */
export function arriveAtMirror(w: WorldState, attempt: number): void {
  const { backups: b } = w;
  const object = b.attemptObject[attempt] as number;
  const { bits } = backupClassOf(w, object);
  if (b.attemptBeganS[attempt] !== Infinity) {
    b.mirrorVersion[object] = b.attemptVersion[attempt] as number;
    b.mirrorMadeS[object] = b.attemptMadeS[attempt] as number;
    b.mirroredBits += bits;
    if ((b.home[object] as number) < 0) markDue(b, object);
  }
  closeAttempt(b, attempt, bits);
}

/**
 * A data centre is lost: as a mirror with all it has and what is on its way to it; as the source of one with what has not left
 * it. The fibre is free then.
 */
export function loseMirrors(w: WorldState, node: number): void {
  const { backups: b, model, clock } = w;
  for (let object = 0; object < b.home.length; object++) {
    const { dataCentre, mirror, bits } = backupClassOf(w, object);
    const isMirror = model.firstDataCentre + mirror === node;
    const isSource = model.firstDataCentre + dataCentre === node;
    if (mirror < 0 || (!isMirror && !isSource)) continue;
    const c = model.traffic.backups.classOf[object] as number;
    b.mirrorBusyS[c] = -1;
    if (isMirror) {
      b.returnBusyS[c] = -1;
      b.mirrorVersion[object] = 0;
    }
    for (let a = b.firstAttempt[object] as number; a >= 0; a = b.attemptNext[a] as number) {
      const sentS = b.attemptBeganS[a] as number;
      if (b.attemptKind[a] !== MIRROR || sentS === Infinity || (!isMirror && sentS <= clock.timeS)) continue;
      b.attemptBeganS[a] = Infinity;
      b.mirrorCutBits += bits;
    }
  }
}

/**
 * The mirror gives a lost data set back: it takes the data over itself, at once, or sends them to the data centre that does, one
 * after the other over its fibre.
 */
export function restoreFromMirror(w: WorldState, object: number, dataCentre: number): void {
  const { backups: b, clock, model, tasks } = w;
  const { mirror, mirrorBps, bits } = backupClassOf(w, object);
  const source = model.firstDataCentre + mirror;
  const version = b.mirrorVersion[object] as number;
  const task = openRestore(w, { object, version, madeS: b.mirrorMadeS[object] as number, source }, dataCentre);
  if (dataCentre === source) {
    deliver(w, task);
    return;
  }
  const c = model.traffic.backups.classOf[object] as number;
  const sentS = Math.max(clock.timeS, b.returnBusyS[c] as number) + bits / mirrorBps;
  b.returnBusyS[c] = sentS;
  b.restoreBits += bits;
  tasks.state[task] = HOLDING;
  tasks.waitingSinceS[task] = clock.timeS;
  pushEvent(w.events, sentS, RETURN_SENT, task, tasks.generation[task]);
}

/** The mirror has sent the last bit of a data set; lost or too late, the task has ended before. */
export function endReturn(w: WorldState, task: number, generation: number): void {
  const { tasks, model, backups: b } = w;
  if (tasks.generation[task] !== generation) return;
  const to = tasks.destination[task] as number;
  const { mirrorDelayS, bits, mirrorBps } = backupClassOf(w, b.attemptObject[tasks.object[task] as number] as number);
  const heldS = w.clock.timeS - (tasks.waitingSinceS[task] as number);
  tasks.queueingS[task] = (tasks.queueingS[task] as number) + heldS - bits / mirrorBps;
  tasks.state[task] = ON_GROUND_NETWORK;
  tasks.holder[task] = to;
  pushEvent(w.events, w.clock.timeS + (mirrorDelayS[to - model.firstDataCentre] as number), REACH, task, to);
}
