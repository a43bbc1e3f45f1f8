import { ENDED } from '../../core/index.ts';
import { dequeue } from '../network/links.kernel.ts';
import { dequeueCompute } from '../resources/compute.kernel.ts';
import { arrive, reach } from './arrival.ts';
import { attendBackups, makeVersion, startBackups } from './backup-rounds.ts';
import { arriveAtMirror, endReturn } from './backup-mirror.ts';
import { sendBeacons } from './beacons.kernel.ts';
import { settleConvergence } from './convergence.ts';
import { renewReport, renewSnapshot, sampleQueues } from './delays.kernel.ts';
import {
  ACCUSATION,
  ARRIVAL,
  BACKUP_VERSION,
  BEACON,
  COMPUTE_END,
  DEADLINE,
  FAULT_BEGIN,
  FAULT_END,
  HOLD_END,
  LINK_OPEN,
  MIRROR_ARRIVAL,
  REACH,
  RECEIPT_DUE,
  REPORT_KNOWN,
  REPORT_SAMPLE,
  RETURN_SENT,
  TICK,
  TRANSMIT_END,
  TRUST_REVIEW,
  WEATHER,
  popEvent,
  pushEvent,
} from './event-queue.kernel.ts';
import { noteLeft } from './departures.ts';
import { takeDeadline } from './deadlines.kernel.ts';
import { beginFault, endFault, startFaults } from './faults.ts';
import { sendFromGround } from './ground.ts';
import { isBeforeTick } from './hold.ts';
import { learnOutages, sampleOutages } from './outages.ts';
import { askDecision } from './pending.ts';
import { endJob } from './processing.ts';
import { BEACON_GENERATIONS, type WorldState } from './state.ts';
import { drop, scheduleArrival } from './tasks-lifecycle.ts';
import { DECIDING, HOLDING, QUEUED, WAITING_COMPUTE } from './tasks.kernel.ts';
import { advanceTick, beginFirstTick } from './tick.ts';
import { endTransmission, startLink } from './transmission.ts';
import { hearAccusation, reviewTrust } from './trust.ts';
import { renewView } from './view.ts';
import { judgeHandOver } from './watch.kernel.ts';
import { changeWeather, startWeather } from './weather.ts';

/** Puts the first events of a run on the queue. */
export function startEvents(w: WorldState, seed: number): void {
  const { clock, model, satellites, beacons, reportTimes } = w;
  satellites.computeAccruedS.fill(clock.timeS);
  w.links.integralAtS.fill(clock.timeS);
  beacons.sentS.fill(clock.timeS);
  reportTimes.knownS = clock.timeS;
  startWeather(w);
  beginFirstTick(w);
  startFaults(w, seed);
  for (let generation = 0; generation < BEACON_GENERATIONS; generation++) sendBeacons(w);
  const { beaconPeriodS, linkStatePeriodS } = model.scenario.knowledge;
  pushEvent(w.events, clock.timeS + beaconPeriodS, BEACON);
  pushEvent(w.events, clock.timeS + linkStatePeriodS, REPORT_SAMPLE);
  // Backups come last among the classes, and at times of their own.
  const ownTimes = model.traffic.backups.classes[0]?.storeClass ?? model.traffic.classes.length;
  for (let c = 0; c < ownTimes; c++) scheduleArrival(w, c);
  startBackups(w);
}

