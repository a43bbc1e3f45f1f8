import {
  C_KM_S,
  CAPABILITIES,
  type DecisionBatch,
  OBSERVATION,
  PLACE,
  SPACE_CLOUD_SPEC,
  ZERO_CELSIUS_K,
} from '../../core/index.ts';
import { queueS, rangeKm } from '../network/links.kernel.ts';
import { backlogS } from '../resources/compute.kernel.ts';
import { observeReplica } from './backup-row.kernel.ts';
import { beaconGeneration, beaconRow, generationBefore } from './beacons.kernel.ts';
import { createBestFew, offer, sortItems } from './best-few.kernel.ts';
import { groundDelay, sizedDelay, wayTo } from './delays.kernel.ts';
import { placedSinceS } from './placements.kernel.ts';
import { MOST_SHOWN_S, shownDelayS } from './shown-delay.kernel.ts';
import { mayHold } from './may-hold.ts';
import { clearCandidate, clearCandidates, denyByLabel, openRow } from './rows.ts';
import {
  BEACON_BACKLOG_S,
  BEACON_BATTERY_FRAC,
  BEACON_CAPABILITIES,
  BEACON_TEMPERATURE_C,
  type WorldState,
} from './state.ts';
import { PAYLOAD_REPLICA } from './tasks.kernel.ts';
import { productLabelOf } from './tasks-lifecycle.ts';

/** The prior loses one logit per this share of the best estimated finish, plus this many seconds. */
const PRIOR_SCALE_FRAC = 0.1;
const PRIOR_SCALE_S = 0.02;
const PRIOR_FLOOR = -20;
/**
 * It loses this much two links away: what is known of there is older and others know it too, so that many send work to the same
 * few. With earliest finish alone over all, observations took 18 % longer in the median (iridium-66, four seeds, 120 s).
 */
const PRIOR_FAR = -3;

const IS_SELF = 0;
const IS_GROUND = 1;
const INPUT_SNAPSHOT_S = 2;
const INPUT_LOAD_AWARE_S = 3;
const BACKLOG_S = 4;
const SERVICE_S = 5;
const OUTPUT_SNAPSHOT_S = 6;
const OUTPUT_LOAD_AWARE_S = 7;
const FINISH_S = 8;
const BEACON_AGE_S = 9;
const BATTERY_FRAC = 10;
const TEMPERATURE_C = 11;
const DOWNLINK_MBIT = 12;
const PLACED_SINCE_BEACON_S = 14; // after the archive's free share, which matters to replicas alone
const HOPS_AWAY = 15;
const PRIOR = 16;

/** [candidates] load-aware input and output delays of the row's executors as they are, s; scratch. */
const inputRawS = new Float64Array(SPACE_CLOUD_SPEC.maxCandidates);
const outputRawS = new Float64Array(SPACE_CLOUD_SPEC.maxCandidates);
/** Scratch of a row that cannot show all executors, and which of them it shows first. */
const few = createBestFew(SPACE_CLOUD_SPEC.maxCandidates);
const CENTRE = 0;
const NEIGHBOUR = 1;
const MASKED = 2;

/** Most executors two links away that are weighed: all of 9 neighbours with as many links. */
const FAR_EXECUTORS = 64;
/** Scratch: executors two links away, the beacon generation that tells of them, and the way there. */
const farNode = new Int32Array(FAR_EXECUTORS);
const farGeneration = new Int32Array(FAR_EXECUTORS);
const farSnapshotS = new Float64Array(FAR_EXECUTORS);
const farLoadAwareS = new Float64Array(FAR_EXECUTORS);

/**
 * Appends the `place` row of a task at a satellite: itself, the satellites it has a link to, and the data centres; of more than
 * a row has room for, those where the work would be done soonest. What room is left goes to satellites two links away, of which
 * it knows what the beacons of its neighbours relay.
 * Features as in `SPACE_CLOUD_SPEC`. Masked: an executor that may not start new work (its own machine, or a neighbour's
 * beacon, says so), one that no way leads to, one in quarantine, and one that may not hold the data or the product.
 */
