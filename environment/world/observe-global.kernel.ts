import { CACHE, CRITIC_WIDTH, type DecisionBatch, FORWARD, PLACE, SPACE_CLOUD_SPEC } from '../../core/index.ts';
import { queueS } from '../network/links.kernel.ts';
import { findObject } from '../resources/cache.kernel.ts';
import { backlogS } from '../resources/compute.kernel.ts';
import { beyondS } from './carry.kernel.ts';
import { groundDelay, relaysTo, truthAround, wayOf, wayTo } from './delays.kernel.ts';
import { executorOf } from './processing.ts';
import { shownDelayS } from './shown-delay.kernel.ts';
import type { WorldState } from './state.ts';
import { productLabelOf } from './tasks-lifecycle.ts';
import { PAYLOAD_REPLICA } from './tasks.kernel.ts';
import { PRIORITIES } from './waiting-lists.kernel.ts';

/** A laser link with a longer queue than this is congested, s: the delay that costs one logit of the `forward` prior. */
const CONGESTED_S = 0.01;

const place = (kind: number, name: string): number =>
  SPACE_CLOUD_SPEC.kinds[kind]!.candidate.findIndex((feature) => feature.name === name);
const IS_HOLD = place(FORWARD, 'isHold');
const OWN_QUEUE_S = place(FORWARD, 'ownQueueS');
const TRANSMIT_S = place(FORWARD, 'transmitS');
const PROPAGATION_S = place(FORWARD, 'propagationS');
const FORWARD_PRIOR = place(FORWARD, 'prior');
const INPUT_LOAD_AWARE_S = place(PLACE, 'inputLoadAwareS');
const SERVICE_S = place(PLACE, 'serviceS');
const PLACE_PRIOR = place(PLACE, 'prior');

/** Figures of the whole network at one instant; worked out once for all decisions of that instant. */
export interface Overview {
  /** Decision count they belong to, -1 = none. */
  decision: number;
  meanIslQueueS: number;
  largestIslQueueS: number;
  congestedIslFrac: number;
  meanBufferFrac: number;
  tasksPerSatellite: number;
  meanBacklogS: number;
  largestBacklogS: number;
  centreBacklogS: number;
  meanFillFrac: number;
  meanHitFrac: number;
}

export function createOverview(): Overview {
  return {
    decision: -1,
    meanIslQueueS: 0,
    largestIslQueueS: 0,
    congestedIslFrac: 0,
    meanBufferFrac: 0,
    tasksPerSatellite: 0,
    meanBacklogS: 0,
    largestBacklogS: 0,
    centreBacklogS: 0,
    meanFillFrac: 0,
    meanHitFrac: 0,
  };
}

/**
 * Writes the true global state of a row, `CRITIC_WIDTH` numbers from `out[at]` on, in the order of `CRITIC_SPEC`, zeros behind.
 * The row is one that this world has handed out or observed, and nothing has been applied since.
 */
export function observeGlobal(
  w: WorldState,
  overview: Overview,
  batch: DecisionBatch,
  row: number,
  out: Float32Array,
  at: number,
): void {
  if (overview.decision !== w.clock.decision) renew(w, overview);
  const kind = batch.kind[row]!;
  let next = at;
  if (kind === FORWARD) next = writeForward(w, batch, row, out, at);
  else if (kind === PLACE) next = writePlace(w, overview, batch, row, out, at);
  else if (kind === CACHE) next = writeCache(w, overview, batch, row, out, at);
  out[next++] = shownDelayS(overview.meanIslQueueS);
  out[next++] = shownDelayS(overview.largestIslQueueS);
  out[next++] = overview.congestedIslFrac;
  out[next++] = overview.meanBufferFrac;
  out[next++] = overview.tasksPerSatellite;
  for (const end = at + CRITIC_WIDTH; next < end; next++) out[next] = 0;
}