/** Takes the first event off the queue and carries it out. The clock stands at its time. */
export function processEvent(w: WorldState): void {
  const { events, clock, model } = w;
  const kind = events.kind[0] as number;
  const a = events.a[0] as number;
  const b = events.b[0] as number;
  popEvent(events);
  if (kind === TRANSMIT_END) endTransmission(w, a, b);
  else if (kind === REACH) reach(w, a, b);
  else if (kind === ARRIVAL) arrive(w, a);
  else if (kind === DEADLINE) expire(w, takeDeadline(w.deadlines, events, w.tasks, a));
  else if (kind === HOLD_END) endHold(w, a, b);
  else if (kind === COMPUTE_END) endJob(w, a, b);
  else if (kind === LINK_OPEN) startLink(w, a);
  else if (kind === TICK) advanceTick(w);
  else if (kind === BEACON) {
    sendBeacons(w);
    pushEvent(events, clock.timeS + model.scenario.knowledge.beaconPeriodS, BEACON);
  } else if (kind === FAULT_BEGIN) beginFault(w, a);
  else if (kind === FAULT_END) endFault(w, a);
  else if (kind === WEATHER) changeWeather(w, a, b);
  else if (kind === RECEIPT_DUE) judgeHandOver(w, a, b);
  else if (kind === ACCUSATION) hearAccusation(w, a, b);
  else if (kind === TRUST_REVIEW) reviewTrust(w, a, b);
  else if (kind === BACKUP_VERSION) makeVersion(w, a);
  else if (kind === MIRROR_ARRIVAL) arriveAtMirror(w, a);
  else if (kind === RETURN_SENT) endReturn(w, a, b);
  else if (kind === REPORT_SAMPLE) {
    sampleQueues(w, w.sampledQueueS);
    sampleOutages(w.outages, w.plan);
    w.reportTimes.sampledS = clock.timeS;
    pushEvent(events, clock.timeS + model.scenario.knowledge.floodS, REPORT_KNOWN);
    pushEvent(events, clock.timeS + model.scenario.knowledge.linkStatePeriodS, REPORT_SAMPLE);
  } else if (kind === REPORT_KNOWN) {
    w.reportQueueS.set(w.sampledQueueS);
    w.reportTimes.knownS = w.reportTimes.sampledS;
    if (learnOutages(w.outages)) {
      renewView(w);
      renewSnapshot(w);
    } else renewReport(w);
    settleConvergence(w);
    if (w.backups.home.length > 0) attendBackups(w);
  }
}

/** The deadline of a task (-1 = it has ended before) has come: waiting data are dropped; data on the move are when they arrive. */
function expire(w: WorldState, task: number): void {
  if (task < 0) return;
  const { tasks, links, compute, model, clock } = w;
  const state = tasks.state[task] as number;
  if (state === QUEUED) {
    const link = tasks.queue[task] as number;
    const fromSource = tasks.hops[task] === 0 && (links.to[link] as number) < 0 && link >= model.firstUplink;
    dequeue(links, tasks, task, clock.timeS);
    noteLeft(w, task, ENDED);
    tasks.state[task] = DECIDING;
    drop(w, task, fromSource ? 'source-unattached' : 'deadline');
    startLink(w, link);
  } else if (state === WAITING_COMPUTE) {
    dequeueCompute(compute, tasks, task);
    tasks.state[task] = DECIDING;
    drop(w, task, 'deadline');
  } else if (state === HOLDING) {
    tasks.queueingS[task] = (tasks.queueingS[task] as number) + clock.timeS - (tasks.waitingSinceS[task] as number);
    tasks.state[task] = DECIDING;
    const atSource = tasks.hops[task] === 0 && (tasks.holder[task] as number) >= model.satelliteCount;
    drop(w, task, atSource ? 'source-unattached' : 'deadline');
  }
}

function endHold(w: WorldState, task: number, generation: number): void {
  const { tasks, clock } = w;
  if (tasks.generation[task] !== generation || tasks.state[task] !== HOLDING) return;
  if (tasks.heldUntilS[task] !== clock.timeS) return; // of a hold that `askCarried` has ended
  if (isBeforeTick(w)) {
    pushEvent(w.events, clock.timeS, HOLD_END, task, generation);
    return;
  }
  tasks.queueingS[task] = (tasks.queueingS[task] as number) + clock.timeS - (tasks.waitingSinceS[task] as number);
  const holder = tasks.holder[task] as number;
  if (holder < w.model.satelliteCount) askDecision(w, tasks.heldFor[task] as number, task, holder);
  else sendFromGround(w, task, holder);
}