export function observePlace(w: WorldState, batch: DecisionBatch, row: number, task: number, satellite: number): void {
  if (w.tasks.payload[task] === PAYLOAD_REPLICA) {
    observeReplica(w, batch, row, task, satellite);
    return;
  }
  const { model, tasks, links, satellites, compute, clock } = w;
  const { islSlots: D, scenario, firstDataCentre } = model;
  const nowS = clock.timeS;
  const bits = tasks.sizeBits[task]!;
  const consumer = tasks.consumer[task]!;
  openRow(w, batch, row, { kind: PLACE, task, agent: satellite, destination: consumer, sizeBits: bits });
  clearCandidates(batch, row, 0);
  const first = row * batch.maxCandidates;
  const f = batch.candidates;
  const config = scenario.satellite;
  const serviceS = tasks.workTflop[task]! / config.tflopsPerAccelerator;
  const toGround = consumer >= model.satelliteCount;
  let k = 0;

  const c = first * batch.candidateStride;
  const own = satellites.capabilities[satellite]!;
  f[c + IS_SELF] = 1;
  f[c + BACKLOG_S] = backlogS(compute, satellite, nowS);
  f[c + SERVICE_S] = serviceS / ((own & CAPABILITIES.COMPUTE_FULL_RATE) === 0 ? config.throttledRateFrac : 1);
  f[c + BATTERY_FRAC] = w.power.batteryJ[satellite]! / (config.batteryWh * 3600);
  f[c + TEMPERATURE_C] = w.power.temperatureK[satellite]! - ZERO_CELSIUS_K;
  f[c + DOWNLINK_MBIT] = toGround ? tasks.outputBits[task]! / 1e6 : 0;
  inputRawS[0] = 0;
  writeOutput(w, batch, c, task, satellite);
  batch.actionMask[first] = maskOf(w, row, task, satellite, (own & CAPABILITIES.COMPUTE_NEW) !== 0);
  batch.candidateNode[first] = satellite;
  k++;

  const room = batch.maxCandidates - 1;
  let neighbours = 0;
  for (let d = 0; d < D; d++) if (links.to[satellite * D + d]! >= 0) neighbours++;
  if (neighbours + model.dataCentreCount <= room) {
    for (let d = 0; d < D; d++) {
      if (links.to[satellite * D + d]! >= 0) writeNeighbour(w, batch, row, k++, task, satellite * D + d);
    }
    for (let i = 0; i < model.dataCentreCount; i++) writeCentre(w, batch, row, k++, task, satellite, i);
    k += writeFar(w, batch, row, k, task, satellite);
  } else {
    k += writeSoonest(w, batch, row, task, satellite, neighbours);
  }
  batch.candidateCount[row] = k;
  const bestFinishS = writePriors(w, batch, first, k);

  const x = row * batch.contextStride;
  const context = batch.context;
  context[x] = tasks.deadlineS[task]! - nowS;
  context[x + 1] = bits / 1e6;
  context[x + 2] = tasks.outputBits[task]! / 1e6;
  context[x + 3] = tasks.workTflop[task]!;
  context[x + 4] = tasks.value[task]!;
  context[x + 5] = nowS - tasks.createdS[task]!;
  context[x + 6] = tasks.priority[task]!;
  context[x + 7] = f[first * batch.candidateStride + BACKLOG_S]!;
  context[x + 8] = f[first * batch.candidateStride + BATTERY_FRAC]!;
  context[x + 9] = satellites.sunlitFrac[satellite]!;
  context[x + 10] = f[first * batch.candidateStride + TEMPERATURE_C]!;
  context[x + 11] = bestFinishS;
  context[x + 12] = tasks.family[task] === OBSERVATION ? 1 : 0;
  context[x + 13] = consumer >= firstDataCentre && consumer < model.firstTerminal ? 1 : 0;
}

/** The executor at the other end of an ISL, as candidate `k`. */
function writeNeighbour(w: WorldState, batch: DecisionBatch, row: number, k: number, task: number, link: number): void {
  const { model, tasks, links, clock } = w;
  const nowS = clock.timeS;
  const bits = tasks.sizeBits[task]!;
  const range = rangeKm(links, link, nowS / model.scenario.tickS - clock.tick);
  const snapshotS = bits / links.rateBps[link]! + range / C_KM_S;
  const c = (row * batch.maxCandidates + k) * batch.candidateStride;
  batch.candidates[c + INPUT_SNAPSHOT_S] = snapshotS;
  batch.candidates[c + INPUT_LOAD_AWARE_S] = snapshotS + queueS(links, link, tasks.priority[task]!, nowS);
  batch.candidates[c + HOPS_AWAY] = 1;
  writeSatellite(w, batch, row, k, task, links.to[link]!, beaconGeneration(w, range));
}