function writeForward(w: WorldState, batch: DecisionBatch, row: number, out: Float32Array, at: number): number {
  const { model, tasks, truth } = w;
  const satellite = batch.agent[row]!;
  const destination = batch.destination[row]!;
  const label = tasks.label[batch.task[row]!]!;
  const extraBits = batch.sizeBits[row]! - model.traffic.meanBits;
  const base = truthAround(w, satellite, wayOf(w, batch.task[row]!), model.traffic.meanBits, label);
  const hereS = truth.delayS[base + satellite]! + extraBits * truth.sPerBit[base + satellite]!;
  const best = bestPrior(batch, row, FORWARD_PRIOR);
  let overS = hereS;
  const c = (row * batch.maxCandidates + best) * batch.candidateStride;
  const f = batch.candidates;
  if (best >= 0 && f[c + IS_HOLD] === 0) {
    const node = batch.candidateNode[row * batch.maxCandidates + best]!;
    overS = f[c + OWN_QUEUE_S]! + f[c + TRANSMIT_S]! + f[c + PROPAGATION_S]!;
    if (node < model.satelliteCount) overS += truth.delayS[base + node]! + extraBits * truth.sPerBit[base + node]!;
    else if (node !== destination) {
      const relays = destination < model.firstTerminal ? -1 : relaysTo(w, truth, destination, label);
      overS += beyondS(w, node, destination, label, relays);
    }
  }
  out[at] = finite(hereS);
  out[at + 1] = finite(overS);
  out[at + 2] = finite(queuesOnWayS(w, base, satellite));
  return at + 3;
}

/** Queues at the satellites of the true shortest way, as a bundle of the lowest priority would meet them now, s. */
function queuesOnWayS(w: WorldState, base: number, satellite: number): number {
  const { truth, links, model, clock } = w;
  let sumS = 0;
  let node = satellite;
  for (let hop = 0; hop < model.satelliteCount && node < model.satelliteCount; hop++) {
    const link = truth.firstLink[base + node]!;
    if (link < 0) break;
    sumS += queueS(links, link, PRIORITIES - 1, clock.timeS);
    node = links.to[link]!;
    if (node < 0) break;
  }
  return sumS;
}

function writePlace(
  w: WorldState,
  overview: Overview,
  batch: DecisionBatch,
  row: number,
  out: Float32Array,
  at: number,
): number {
  const first = row * batch.maxCandidates;
  const best = bestPrior(batch, row, PLACE_PRIOR);
  let leastS = Infinity;
  let ofPriorS = Infinity;
  for (let k = 0; k < batch.candidateCount[row]!; k++) {
    if (batch.actionMask[first + k] === 0) continue;
    const finishS = trueFinishS(w, batch, row, k);
    if (finishS < leastS) leastS = finishS;
    if (k === best) ofPriorS = finishS;
  }
  out[at] = finite(leastS);
  out[at + 1] = finite(ofPriorS);
  out[at + 2] = shownDelayS(overview.meanBacklogS);
  out[at + 3] = shownDelayS(overview.largestBacklogS);
  out[at + 4] = shownDelayS(overview.centreBacklogS);
  return at + 5;
}

/** Input as the row shows it, backlog and product's way as they are. A replica is only brought there. */
function trueFinishS(w: WorldState, batch: DecisionBatch, row: number, k: number): number {
  const { model, tasks, truth, compute, clock } = w;
  const task = batch.task[row]!;
  const slot = row * batch.maxCandidates + k;
  const c = slot * batch.candidateStride;
  const inputS = batch.candidates[c + INPUT_LOAD_AWARE_S]!;
  if (tasks.payload[task] === PAYLOAD_REPLICA) return inputS;
  const node = batch.candidateNode[slot]!;
  const consumer = tasks.consumer[task]!;
  const bits = tasks.outputBits[task]!;
  const { meanBits } = model.traffic;
  const product = productLabelOf(w, tasks.trafficClass[task]!);
  const doneS = inputS + backlogS(compute, executorOf(w, node), clock.timeS) + batch.candidates[c + SERVICE_S]!;
  if (node === consumer) return doneS;
  if (node >= model.satelliteCount) {
    truthAround(w, batch.agent[row]!, consumer, meanBits, product);
    return doneS + groundDelay(w, truth, node, consumer, meanBits, product);
  }
  const base = truthAround(w, node, wayTo(w, consumer, 0), meanBits, product) + node;
  return doneS + truth.delayS[base]! + (bits - meanBits) * truth.sPerBit[base]!;
}

