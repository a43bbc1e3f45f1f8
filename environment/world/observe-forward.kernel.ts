import {
  C_KM_S,
  CAPABILITIES,
  CONTENT,
  DETOUR_HOPS,
  type DecisionBatch,
  FORWARD,
  MESSAGE,
  SPACE_CLOUD_SPEC,
  STALE_QUEUE_WEIGHT,
  ZERO_CELSIUS_K,
} from '../../core/index.ts';
import { queueS, rangeKm } from '../network/links.kernel.ts';
import { beaconGeneration, beaconRow } from './beacons.kernel.ts';
import { createBestFew, insist, offer, sortItems } from './best-few.kernel.ts';
import { beyondS, ownContactS } from './carry.kernel.ts';
import { columnAround, leadsOverGateways, relaysTo, wayOf } from './delays.kernel.ts';
import { sentSinceBits } from './sent-since.kernel.ts';
import { clearCandidates, denyByLabel, openRow, writeLink } from './rows.ts';
import {
  BEACON_BUFFER_FRAC,
  BEACON_CAPABILITIES,
  BEACON_DOWNLINK_QUEUE_S,
  BEACON_MEAN_QUEUE_S,
  type WorldState,
} from './state.ts';
import { MOST_SHOWN_S, shownDelayS } from './shown-delay.kernel.ts';
import { PAYLOAD_RAW } from './tasks.kernel.ts';

/** [candidates] 1 = the neighbour's own way, by report or snapshot, leads back; scratch of the row, bounded by the spec. */
const leadsBack = new Uint8Array(SPACE_CLOUD_SPEC.maxCandidates);
const snapshotLeadsBack = new Uint8Array(SPACE_CLOUD_SPEC.maxCandidates);
/** Scratch of a row that cannot show all links. */
const few = createBestFew(SPACE_CLOUD_SPEC.maxCandidates);
/** Which links such a row shows first. */
const TO_DESTINATION = 0;
const TO_GROUND = 1;
const TO_NEIGHBOUR = 2;
const BACK_HERE = 3;
const MASKED = 4;
/** Places that ground links leave to ISLs: for the best by either reckoning. */
const LEAST_ISLS = 2;

/** The most shown, as a constant of this module alone: V8 folds those, but reads exported ones anew and keeps what meets them on the heap. */
const LONGEST_S = MOST_SHOWN_S;
/** Most that agents see of their own queue, s. */
const LONGEST_QUEUE_S = 60;
/** Contact ends are shown up to this horizon, s. */
const CONTACT_HORIZON_S = 600;
/**
 * The prior loses one logit per this share of the best estimated delay, plus this many seconds: estimates err in proportion to
 * the queues on the way. With a constant scale alone, nothing but the estimate's favourite is ever tried where queues are long.
 */
const PRIOR_SCALE_FRAC = 0.1;
const PRIOR_SCALE_S = 0.01;
const PRIOR_FLOOR = -20;

const IS_HOLD = 0;
const IS_GROUND_LINK = 1;
const IS_DESTINATION = 2;
const OWN_QUEUE_S = 3;
const TRANSMIT_S = 4;
const PROPAGATION_S = 5;
const SNAPSHOT_REMAINING_S = 6;
const LOAD_AWARE_REMAINING_S = 7;
const NEIGHBOUR_NEXT_QUEUE_S = 8;
const NEIGHBOUR_MEAN_QUEUE_S = 9;
const NEIGHBOUR_BUFFER_FRAC = 10;
const BEACON_AGE_S = 11;
const CONTACT_REMAINING_S = 12;
const IS_RETURN = 13;
const SNAPSHOT_EXCESS_S = 14;
const SENT_SINCE_BEACON_S = 15;
const PRIOR = 16;