/** What a beacon of generation `generation` says of an executor in orbit, as candidate `k`; its input is written already. */
function writeSatellite(
  w: WorldState,
  batch: DecisionBatch,
  row: number,
  k: number,
  task: number,
  executor: number,
  generation: number,
): void {
  const { model, tasks, clock, beacons, outages } = w;
  const { islSlots: D, scenario } = model;
  const config = scenario.satellite;
  const slot = row * batch.maxCandidates + k;
  const c = slot * batch.candidateStride;
  const f = batch.candidates;
  const beacon = beaconRow(w, generation, executor) + D;
  const sentS = beacons.sentS[generation]!;
  const capabilities = beacons.values[beacon + BEACON_CAPABILITIES]!;
  const serviceS = tasks.workTflop[task]! / config.tflopsPerAccelerator;
  inputRawS[k] = f[c + INPUT_LOAD_AWARE_S]!;
  f[c + BACKLOG_S] = beacons.values[beacon + BEACON_BACKLOG_S]!;
  f[c + PLACED_SINCE_BEACON_S] = placedSinceS(w, batch.agent[row]!, executor, sentS);
  f[c + SERVICE_S] = serviceS / ((capabilities & CAPABILITIES.COMPUTE_FULL_RATE) === 0 ? config.throttledRateFrac : 1);
  f[c + BEACON_AGE_S] = clock.timeS - sentS;
  f[c + BATTERY_FRAC] = beacons.values[beacon + BEACON_BATTERY_FRAC]!;
  f[c + TEMPERATURE_C] = beacons.values[beacon + BEACON_TEMPERATURE_C]!;
  f[c + DOWNLINK_MBIT] = tasks.consumer[task]! >= model.satelliteCount ? tasks.outputBits[task]! / 1e6 : 0;
  writeOutput(w, batch, c, task, executor);
  const works = (capabilities & CAPABILITIES.COMPUTE_NEW) !== 0 && outages.quarantined[executor] === 0;
  batch.actionMask[slot] = maskOf(w, row, task, executor, works);
  batch.candidateNode[slot] = executor;
}

/**
 * Executors two links away, by what the beacons of neighbours relay: as many as the row has room for from candidate `from` on,
 * those first where the work would be done soonest. Of several ways to one the quickest by load-aware reckoning. Returns their number.
 */
function writeFar(
  w: WorldState,
  batch: DecisionBatch,
  row: number,
  from: number,
  task: number,
  satellite: number,
): number {
  const room = batch.maxCandidates - from;
  const n = room > 0 ? findFar(w, batch, row, from, task, satellite) : 0;
  // Each executor is tried in the last place; what labels deny is counted for what is shown.
  const last = batch.maxCandidates - 1;
  const slot = row * batch.maxCandidates + last;
  const { labelDenied, first } = w.rows;
  const denied = labelDenied[row - first]!;
  few.n = 0;
  for (let i = 0; i < n; i++) {
    if (n <= room) {
      few.item[few.n++] = i;
      continue;
    }
    writeFarExecutor(w, batch, row, last, task, i);
    offer(few, i, batch.actionMask[slot] === 0 ? MASKED : NEIGHBOUR, finishOf(w, batch, slot), room);
  }
  labelDenied[row - first] = denied;
  if (n > room) {
    clearCandidate(batch, row, last);
    sortItems(few);
  }
  for (let i = 0; i < few.n; i++) writeFarExecutor(w, batch, row, from + i, task, few.item[i]!);
  return few.n;
}

/** Writes to the scratch the executors two links away that are not among the first `shown` candidates. Returns their number. */
function findFar(
  w: WorldState,
  batch: DecisionBatch,
  row: number,
  shown: number,
  task: number,
  satellite: number,
): number {
  const { model, links, view, tasks, beacons, clock, outages } = w;
  const { islSlots: D } = model;
  const first = row * batch.maxCandidates;
  const nowS = clock.timeS;
  const bits = tasks.sizeBits[task]!;
  let n = 0;
  for (let d = 0; d < D; d++) {
    const link = satellite * D + d;
    const neighbour = links.to[link]!;
    if (neighbour < 0 || outages.quarantined[neighbour] !== 0 || !mayHold(w, tasks.label[task]!, neighbour)) continue;
    const range = rangeKm(links, link, nowS / model.scenario.tickS - clock.tick);
    const generation = beaconGeneration(w, range);
    const beacon = beaconRow(w, generation, neighbour);
    if ((beacons.values[beacon + D + BEACON_CAPABILITIES]! & CAPABILITIES.FORWARD_TRANSIT) === 0) continue;
    const nearS = bits / links.rateBps[link]! + range / C_KM_S;
    const nearQueueS = queueS(links, link, tasks.priority[task]!, nowS);
    for (let e = 0; e < D; e++) {
      const onward = neighbour * D + e;
      const executor = view.links.to[onward]!;
      if (executor < 0) continue;
      let known = false;
      for (let k = 0; k < shown && !known; k++) known = batch.candidateNode[first + k] === executor;
      if (known) continue;
      const snapshotS = nearS + bits / view.links.rateBps[onward]! + view.links.rangeStartKm[onward]! / C_KM_S;
      const loadAwareS = snapshotS + nearQueueS + beacons.values[beacon + e]!;
      let at = 0;
      while (at < n && farNode[at] !== executor) at++;
      if (at === FAR_EXECUTORS || (at < n && loadAwareS >= farLoadAwareS[at]!)) continue;
      if (at === n) n++;
      farNode[at] = executor;
      farGeneration[at] = generationBefore(generation);
      farSnapshotS[at] = snapshotS;
      farLoadAwareS[at] = loadAwareS;
    }
  }
  return n;
}

