import { BACKUP, CONTENT, DROP_REASONS, type DropReason, JOB, MESSAGE, OBSERVATION } from '../../core/index.ts';
import { drawAnother, drawFromCdf, logNormalFactor } from '../traffic/traffic-classes.ts';
import { endAttempt } from './backup-ledger.ts';
import { earn, endTaskChain, timelyValue } from './credit.kernel.ts';
import { addDeadline } from './deadlines.kernel.ts';
import { auditLabel } from './labels.ts';
import { ARRIVAL, pushEvent } from './event-queue.kernel.ts';
import type { WorldState } from './state.ts';
import {
  DECIDING,
  PAYLOAD_MESSAGE,
  PAYLOAD_PRODUCT,
  PAYLOAD_RAW,
  PAYLOAD_REQUEST,
  allocateTask,
  freeTask,
} from './tasks.kernel.ts';

const BITS_PER_BYTE = 8;

/** Schedules the next arrival of a traffic class (Poisson). */
export function scheduleArrival(w: WorldState, trafficClass: number): void {
  const { ratePerS } = w.model.traffic.classes[trafficClass] as { ratePerS: number };
  const atS = w.clock.timeS + w.arrivalRng.exponential(1 / ratePerS);
  if (atS < w.clock.arrivalsUntilS) pushEvent(w.events, atS, ARRIVAL, trafficClass);
}

/**
 * Creates a task of a traffic class at its source, all its draws from the arrival stream alone, so that every policy meets
 * the same demand. Returns its id; the caller lets it start at `holder`.
 */
export function createTask(w: WorldState, trafficClass: number): number {
  const { model, tasks, arrivalRng: rng, clock } = w;
  const { traffic, firstTerminal } = model;
  const c = traffic.classes[trafficClass];
  const among = model.participants[trafficClass];
  if (c === undefined || among === undefined) throw new RangeError(`No traffic class ${trafficClass}.`);
  const { sourceCdf, consumerCdf, satellites, centres } = among;
  const task = allocateTask(tasks);
  const terminalOf = (cdf: Float64Array): number => firstTerminal + drawFromCdf(cdf, 0, cdf.length, rng.uniform());
  tasks.family[task] = c.family;
  tasks.trafficClass[task] = trafficClass;
  tasks.priority[task] = c.priority;
  tasks.value[task] = c.value;
  tasks.slopePerS[task] = c.value / c.deadlineS;
  tasks.createdS[task] = clock.timeS;
  tasks.deadlineS[task] = clock.timeS + c.deadlineS;
  tasks.chainTimeS[task] = clock.timeS;
  tasks.sizeBits[task] = c.sizeBits;
  tasks.state[task] = DECIDING;
  tasks.versionS[task] = 0;
  tasks.label[task] = c.label;
  let source = -1;
  if (c.family === MESSAGE) {
    source = terminalOf(sourceCdf);
    const destination = firstTerminal + drawAnother(sourceCdf, source - firstTerminal, rng.uniform());
    tasks.payload[task] = PAYLOAD_MESSAGE;
    tasks.destination[task] = destination;
    tasks.consumer[task] = destination;
    tasks.sizeBits[task] = c.sizeBits * logNormalFactor(rng, c.sizeSpread);
  } else if (c.family === CONTENT) {
    source = terminalOf(sourceCdf);
    const object = drawFromCdf(traffic.objectCdf, c.firstObject, c.objects, rng.uniform());
    tasks.payload[task] = PAYLOAD_REQUEST;
    tasks.object[task] = object;
    tasks.destination[task] = centres[object % centres.length] as number;
    tasks.consumer[task] = source;
  } else if (c.family === OBSERVATION) {
    source = satellites[rng.int(satellites.length)] as number;
    tasks.payload[task] = PAYLOAD_RAW;
    tasks.destination[task] = source;
    tasks.consumer[task] = c.consumerIsDataCentre
      ? (centres[rng.int(centres.length)] as number)
      : terminalOf(consumerCdf);
    tasks.workTflop[task] = c.workTflop;
    tasks.outputBits[task] = c.outputBits;
  } else if (c.family === JOB) {
    source = terminalOf(sourceCdf);
    tasks.payload[task] = PAYLOAD_RAW;
    tasks.destination[task] = -1;
    tasks.consumer[task] = source;
    tasks.workTflop[task] = c.workTflop;
    tasks.outputBits[task] = c.outputBits;
  }
  tasks.source[task] = source;
  tasks.holder[task] = source;
  const { statistics } = w;
  statistics.created[c.family] = (statistics.created[c.family] as number) + 1;
  statistics.value[c.family] = (statistics.value[c.family] as number) + c.value;
  statistics.createdBits += tasks.sizeBits[task];
  if (c.family === MESSAGE) statistics.messageBits += tasks.sizeBits[task];
  addDeadline(w.deadlines, w.events, tasks, task);
  return task;
}

/**
 * Replaces the data a task carries (request by object, raw by product); the ledger keeps both. A request carries the label of
 * the object it asks for; a product has the label of its class, as `security/inherit.ts` derives it.
 */