/**
 * Appends the `forward` row of a task at a satellite: one candidate per ISL that is up, per useful ground link, and *hold*
 * (ask again after a beacon period); of more links than a row has room for, the most useful. Features as in `SPACE_CLOUD_SPEC`.
 * Masked: a contact too short for the bundle, a neighbour that, by its beacon, has no room or takes no transit, that is in
 * quarantine, or that may not hold the data.
 */
export function observeForward(
  w: WorldState,
  batch: DecisionBatch,
  row: number,
  task: number,
  satellite: number,
): void {
  const { model, tasks, links, satellites, clock } = w;
  const { islSlots: D, firstDownlink, firstTerminal, firstDataCentre, scenario } = model;
  const nowS = clock.timeS;
  const destination = tasks.destination[task]!;
  const bits = tasks.sizeBits[task]!;
  const priority = tasks.priority[task]!;
  const label = tasks.label[task]!;
  openRow(w, batch, row, { kind: FORWARD, task, agent: satellite, destination, sizeBits: bits });

  const to = wayOf(w, task);
  const toGateways = leadsOverGateways(w, task);
  const snapshotRelays = to === destination ? -1 : relaysTo(w, w.snapshot, destination, label);
  const reportRelays = to === destination ? -1 : relaysTo(w, w.report, destination, label);
  const snapshotColumn = columnAround(w, w.snapshot, satellite, to, label);
  const reportColumn = columnAround(w, w.report, satellite, to, label);

  const K = batch.maxCandidates;
  const F = batch.candidateStride;
  let count = 0;
  let bestSnapshotS = Infinity;
  let bestLoadAwareS = Infinity;
  let fits = true;
  for (let d = 0; d < D; d++) {
    const link = satellite * D + d;
    if (links.to[link]! < 0) continue;
    if (count === K - 1) {
      fits = false;
      break;
    }
    writeCandidate(w, batch, row, count, task, link, snapshotColumn, reportColumn);
    count++;
  }
  const toCentre = destination >= firstDataCentre && destination < firstTerminal;
  for (let q = satellites.firstServed[satellite]!; q >= 0 && fits; q = satellites.nextServed[q]!) {
    const node = model.geometry.antennaNode[q]!;
    if (node !== destination && !(toGateways && node < firstDataCentre)) continue;
    if (count === K - 1) {
      fits = false;
      break;
    }
    writeCandidate(w, batch, row, count, task, firstDownlink + q, snapshotColumn, reportColumn);
    count++;
  }
  if (!fits) count = writeUseful(w, batch, row, task, satellite, snapshotColumn, reportColumn);
  const first = row * K;
  closeLoops(batch, first, count, scenario.knowledge.beaconPeriodS);
  for (let k = 0; k < count; k++) {
    const c = (first + k) * F;
    const f = batch.candidates;
    const localS = f[c + OWN_QUEUE_S]! + f[c + TRANSMIT_S]! + f[c + PROPAGATION_S]!;
    const snapshotS = f[c + TRANSMIT_S]! + f[c + PROPAGATION_S]! + f[c + SNAPSHOT_REMAINING_S]!;
    const loadAwareS = localS + f[c + LOAD_AWARE_REMAINING_S]!;
    if (batch.actionMask[first + k] === 0) continue;
    if (snapshotS < bestSnapshotS) bestSnapshotS = snapshotS;
    if (loadAwareS < bestLoadAwareS) bestLoadAwareS = loadAwareS;
  }
  // Holding pays where the way leads through this satellite's own next contact.
  const waits = w.report.firstLink[reportColumn + satellite]! < 0;
  const carries = model.stretches !== undefined;
  const nextSnapshotS = carries ? ownContactS(w, satellite, destination, label, snapshotRelays) : Infinity;
  const nextLoadAwareS = carries ? ownContactS(w, satellite, destination, label, reportRelays) : Infinity;
  const ownSnapshotS = ownWayS(waits, w.snapshot.delayS[snapshotColumn + satellite]!, nextSnapshotS);
  const ownLoadAwareS = ownWayS(waits, w.report.delayS[reportColumn + satellite]!, nextLoadAwareS);
  const holdS = scenario.knowledge.beaconPeriodS;
  const heldSnapshotS = Math.min(holdS + bestSnapshotS, Math.max(holdS, ownSnapshotS));
  const heldLoadAwareS = Math.min(holdS + bestLoadAwareS, Math.max(holdS, ownLoadAwareS));
  writeHold(batch, first + count, bounded(heldSnapshotS), bounded(heldLoadAwareS));
  bestSnapshotS = bounded(Math.min(bestSnapshotS, ownSnapshotS));
  bestLoadAwareS = bounded(Math.min(bestLoadAwareS, ownLoadAwareS));
  writeLink(w, row, count, -1);
  batch.candidateNode[first + count] = satellite;
  count++;
  clearCandidates(batch, row, count);
  batch.candidateCount[row] = count;
  writePriors(batch, first, count, bestSnapshotS, tasks.hops[task]! >= DETOUR_HOPS);

  const x = row * batch.contextStride;
  const context = batch.context;
  context[x] = tasks.deadlineS[task]! - nowS;
  context[x + 1] = bits / 1e6;
  context[x + 2] = tasks.value[task]!;
  context[x + 3] = nowS - tasks.createdS[task]!;
  context[x + 4] = tasks.hops[task]!;
  context[x + 5] = priority;
  context[x + 6] = satellites.bufferBits[satellite]! / (scenario.satellite.bufferBytes * 8);
  context[x + 7] = w.power.batteryJ[satellite]! / (scenario.satellite.batteryWh * 3600);
  context[x + 8] = satellites.sunlitFrac[satellite]!;
  context[x + 9] = w.power.temperatureK[satellite]! - ZERO_CELSIUS_K;
  context[x + 10] = bestSnapshotS;
  context[x + 11] = bestLoadAwareS;
  context[x + 12] = tasks.family[task] === MESSAGE ? 1 : 0;
  context[x + 13] = tasks.family[task] === CONTENT ? 1 : 0;
  context[x + 14] = tasks.payload[task] === PAYLOAD_RAW ? 1 : 0;
  context[x + 15] = toCentre ? 1 : 0;
}