/** Executor `i` of the scratch, as candidate `k`. */
function writeFarExecutor(w: WorldState, batch: DecisionBatch, row: number, k: number, task: number, i: number): void {
  const c = (row * batch.maxCandidates + k) * batch.candidateStride;
  batch.candidates[c + INPUT_SNAPSHOT_S] = farSnapshotS[i]!;
  batch.candidates[c + INPUT_LOAD_AWARE_S] = farLoadAwareS[i]!;
  batch.candidates[c + HOPS_AWAY] = 2;
  writeSatellite(w, batch, row, k, task, farNode[i]!, farGeneration[i]!);
}

/** Data centre `i`, as candidate `k`. */
function writeCentre(
  w: WorldState,
  batch: DecisionBatch,
  row: number,
  k: number,
  task: number,
  satellite: number,
  i: number,
): void {
  const { model, tasks, compute, outages } = w;
  const bits = tasks.sizeBits[task]!;
  const consumer = tasks.consumer[task]!;
  const label = tasks.label[task]!;
  const product = productLabelOf(w, tasks.trafficClass[task]!);
  const toGround = consumer >= model.satelliteCount;
  const centre = model.firstDataCentre + i;
  const slot = row * batch.maxCandidates + k;
  const c = slot * batch.candidateStride;
  const f = batch.candidates;
  const inputS = sizedDelay(w, w.snapshot, satellite, centre, bits, label);
  const inputLoadAwareS = sizedDelay(w, w.report, satellite, centre, bits, label);
  const outputLoadAwareS = groundDelay(w, w.report, centre, consumer, tasks.outputBits[task]!, product);
  inputRawS[k] = positive(inputLoadAwareS);
  outputRawS[k] = outputLoadAwareS;
  f[c + IS_GROUND] = 1;
  f[c + INPUT_SNAPSHOT_S] = bounded(inputS);
  f[c + INPUT_LOAD_AWARE_S] = bounded(inputLoadAwareS);
  f[c + SERVICE_S] = tasks.workTflop[task]! / compute.tflops[model.satelliteCount + i]!;
  f[c + OUTPUT_SNAPSHOT_S] = bounded(groundDelay(w, w.snapshot, centre, consumer, tasks.outputBits[task]!, product));
  f[c + OUTPUT_LOAD_AWARE_S] = bounded(outputLoadAwareS);
  f[c + BATTERY_FRAC] = 1;
  f[c + DOWNLINK_MBIT] = (bits + (consumer === centre || !toGround ? 0 : tasks.outputBits[task]!)) / 1e6;
  batch.actionMask[slot] = maskOf(w, row, task, centre, inputS < Infinity && outages.knownNodeDown[centre] === 0);
  batch.candidateNode[slot] = centre;
}

/**
 * Writes candidates from the second place on where there are more executors than a row can show: data centres, then neighbours,
 * each by the least estimated finish, and what is masked last. Half of the places at least are left to neighbours. Shown in the
 * order of slots and centres. Returns their number.
 */