export function replacePayload(w: WorldState, task: number, payload: number, sizeBits: number): void {
  w.statistics.consumedBits += w.tasks.sizeBits[task] as number;
  w.statistics.createdBits += sizeBits;
  const holder = w.tasks.holder[task] as number;
  if (holder < w.model.satelliteCount) addToBuffer(w, holder, sizeBits - (w.tasks.sizeBits[task] as number));
  w.tasks.payload[task] = payload;
  w.tasks.sizeBits[task] = sizeBits;
  w.tasks.crossed[task] = 0;
  if (payload === PAYLOAD_PRODUCT) w.tasks.label[task] = productLabelOf(w, w.tasks.trafficClass[task] as number);
  auditLabel(w, w.tasks.label[task] as number, holder);
}

/** Label class of what is made of a class's data. */
export function productLabelOf(w: WorldState, trafficClass: number): number {
  return (w.model.traffic.classes[trafficClass] as { productLabel: number }).productLabel;
}

/** The task has reached its consumer. */
export function deliver(w: WorldState, task: number): void {
  const { tasks, statistics, usage, clock } = w;
  const family = tasks.family[task] as number;
  const latencyS = clock.timeS - (tasks.createdS[task] as number);
  statistics.delivered[family] = (statistics.delivered[family] as number) + 1;
  if (clock.timeS <= (tasks.deadlineS[task] as number)) {
    statistics.inTime[family] = (statistics.inTime[family] as number) + 1;
    usage.usefulTflop += tasks.workTflop[task] as number;
  }
  statistics.deliveredBits += tasks.sizeBits[task] as number;
  if (family === MESSAGE) statistics.deliveredMessageBits += tasks.sizeBits[task] as number;
  statistics.queueingS += tasks.queueingS[task] as number;
  statistics.hops += tasks.hops[task] as number;
  recordLatency(w, family, latencyS, tasks.queueingS[task] as number);
  if (isUrgent(w, task)) {
    statistics.urgentEnded++;
    statistics.urgentDelivered++;
    statistics.urgentDelayS += latencyS;
  }
  const value = timelyValue(w, task);
  usage.deliveredValue += value;
  earn(w, task, value);
  finish(w, task, 0);
}

/** The task ends undelivered; exactly one reason. It must not stand in any queue. */
export function drop(w: WorldState, task: number, reason: DropReason): void {
  const { tasks, statistics, model } = w;
  const family = tasks.family[task] as number;
  const index = DROP_REASONS.indexOf(reason);
  const cell = family * DROP_REASONS.length + index;
  statistics.dropped[cell] = (statistics.dropped[cell] as number) + 1;
  statistics.droppedBits += tasks.sizeBits[task] as number;
  if (isUrgent(w, task)) {
    statistics.urgentEnded++;
    statistics.urgentDelayS += (tasks.deadlineS[task] as number) - (tasks.createdS[task] as number);
  }
  const holder = tasks.holder[task] as number;
  if (holder < model.satelliteCount && tasks.state[task] === DECIDING)
    addToBuffer(w, holder, -(tasks.sizeBits[task] as number));
  earn(w, task, -model.scenario.reward.dropCost);
  finish(w, task, index);
}

function finish(w: WorldState, task: number, reason: number): void {
  const { statistics, tasks } = w;
  const endS = reason === 0 ? w.clock.timeS : (tasks.deadlineS[task] as number);
  statistics.ended++;
  statistics.endedQueueingS += tasks.queueingS[task] as number;
  statistics.endedDelayS += endS - (tasks.createdS[task] as number);
  endTaskChain(w, task);
  w.hash.word(task);
  w.hash.word(reason);
  w.hash.number(w.clock.timeS);
  if (w.tasks.family[task] === BACKUP) endAttempt(w, task, reason === 0);
  freeTask(w.tasks, task);
}

/** Whether a task is a time-critical observation: one of the first priority. */
function isUrgent({ tasks }: WorldState, task: number): boolean {
  return tasks.family[task] === OBSERVATION && tasks.priority[task] === 0;
}

/** Whether a satellite's transit buffer can take this much more, bits. */
export function hasRoom(w: WorldState, satellite: number, bits: number): boolean {
  return (
    (w.satellites.bufferBits[satellite] as number) + bits <= w.model.scenario.satellite.bufferBytes * BITS_PER_BYTE
  );
}

/** Changes what a satellite's transit buffer holds, bits. */
export function addToBuffer(w: WorldState, satellite: number, bits: number): void {
  w.satellites.bufferBits[satellite] = (w.satellites.bufferBits[satellite] as number) + bits;
  const moved = bits > 0 ? w.counters.bufferInBits : w.counters.bufferOutBits;
  moved[satellite] = (moved[satellite] as number) + Math.abs(bits);
}

function recordLatency(w: WorldState, family: number, latencyS: number, queueingS: number): void {
  const { statistics } = w;
  const n = statistics.latencies++;
  if (n === statistics.latencyS.length) {
    const times = new Float64Array(2 * n);
    times.set(statistics.latencyS);
    statistics.latencyS = times;
    const families = new Uint8Array(2 * n);
    families.set(statistics.latencyFamily);
    statistics.latencyFamily = families;
    const waits = new Float64Array(2 * n);
    waits.set(statistics.latencyQueueingS);
    statistics.latencyQueueingS = waits;
  }
  statistics.latencyS[n] = latencyS;
  statistics.latencyFamily[n] = family;
  statistics.latencyQueueingS[n] = queueingS;
}