/** Shown delay of the way that begins by waiting here, by the table or by this satellite's own next contact; Infinity = there is none. */
function ownWayS(waits: boolean, tableS: number, nextS: number): number {
  const delayS = waits && tableS < nextS ? tableS : nextS;
  return waits || delayS < Infinity ? shownDelayS(delayS) : Infinity;
}

/**
 * Writes candidates where more links are up than a row can show: in this order of preference the link to the destination itself,
 * ground links that lead on, ISLs, ISLs whose way leads back here, what is masked; each by the least snapshot delay over it. Two
 * places at least are left for ISLs: the one that is best by load-aware reckoning is always among them. Shown in the order of
 * links. Returns their number.
 */
function writeUseful(
  w: WorldState,
  batch: DecisionBatch,
  row: number,
  task: number,
  satellite: number,
  snapshotColumn: number,
  reportColumn: number,
): number {
  const { model, tasks, links, satellites } = w;
  const { islSlots: D, firstDownlink, firstDataCentre } = model;
  const destination = tasks.destination[task]!;
  const toGateways = leadsOverGateways(w, task);
  const room = batch.maxCandidates - 1;
  const f = batch.candidates;
  // Each link is tried in the last place, which becomes that of `hold`.
  const slot = row * batch.maxCandidates + room;
  const c = slot * batch.candidateStride;
  let isls = 0;
  for (let d = 0; d < D && isls < LEAST_ISLS; d++) if (links.to[satellite * D + d]! >= 0) isls++;
  few.n = 0;
  for (let q = satellites.firstServed[satellite]!; q >= 0; q = satellites.nextServed[q]!) {
    const node = model.geometry.antennaNode[q]!;
    if (node !== destination && !(toGateways && node < firstDataCentre)) continue;
    writeCandidate(w, batch, row, room, task, firstDownlink + q, snapshotColumn, reportColumn);
    const preference = batch.actionMask[slot] === 0 ? MASKED : node === destination ? TO_DESTINATION : TO_GROUND;
    offer(few, firstDownlink + q, preference, snapshotWayS(f, c), room - isls);
  }
  let best = -1;
  let leastS = Infinity;
  for (let d = 0; d < D; d++) {
    const link = satellite * D + d;
    if (links.to[link]! < 0) continue;
    writeCandidate(w, batch, row, room, task, link, snapshotColumn, reportColumn);
    const isAllowed = batch.actionMask[slot] === 1;
    const onward = snapshotLeadsBack[room] === 1 ? BACK_HERE : TO_NEIGHBOUR;
    const preference = !isAllowed ? MASKED : links.to[link] === destination ? TO_DESTINATION : onward;
    offer(few, link, preference, snapshotWayS(f, c), room);
    const knownS = f[c + OWN_QUEUE_S]! + f[c + TRANSMIT_S]! + f[c + PROPAGATION_S]! + f[c + LOAD_AWARE_REMAINING_S]!;
    if (!isAllowed || leadsBack[room] === 1 || knownS >= leastS) continue;
    leastS = knownS;
    best = link;
  }
  if (best >= 0) insist(few, best);
  sortItems(few);
  w.rows.labelDenied[row - w.rows.first] = 0; // counted anew for what is shown
  for (let k = 0; k < few.n; k++) {
    writeCandidate(w, batch, row, k, task, few.item[k]!, snapshotColumn, reportColumn);
  }
  return few.n;
}