function writeCache(
  w: WorldState,
  overview: Overview,
  batch: DecisionBatch,
  row: number,
  out: Float32Array,
  at: number,
): number {
  const { caches, model } = w;
  const object = batch.task[row]!;
  let copies = 0;
  for (let s = 0; s < model.satelliteCount; s++) if (findObject(caches, s, object) >= 0) copies++;
  out[at] = copies / model.satelliteCount;
  out[at + 1] = overview.meanFillFrac;
  out[at + 2] = overview.meanHitFrac;
  return at + 3;
}

/** The allowed candidate of the highest prior, the first of equals; -1 = none. */
function bestPrior(batch: DecisionBatch, row: number, prior: number): number {
  const first = row * batch.maxCandidates;
  let best = -1;
  for (let k = 0; k < batch.candidateCount[row]!; k++) {
    if (batch.actionMask[first + k] === 0) continue;
    const logit = batch.candidates[(first + k) * batch.candidateStride + prior]!;
    if (best < 0 || logit > batch.candidates[(first + best) * batch.candidateStride + prior]!) best = k;
  }
  return best;
}

function finite(delayS: number): number {
  return delayS > 0 ? shownDelayS(delayS) : 0;
}

function renew(w: WorldState, overview: Overview): void {
  const { model, links, satellites, compute, caches, clock, tasks } = w;
  const { satelliteCount: S, islSlots: D, dataCentreCount } = model;
  let up = 0;
  let congested = 0;
  let queuesS = 0;
  let largestS = 0;
  for (let link = 0; link < S * D; link++) {
    if (links.to[link]! < 0) continue;
    const waitS = queueS(links, link, PRIORITIES - 1, clock.timeS);
    up++;
    queuesS += waitS;
    if (waitS > largestS) largestS = waitS;
    if (waitS > CONGESTED_S) congested++;
  }
  overview.meanIslQueueS = up === 0 ? 0 : queuesS / up;
  overview.largestIslQueueS = largestS;
  overview.congestedIslFrac = up === 0 ? 0 : congested / up;
  let buffered = 0;
  let backlogsS = 0;
  let longestS = 0;
  let fill = 0;
  let hit = 0;
  for (let s = 0; s < S; s++) {
    const waitS = backlogS(compute, s, clock.timeS);
    backlogsS += waitS;
    if (waitS > longestS) longestS = waitS;
    buffered += satellites.bufferBits[s]!;
    fill += caches.usedBits[s]!;
    if (caches.lookups[s]! > 0) hit += caches.hits[s]! / caches.lookups[s]!;
  }
  overview.meanBufferFrac = buffered / (S * model.scenario.satellite.bufferBytes * 8);
  overview.meanBacklogS = backlogsS / S;
  overview.largestBacklogS = longestS;
  overview.meanFillFrac = caches.capacityBits > 0 ? fill / (S * caches.capacityBits) : 0;
  overview.meanHitFrac = hit / S;
  overview.tasksPerSatellite = tasks.live / S;
  let centreS = dataCentreCount === 0 ? 0 : Infinity;
  for (let i = 0; i < dataCentreCount; i++) centreS = Math.min(centreS, backlogS(compute, S + i, clock.timeS));
  overview.centreBacklogS = centreS;
  overview.decision = clock.decision;
}