function writeSoonest(
  w: WorldState,
  batch: DecisionBatch,
  row: number,
  task: number,
  satellite: number,
  neighbours: number,
): number {
  const { links, model } = w;
  const { islSlots: D, linkCount, dataCentreCount } = model;
  const room = batch.maxCandidates - 1;
  const centreRoom = Math.max(room - neighbours, room >> 1);
  // Each executor is tried in the last place; what labels deny is counted for what is shown.
  const slot = row * batch.maxCandidates + room;
  const { labelDenied, first } = w.rows;
  const denied = labelDenied[row - first]!;
  few.n = 0;
  for (let i = 0; i < dataCentreCount; i++) {
    clearCandidate(batch, row, room);
    writeCentre(w, batch, row, room, task, satellite, i);
    offer(few, linkCount + i, batch.actionMask[slot] === 0 ? MASKED : CENTRE, finishOf(w, batch, slot), centreRoom);
  }
  for (let d = 0; d < D; d++) {
    const link = satellite * D + d;
    if (links.to[link]! < 0) continue;
    clearCandidate(batch, row, room);
    writeNeighbour(w, batch, row, room, task, link);
    offer(few, link, batch.actionMask[slot] === 0 ? MASKED : NEIGHBOUR, finishOf(w, batch, slot), room);
  }
  sortItems(few);
  labelDenied[row - first] = denied;
  for (let k = 1; k <= room; k++) clearCandidate(batch, row, k);
  for (let i = 0; i < few.n; i++) {
    const item = few.item[i]!;
    if (item < linkCount) writeNeighbour(w, batch, row, i + 1, task, item);
    else writeCentre(w, batch, row, i + 1, task, satellite, item - linkCount);
  }
  return few.n;
}

/** Until work would start whose data are there after `inputS`, behind work that takes `waitS`, s. */
function startOf(inputS: number, waitS: number): number {
  return inputS > waitS ? inputS : waitS;
}

/**
 * Estimated finish at the executor of a row's candidate, s: input while backlog and what was placed there since are worked off,
 * service, output.
 */
function finishOf(w: WorldState, batch: DecisionBatch, slot: number): number {
  const c = slot * batch.candidateStride;
  const f = batch.candidates;
  const waitS = f[c + BACKLOG_S]! + f[c + PLACED_SINCE_BEACON_S]!;
  if (w.model.stretches === undefined)
    return startOf(f[c + INPUT_LOAD_AWARE_S]!, waitS) + f[c + SERVICE_S]! + f[c + OUTPUT_LOAD_AWARE_S]!;
  // Hours of waiting are drawn together where they are shown: what is added to them must be added before.
  const k = slot % batch.maxCandidates;
  return shownDelayS(startOf(inputRawS[k]!, waitS) + f[c + SERVICE_S]! + positive(outputRawS[k]!));
}

function writeOutput(w: WorldState, batch: DecisionBatch, c: number, task: number, executor: number): void {
  const { tasks } = w;
  const consumer = tasks.consumer[task]!;
  const label = productLabelOf(w, tasks.trafficClass[task]!);
  const bits = tasks.outputBits[task]!;
  const to = wayTo(w, consumer, 0);
  const outputSnapshotS = sizedDelay(w, w.snapshot, executor, to, bits, label);
  const outputLoadAwareS = sizedDelay(w, w.report, executor, to, bits, label);
  outputRawS[(c / batch.candidateStride) % batch.maxCandidates] = outputLoadAwareS;
  batch.candidates[c + OUTPUT_SNAPSHOT_S] = bounded(outputSnapshotS);
  batch.candidates[c + OUTPUT_LOAD_AWARE_S] = bounded(outputLoadAwareS);
}

/** 1 = an executor that can do the work also may hold the data and what is made of them. */
function maskOf(w: WorldState, row: number, task: number, executor: number, able: boolean): number {
  if (!able) return 0;
  const { tasks } = w;
  if (mayHold(w, tasks.label[task]!, executor) && mayHold(w, productLabelOf(w, tasks.trafficClass[task]!), executor)) {
    return 1;
  }
  denyByLabel(w, row);
  return 0;
}

function bounded(delayS: number): number {
  return shownDelayS(positive(delayS));
}

function positive(delayS: number): number {
  return delayS < 0 ? 0 : delayS;
}

function writePriors(w: WorldState, batch: DecisionBatch, first: number, count: number): number {
  const f = batch.candidates;
  let leastS = MOST_SHOWN_S;
  for (let k = 0; k < count; k++) {
    const c = (first + k) * batch.candidateStride;
    const finishS = finishOf(w, batch, first + k);
    f[c + FINISH_S] = finishS;
    if (batch.actionMask[first + k] === 1 && finishS < leastS) leastS = finishS;
  }
  const scaleS = PRIOR_SCALE_S + PRIOR_SCALE_FRAC * leastS;
  for (let k = 0; k < count; k++) {
    const c = (first + k) * batch.candidateStride;
    const logit = (leastS - f[c + FINISH_S]!) / scaleS + (f[c + HOPS_AWAY]! > 1 ? PRIOR_FAR : 0);
    f[c + PRIOR] = logit > 0 ? 0 : logit > PRIOR_FLOOR ? logit : PRIOR_FLOOR;
  }
  return leastS;
}