/** Delay of the snapshot way over a candidate's link, s. */
function snapshotWayS(f: Float32Array, c: number): number {
  return f[c + TRANSMIT_S]! + f[c + PROPAGATION_S]! + f[c + SNAPSHOT_REMAINING_S]!;
}

function writeCandidate(
  w: WorldState,
  batch: DecisionBatch,
  row: number,
  k: number,
  task: number,
  link: number,
  snapshotColumn: number,
  reportColumn: number,
): void {
  const { model, tasks, links, clock, beacons, snapshot, report, outages } = w;
  const { islSlots: D, satelliteCount: S, firstUplink } = model;
  const nowS = clock.timeS;
  const slot = row * batch.maxCandidates + k;
  const c = slot * batch.candidateStride;
  const f = batch.candidates;
  const next = links.to[link]!;
  const destination = tasks.destination[task]!;
  const bits = tasks.sizeBits[task]!;
  const range = rangeKm(links, link, nowS / model.scenario.tickS - clock.tick);
  const waitS = queueS(links, link, tasks.priority[task]!, nowS);
  const transmitS = bits / links.rateBps[link]!;
  const propagationS = range / C_KM_S;
  const lastLink = link >= firstUplink;
  f[c + IS_HOLD] = 0;
  f[c + IS_GROUND_LINK] = lastLink ? 1 : 0;
  f[c + IS_DESTINATION] = next === destination ? 1 : 0;
  f[c + OWN_QUEUE_S] = waitS < LONGEST_QUEUE_S ? waitS : LONGEST_QUEUE_S;
  f[c + TRANSMIT_S] = transmitS;
  f[c + PROPAGATION_S] = propagationS;
  let snapshotS = 0;
  let loadAwareS = 0;
  let nextQueueS = 0;
  let meanQueueS = 0;
  let bufferFrac = 0;
  let ageS = 0;
  let sentS = 0;
  let allowed = nowS + transmitS < links.untilS[link]!;
  leadsBack[k] = 0;
  snapshotLeadsBack[k] = 0;
  if (lastLink) {
    if (next !== destination) {
      const label = tasks.label[task]!;
      const crosses = destination >= model.firstTerminal;
      const snapshotRelays = crosses ? relaysTo(w, snapshot, destination, label) : -1;
      snapshotS = beyondS(w, next, destination, label, snapshotRelays);
      if (crosses) {
        const extraBits = bits - model.traffic.meanBits;
        const reportRelays = relaysTo(w, report, destination, label);
        if (snapshotS === Infinity) allowed = false;
        snapshotS += extraBits * w.relays.sPerBit[snapshotRelays + next - model.firstGateway]!;
        loadAwareS = beyondS(w, next, destination, label, reportRelays);
        loadAwareS += extraBits * w.relays.sPerBit[reportRelays + next - model.firstGateway]!;
      } else loadAwareS = snapshotS;
    }
    if (model.stretches !== undefined && allowed) allowed = fitsBehindQueue(w, link, waitS, bits);
  } else {
    const generation = beaconGeneration(w, range);
    const beacon = beaconRow(w, generation, next);
    const values = beacons.values;
    ageS = nowS - beacons.sentS[generation]!;
    sentS = sentSinceBits(w, link, generation) / links.rateBps[link]!;
    meanQueueS = values[beacon + D + BEACON_MEAN_QUEUE_S]!;
    bufferFrac = values[beacon + D + BEACON_BUFFER_FRAC]!;
    if (next !== destination) {
      const extraBits = bits - model.traffic.meanBits;
      snapshotS = snapshot.delayS[snapshotColumn + next]! + extraBits * snapshot.sPerBit[snapshotColumn + next]!;
      loadAwareS = report.delayS[reportColumn + next]! + extraBits * report.sPerBit[reportColumn + next]!;
      const snapshotOnward = snapshot.firstLink[snapshotColumn + next]!;
      if (snapshotOnward >= 0 && links.to[snapshotOnward] === links.from[link]) snapshotLeadsBack[k] = 1;
      const onward = report.firstLink[reportColumn + next]!;
      if (onward >= 0) {
        leadsBack[k] = links.to[onward] === links.from[link] ? 1 : 0;
        // The neighbour's own word about its next queue is fresher than the flooded report.
        nextQueueS =
          onward < S * D ? values[beacon + onward - next * D]! : values[beacon + D + BEACON_DOWNLINK_QUEUE_S]!;
        if (onward < S * D) loadAwareS += nextQueueS - w.reportQueueS[onward]!;
      }
      const capabilities = values[beacon + D + BEACON_CAPABILITIES]!;
      if ((capabilities & CAPABILITIES.FORWARD_TRANSIT) === 0) allowed = false;
    }
    const bufferBits = model.scenario.satellite.bufferBytes * 8;
    if (bufferFrac * bufferBits + bits > bufferBits) allowed = false;
    if (outages.quarantined[next] !== 0) allowed = false;
  }
  if (allowed && model.labels.mayHold[tasks.label[task]! * model.nodeCount + next] === 0) {
    allowed = false;
    denyByLabel(w, row);
  }
  if (model.stretches === undefined) {
    f[c + SNAPSHOT_REMAINING_S] = shownDelayS(snapshotS);
    f[c + LOAD_AWARE_REMAINING_S] = loadAwareS > 0 ? shownDelayS(loadAwareS) : 0;
  } else {
    const linkS = transmitS + propagationS;
    f[c + SNAPSHOT_REMAINING_S] = shownBehindS(linkS, snapshotS);
    f[c + LOAD_AWARE_REMAINING_S] = shownBehindS(linkS + f[c + OWN_QUEUE_S]!, loadAwareS);
  }
  f[c + NEIGHBOUR_NEXT_QUEUE_S] = nextQueueS;
  f[c + NEIGHBOUR_MEAN_QUEUE_S] = meanQueueS;
  f[c + NEIGHBOUR_BUFFER_FRAC] = bufferFrac;
  f[c + BEACON_AGE_S] = ageS;
  const leftS = links.untilS[link]! - nowS;
  f[c + CONTACT_REMAINING_S] = leftS < CONTACT_HORIZON_S ? leftS : CONTACT_HORIZON_S;
  f[c + IS_RETURN] = next === tasks.previous[task]! ? 1 : 0;
  f[c + SENT_SINCE_BEACON_S] = sentS;
  batch.actionMask[slot] = allowed ? 1 : 0;
  batch.candidateNode[slot] = next;
  writeLink(w, row, k, link);
}

