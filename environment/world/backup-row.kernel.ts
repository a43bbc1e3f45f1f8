import { C_KM_S, CAPABILITIES, type DecisionBatch, PLACE, SPACE_CLOUD_SPEC, ZERO_CELSIUS_K } from '../../core/index.ts';
import { isPromised } from '../backup/attempts.kernel.ts';
import { BITS_PER_BYTE } from '../backup/bits.ts';
import { holds, isListed } from '../backup/copies.kernel.ts';
import { queueS, rangeKm } from '../network/links.kernel.ts';
import { backlogS } from '../resources/compute.kernel.ts';
import { beaconGeneration, beaconRow } from './beacons.kernel.ts';
import { mayHold, mayTake } from './may-hold.ts';
import { createBestFew, offer, sortItems } from './best-few.kernel.ts';
import { clearCandidates, denyByLabel, openRow } from './rows.ts';
import {
  BEACON_ARCHIVE_FREE_FRAC,
  BEACON_BACKLOG_S,
  BEACON_BATTERY_FRAC,
  BEACON_CAPABILITIES,
  BEACON_TEMPERATURE_C,
  type WorldState,
} from './state.ts';

/** The prior loses one logit per this share of the best estimated arrival, plus this many seconds, as for work. */
const PRIOR_SCALE_FRAC = 0.1;
const PRIOR_SCALE_S = 0.02;
const PRIOR_FLOOR = -20;
/** It loses this much between an empty and a full archive. */
const FULL_ARCHIVE_LOGITS = 4;
/** Beacons carry the free share in single precision. */
const FREE_FRAC_ERROR = 1e-6;

const IS_SELF = 0;
const INPUT_SNAPSHOT_S = 2;
const INPUT_LOAD_AWARE_S = 3;
const BACKLOG_S = 4;
const FINISH_S = 8;
const BEACON_AGE_S = 9;
const BATTERY_FRAC = 10;
const TEMPERATURE_C = 11;
const ARCHIVE_FREE_FRAC = 13;
const HOPS_AWAY = 15;
const PRIOR = 16;

/** Links kept where there are more than a row can show; scratch of the row. */
const nearest = createBestFew(SPACE_CLOUD_SPEC.maxCandidates);

/**
 * Appends the `place` row of a replica at a satellite: itself, and the satellites it has a link to. Features as in
 * `SPACE_CLOUD_SPEC`; there is no work and no result, so `finishS` is the arrival. Masked: a satellite without room in its
 * archive, or whose machine forbids writing (itself as it is, a neighbour by its beacon); one that holds another copy of the
 * version (by the catalogue, or given to it from here); one that may not hold the data, is in quarantine or known to be down.
 * Of more neighbours than fit, those that may take it and are reached soonest.
 */
export function observeReplica(
  w: WorldState,
  batch: DecisionBatch,
  row: number,
  task: number,
  satellite: number,
): void {
  const { model, tasks, links, satellites, clock, backups: b } = w;
  const { islSlots: D, scenario } = model;
  const nowS = clock.timeS;
  const bits = tasks.sizeBits[task]!;
  const label = tasks.label[task]!;
  const attempt = tasks.object[task]!;
  const object = b.attemptObject[attempt]!;
  const version = b.attemptVersion[attempt]!;
  const archiveBits = scenario.satellite.archiveBytes * BITS_PER_BYTE;
  openRow(w, batch, row, { kind: PLACE, task, agent: satellite, destination: satellite, sizeBits: bits });
  clearCandidates(batch, row, 0);
  const first = row * batch.maxCandidates;
  const f = batch.candidates;

  const c = first * batch.candidateStride;
  f[c + IS_SELF] = 1;
  f[c + BACKLOG_S] = backlogS(w.compute, satellite, nowS);
  f[c + BATTERY_FRAC] = w.power.batteryJ[satellite]! / (scenario.satellite.batteryWh * 3600);
  f[c + TEMPERATURE_C] = w.power.temperatureK[satellite]! - ZERO_CELSIUS_K;
  f[c + ARCHIVE_FREE_FRAC] = 1 - b.archiveBits[satellite]! / archiveBits;
  const ownFits = b.archiveBits[satellite]! + bits <= archiveBits && !holds(b, object, version, satellite);
  const ownMay = (satellites.capabilities[satellite]! & CAPABILITIES.CACHE_WRITE) !== 0;
  batch.actionMask[first] = ownFits && ownMay && mayTake(w, label, satellite) ? 1 : 0;
  batch.candidateNode[first] = satellite;
  let k = 1;

  const room = batch.maxCandidates - 1;
  let neighbours = 0;
  for (let d = 0; d < D; d++) if (links.to[satellite * D + d]! >= 0) neighbours++;
  if (neighbours > room) {
    nearest.n = 0;
    for (let d = 0; d < D; d++) {
      const link = satellite * D + d;
      if (links.to[link]! >= 0) offer(nearest, link, mayStore(w, task, link) ? 0 : 1, arrivalS(w, task, link), room);
    }
    sortItems(nearest);
    for (let i = 0; i < nearest.n; i++) writeNeighbour(w, batch, row, k++, task, nearest.item[i]!);
  } else {
    for (let d = 0; d < D; d++) {
      if (links.to[satellite * D + d]! >= 0) writeNeighbour(w, batch, row, k++, task, satellite * D + d);
    }
  }
  batch.candidateCount[row] = k;
  const bestFinishS = writePriors(batch, first, k);

  const x = row * batch.contextStride;
  const context = batch.context;
  context[x] = tasks.deadlineS[task]! - nowS;
  context[x + 1] = bits / 1e6;
  context[x + 4] = tasks.value[task]!;
  context[x + 5] = nowS - tasks.createdS[task]!;
  context[x + 6] = tasks.priority[task]!;
  context[x + 7] = f[first * batch.candidateStride + BACKLOG_S]!;
  context[x + 8] = f[first * batch.candidateStride + BATTERY_FRAC]!;
  context[x + 9] = satellites.sunlitFrac[satellite]!;
  context[x + 10] = f[first * batch.candidateStride + TEMPERATURE_C]!;
  context[x + 11] = bestFinishS;
  context[x + 14] = 1;
}

