import { C_KM_S, CAPABILITIES, type DecisionBatch, OBSERVATION, PLACE, ZERO_CELSIUS_K } from '../../core/index.ts';
import { queueS, rangeKm } from '../network/links.kernel.ts';
import { backlogS } from '../resources/compute.kernel.ts';
import { observeReplica } from './backup-row.kernel.ts';
import { beaconGeneration, beaconRow } from './beacons.kernel.ts';
import { groundDelay, reportDelay, snapshotDelay, snapshotHops } from './delays.kernel.ts';
import { LONGEST_DELAY_S } from './observe-forward.kernel.ts';
import { mayHold } from './labels.ts';
import { clearCandidates, denyByLabel, openRow } from './rows.ts';
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
const PRIOR = 14; // after the archive's free share, which matters to replicas alone

/**
 * Appends the `place` row of a task at a satellite: itself, the satellites it has a link to, and the data centres.
 * Features as in `SPACE_CLOUD_SPEC`. Masked: an executor that may not start new work (its own machine, or a neighbour's
 * beacon, says so), one that no way leads to, one in quarantine, and one that may not hold the data or the product.
 */
export function observePlace(w: WorldState, batch: DecisionBatch, row: number, task: number, satellite: number): void {
  if (w.tasks.payload[task] === PAYLOAD_REPLICA) {
    observeReplica(w, batch, row, task, satellite);
    return;
  }
  const { model, tasks, links, satellites, compute, clock, beacons, outages } = w;
  const { islSlots: D, scenario, firstDataCentre } = model;
  const nowS = clock.timeS;
  const bits = tasks.sizeBits[task]!;
  const consumer = tasks.consumer[task]!;
  const label = tasks.label[task]!;
  const product = productLabelOf(w, tasks.trafficClass[task]!);
  openRow(w, batch, row, { kind: PLACE, task, agent: satellite, destination: consumer, sizeBits: bits });
  clearCandidates(batch, row, 0);
  const first = row * batch.maxCandidates;
  const f = batch.candidates;
  const config = scenario.satellite;
  const serviceS = tasks.workTflop[task]! / config.tflopsPerAccelerator;
  const toGround = consumer >= model.satelliteCount;
  let k = 0;

  let c = first * batch.candidateStride;
  const own = satellites.capabilities[satellite]!;
  f[c + IS_SELF] = 1;
  f[c + BACKLOG_S] = backlogS(compute, satellite, nowS);
  f[c + SERVICE_S] = serviceS / ((own & CAPABILITIES.COMPUTE_FULL_RATE) === 0 ? config.throttledRateFrac : 1);
  f[c + BATTERY_FRAC] = w.power.batteryJ[satellite]! / (config.batteryWh * 3600);
  f[c + TEMPERATURE_C] = w.power.temperatureK[satellite]! - ZERO_CELSIUS_K;
  f[c + DOWNLINK_MBIT] = toGround ? tasks.outputBits[task]! / 1e6 : 0;
  writeOutput(w, batch, c, task, satellite);
  batch.actionMask[first] = maskOf(w, row, task, satellite, (own & CAPABILITIES.COMPUTE_NEW) !== 0);
  batch.candidateNode[first] = satellite;
  k++;

  const isls = Math.min(D, batch.maxCandidates - 1 - model.dataCentreCount);
  for (let d = 0; d < isls; d++) {
    const link = satellite * D + d;
    const neighbour = links.to[link]!;
    if (neighbour < 0) continue;
    c = (first + k) * batch.candidateStride;
    const range = rangeKm(links, link, nowS / scenario.tickS - clock.tick);
    const generation = beaconGeneration(w, range);
    const beacon = beaconRow(w, generation, neighbour) + D;
    const capabilities = beacons.values[beacon + BEACON_CAPABILITIES]!;
    f[c + INPUT_SNAPSHOT_S] = bits / links.rateBps[link]! + range / C_KM_S;
    f[c + INPUT_LOAD_AWARE_S] = f[c + INPUT_SNAPSHOT_S]! + queueS(links, link, tasks.priority[task]!, nowS);
    f[c + BACKLOG_S] = beacons.values[beacon + BEACON_BACKLOG_S]!;
    f[c + SERVICE_S] =
      serviceS / ((capabilities & CAPABILITIES.COMPUTE_FULL_RATE) === 0 ? config.throttledRateFrac : 1);
    f[c + BEACON_AGE_S] = nowS - beacons.sentS[generation]!;
    f[c + BATTERY_FRAC] = beacons.values[beacon + BEACON_BATTERY_FRAC]!;
    f[c + TEMPERATURE_C] = beacons.values[beacon + BEACON_TEMPERATURE_C]!;
    f[c + DOWNLINK_MBIT] = toGround ? tasks.outputBits[task]! / 1e6 : 0;
    writeOutput(w, batch, c, task, neighbour);
    const works = (capabilities & CAPABILITIES.COMPUTE_NEW) !== 0 && outages.quarantined[neighbour] === 0;
    batch.actionMask[first + k] = maskOf(w, row, task, neighbour, works);
    batch.candidateNode[first + k] = neighbour;
    k++;
  }

  for (let i = 0; i < model.dataCentreCount && k < batch.maxCandidates; i++) {
    const centre = firstDataCentre + i;
    c = (first + k) * batch.candidateStride;
    const sizeS =
      (snapshotHops(w, satellite, centre, label) * (bits - model.traffic.meanBits)) / scenario.gatewayLink.maxRateBps;
    const inputS = snapshotDelay(w, satellite, centre, label);
    f[c + IS_GROUND] = 1;
    f[c + INPUT_SNAPSHOT_S] = bounded(inputS + sizeS);
    f[c + INPUT_LOAD_AWARE_S] = bounded(reportDelay(w, satellite, centre, label) + sizeS);
    f[c + SERVICE_S] = tasks.workTflop[task]! / compute.tflops[model.satelliteCount + i]!;
    f[c + OUTPUT_SNAPSHOT_S] = bounded(groundDelay(w, w.snapshot, centre, consumer, tasks.outputBits[task]!, product));
    f[c + OUTPUT_LOAD_AWARE_S] = bounded(groundDelay(w, w.report, centre, consumer, tasks.outputBits[task]!, product));
    f[c + BATTERY_FRAC] = 1;
    f[c + DOWNLINK_MBIT] = (bits + (consumer === centre || !toGround ? 0 : tasks.outputBits[task]!)) / 1e6;
    batch.actionMask[first + k] = maskOf(w, row, task, centre, inputS < Infinity);
    batch.candidateNode[first + k] = centre;
    k++;
  }
  batch.candidateCount[row] = k;
  const bestFinishS = writePriors(batch, first, k);

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

function writeOutput(w: WorldState, batch: DecisionBatch, c: number, task: number, executor: number): void {
  const { model, tasks } = w;
  const consumer = tasks.consumer[task]!;
  const label = productLabelOf(w, tasks.trafficClass[task]!);
  const extraBits = tasks.outputBits[task]! - model.traffic.meanBits;
  const sizeS = (snapshotHops(w, executor, consumer, label) * extraBits) / model.scenario.terminalLink.maxRateBps;
  batch.candidates[c + OUTPUT_SNAPSHOT_S] = bounded(snapshotDelay(w, executor, consumer, label) + sizeS);
  batch.candidates[c + OUTPUT_LOAD_AWARE_S] = bounded(reportDelay(w, executor, consumer, label) + sizeS);
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
  return delayS < 0 ? 0 : delayS < LONGEST_DELAY_S ? delayS : LONGEST_DELAY_S;
}

function writePriors(batch: DecisionBatch, first: number, count: number): number {
  const f = batch.candidates;
  let leastS = LONGEST_DELAY_S;
  for (let k = 0; k < count; k++) {
    const c = (first + k) * batch.candidateStride;
    const finishS = f[c + INPUT_LOAD_AWARE_S]! + f[c + BACKLOG_S]! + f[c + SERVICE_S]! + f[c + OUTPUT_LOAD_AWARE_S]!;
    f[c + FINISH_S] = finishS;
    if (batch.actionMask[first + k] === 1 && finishS < leastS) leastS = finishS;
  }
  const scaleS = PRIOR_SCALE_S + PRIOR_SCALE_FRAC * leastS;
  for (let k = 0; k < count; k++) {
    const c = (first + k) * batch.candidateStride;
    const logit = (leastS - f[c + FINISH_S]!) / scaleS;
    f[c + PRIOR] = logit > 0 ? 0 : logit > PRIOR_FLOOR ? logit : PRIOR_FLOOR;
  }
  return leastS;
}