/**
 * What is shown of a remaining delay behind `localS` that is shown as it is, such that the sum is that of the whole delay: hours of
 * waiting are drawn together, and seconds added to them afterwards would weigh more than hours. Below 0 where `localS` is long.
 */
function shownBehindS(localS: number, remainingS: number): number {
  return shownDelayS(localS + (remainingS > 0 ? remainingS : 0)) - localS;
}

/** Whether what waits before a bundle on a downlink and the bundle itself fit into the rest of the planned contact, at the rates it will have. */
function fitsBehindQueue(w: WorldState, link: number, waitS: number, bits: number): boolean {
  const { links, model, plan, clock } = w;
  const { contacts, tickS } = model.geometry;
  const rateBps = links.rateBps[link]!;
  const neededBits = waitS * rateBps + bits;
  const leftBits = (links.untilS[link]! - clock.timeS) * rateBps;
  if (neededBits < leftBits) return true;
  const antenna = link - model.firstDownlink;
  const end = contacts.antennaFirst[antenna + 1]!;
  const from = plan.antennaCursor[antenna]!;
  if (from >= end || plan.alternative[antenna]! >= 0) return false;
  const untilTick = contacts.untilTick[contacts.ofAntenna[from]!]!;
  let bitsToCome = (contacts.endTick[contacts.ofAntenna[from]!]! * tickS - clock.timeS) * rateBps;
  for (let i = from + 1; i < end && bitsToCome <= neededBits; i++) {
    const row = contacts.ofAntenna[i]!;
    if (contacts.untilTick[row] !== untilTick) break;
    bitsToCome += (contacts.endTick[row]! - contacts.startTick[row]!) * tickS * contacts.rateBps[row]!;
  }
  return neededBits < bitsToCome;
}