/** The archive at the other end of a laser link, as candidate `k`. */
function writeNeighbour(w: WorldState, batch: DecisionBatch, row: number, k: number, task: number, link: number): void {
  const { model, links, clock, beacons, tasks } = w;
  const { islSlots: D, scenario } = model;
  const nowS = clock.timeS;
  const bits = tasks.sizeBits[task]!;
  const neighbour = links.to[link]!;
  const slot = row * batch.maxCandidates + k;
  const c = slot * batch.candidateStride;
  const f = batch.candidates;
  const range = rangeKm(links, link, nowS / scenario.tickS - clock.tick);
  const generation = beaconGeneration(w, range);
  const beacon = beaconRow(w, generation, neighbour) + D;
  f[c + INPUT_SNAPSHOT_S] = bits / links.rateBps[link]! + range / C_KM_S;
  f[c + INPUT_LOAD_AWARE_S] = f[c + INPUT_SNAPSHOT_S]! + queueS(links, link, tasks.priority[task]!, nowS);
  f[c + HOPS_AWAY] = 1;
  f[c + BACKLOG_S] = beacons.values[beacon + BEACON_BACKLOG_S]!;
  f[c + BEACON_AGE_S] = nowS - beacons.sentS[generation]!;
  f[c + BATTERY_FRAC] = beacons.values[beacon + BEACON_BATTERY_FRAC]!;
  f[c + TEMPERATURE_C] = beacons.values[beacon + BEACON_TEMPERATURE_C]!;
  f[c + ARCHIVE_FREE_FRAC] = beacons.values[beacon + BEACON_ARCHIVE_FREE_FRAC]!;
  const allowed = mayStore(w, task, link);
  const label = tasks.label[task]!;
  if (allowed && !mayHold(w, label, neighbour)) denyByLabel(w, row);
  batch.actionMask[slot] = allowed && mayTake(w, label, neighbour) ? 1 : 0;
  batch.candidateNode[slot] = neighbour;
}

/** Until a bundle sent now would be at the other end of a link, s. */
function arrivalS(w: WorldState, task: number, link: number): number {
  const { model, links, clock, tasks } = w;
  const range = rangeKm(links, link, clock.timeS / model.scenario.tickS - clock.tick);
  const queue = queueS(links, link, tasks.priority[task]!, clock.timeS);
  return queue + tasks.sizeBits[task]! / links.rateBps[link]! + range / C_KM_S;
}

/** Whether, by all that is known here, the neighbour works, has room, and has no copy of this version, nor is promised one. */
function mayStore(w: WorldState, task: number, link: number): boolean {
  const { model, links, clock, beacons, outages, tasks, backups: b } = w;
  const { islSlots: D, scenario } = model;
  const satellite = links.from[link]!;
  const neighbour = links.to[link]!;
  const attempt = tasks.object[task]!;
  const range = rangeKm(links, link, clock.timeS / scenario.tickS - clock.tick);
  const beacon = beaconRow(w, beaconGeneration(w, range), neighbour) + D;
  const capabilities = beacons.values[beacon + BEACON_CAPABILITIES]!;
  const archiveBits = scenario.satellite.archiveBytes * BITS_PER_BYTE;
  if ((beacons.values[beacon + BEACON_ARCHIVE_FREE_FRAC]! + FREE_FRAC_ERROR) * archiveBits < tasks.sizeBits[task]!)
    return false;
  if ((capabilities & CAPABILITIES.CACHE_WRITE) === 0 || outages.knownNodeDown[neighbour] !== 0) return false;
  if (outages.quarantined[neighbour] !== 0 || isPromised(b, attempt, satellite, neighbour)) return false;
  const version = { object: b.attemptObject[attempt]!, version: b.attemptVersion[attempt]!, by: satellite };
  return !isListed(b, version, neighbour, clock.timeS - scenario.knowledge.floodS);
}

/** Early arrival and an empty archive: the copies of a version are kept apart by the mask, its data sets by the room. */
function writePriors(batch: DecisionBatch, first: number, count: number): number {
  const F = batch.candidateStride;
  const f = batch.candidates;
  let leastS = Infinity;
  for (let k = 0; k < count; k++) {
    const c = (first + k) * F;
    f[c + FINISH_S] = f[c + INPUT_LOAD_AWARE_S]!;
    if (batch.actionMask[first + k] === 1 && f[c + FINISH_S]! < leastS) leastS = f[c + FINISH_S]!;
  }
  if (leastS === Infinity) leastS = 0;
  const scaleS = PRIOR_SCALE_S + PRIOR_SCALE_FRAC * leastS;
  for (let k = 0; k < count; k++) {
    const c = (first + k) * F;
    const logit = (leastS - f[c + FINISH_S]!) / scaleS - FULL_ARCHIVE_LOGITS * (1 - f[c + ARCHIVE_FREE_FRAC]!);
    f[c + PRIOR] = logit > 0 ? 0 : logit > PRIOR_FLOOR ? logit : PRIOR_FLOOR;
  }
  return leastS;
}