/**
 * A neighbour whose own best way leads back here cannot be better than going from here at once: its remaining delay becomes
 * the way back plus the best that is allowed here without it. Otherwise stale reports, or a contact too short for a bundle,
 * would send it to and fro. And a neighbour that has just sent the bundle here knows no better before its next beacon: by
 * load-aware reckoning going back costs at least that long.
 */
function closeLoops(batch: DecisionBatch, first: number, count: number, beaconPeriodS: number): void {
  const F = batch.candidateStride;
  const f = batch.candidates;
  let snapshotS = LONGEST_S;
  let loadAwareS = LONGEST_S;
  for (let k = 0; k < count; k++) {
    if (batch.actionMask[first + k] === 0) continue;
    const c = (first + k) * F;
    const linkS = f[c + TRANSMIT_S]! + f[c + PROPAGATION_S]!;
    const onwardS = linkS + f[c + SNAPSHOT_REMAINING_S]!;
    if (snapshotLeadsBack[k] === 0 && onwardS < snapshotS) snapshotS = onwardS;
    const knownS = linkS + f[c + OWN_QUEUE_S]! + f[c + LOAD_AWARE_REMAINING_S]!;
    if (leadsBack[k] === 0 && knownS < loadAwareS) loadAwareS = knownS;
  }
  for (let k = 0; k < count; k++) {
    const c = (first + k) * F;
    const backS = f[c + TRANSMIT_S]! + f[c + PROPAGATION_S]!;
    if (snapshotLeadsBack[k] === 1) raise(f, c + SNAPSHOT_REMAINING_S, backS + snapshotS);
    if (leadsBack[k] === 1) raise(f, c + LOAD_AWARE_REMAINING_S, backS + loadAwareS);
    if (f[c + IS_RETURN] === 1) raise(f, c + LOAD_AWARE_REMAINING_S, f[c + LOAD_AWARE_REMAINING_S]! + beaconPeriodS);
  }
}

/** Raises a delay to at least `leastS`, within what is shown. */
function raise(features: Float32Array, at: number, leastS: number): void {
  const value = bounded(leastS);
  if (value > features[at]!) features[at] = value;
}

/** The hold candidate; its remaining delays include the waiting. */
function writeHold(batch: DecisionBatch, slot: number, snapshotS: number, loadAwareS: number): void {
  const c = slot * batch.candidateStride;
  const f = batch.candidates;
  f.fill(0, c, c + batch.candidateStride);
  f[c + IS_HOLD] = 1;
  f[c + SNAPSHOT_REMAINING_S] = snapshotS;
  f[c + LOAD_AWARE_REMAINING_S] = loadAwareS;
  f[c + CONTACT_REMAINING_S] = CONTACT_HORIZON_S;
  batch.actionMask[slot] = 1;
}

/** Sums of delays as they are shown stay within what is shown. */
function bounded(delayS: number): number {
  return delayS < LONGEST_S ? delayS : LONGEST_S;
}

/**
 * Prior: how much worse than the best candidate the damped estimate is (core/damped-delay.ts); where a bundle may take no more
 * detours, candidates that do not lead on get the floor, if others do. And by how much the snapshot way is exceeded.
 */
function writePriors(
  batch: DecisionBatch,
  first: number,
  count: number,
  bestSnapshotS: number,
  isStrict: boolean,
): void {
  const F = batch.candidateStride;
  const f = batch.candidates;
  // As the features show it, so that whoever reads them orders candidates alike.
  const hereS = Math.fround(bestSnapshotS);
  let leastS = Infinity;
  let leastOnwardS = Infinity;
  for (let k = 0; k < count; k++) {
    const c = (first + k) * F;
    const snapshotS = f[c + SNAPSHOT_REMAINING_S]!;
    const weight = f[c + IS_RETURN] === 1 ? 1 : STALE_QUEUE_WEIGHT;
    const remainingS = snapshotS + weight * (f[c + LOAD_AWARE_REMAINING_S]! - snapshotS);
    const estimateS = f[c + OWN_QUEUE_S]! + f[c + TRANSMIT_S]! + f[c + PROPAGATION_S]! + remainingS;
    f[c + PRIOR] = estimateS;
    if (batch.actionMask[first + k] === 0) continue;
    if (estimateS < leastS) leastS = estimateS;
    if (isStrict && estimateS < leastOnwardS && leadsOn(f, c, hereS)) leastOnwardS = estimateS;
  }
  const onlyOnward = leastOnwardS < Infinity;
  if (onlyOnward) leastS = leastOnwardS;
  const scaleS = PRIOR_SCALE_FRAC * (leastS < LONGEST_S ? leastS : LONGEST_S) + PRIOR_SCALE_S;
  for (let k = 0; k < count; k++) {
    const c = (first + k) * F;
    f[c + SNAPSHOT_EXCESS_S] =
      f[c + TRANSMIT_S]! + f[c + PROPAGATION_S]! + f[c + SNAPSHOT_REMAINING_S]! - bestSnapshotS;
    const logit = (leastS - f[c + PRIOR]!) / scaleS;
    const shown = logit > 0 ? 0 : logit > PRIOR_FLOOR ? logit : PRIOR_FLOOR;
    f[c + PRIOR] = onlyOnward && !leadsOn(f, c, hereS) ? PRIOR_FLOOR : shown;
  }
}

/** To the ground, to the destination, or to a neighbour that is nearer by the snapshot and has not just sent the bundle here. */
function leadsOn(f: Float32Array, c: number, hereS: number): boolean {
  if (f[c + IS_HOLD] === 1) return false;
  if (f[c + IS_GROUND_LINK] === 1 || f[c + IS_DESTINATION] === 1) return true;
  return f[c + IS_RETURN] === 0 && f[c + SNAPSHOT_REMAINING_S]! < hereS;
}
