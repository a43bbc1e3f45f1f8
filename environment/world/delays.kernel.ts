import { C_KM_S } from '../../core/index.ts';
import {
  type DelayTable,
  chargeEmptyLinks,
  clearColumns,
  columnBase,
  openColumn,
  settleColumn,
} from '../network/delays.kernel.ts';
import { queueS } from '../network/links.kernel.ts';
import { lies } from './capture.ts';
import { beyondS, firstAbove, lastCarryTick, nextMeetingS } from './carry.kernel.ts';
import { mayHold } from './may-hold.ts';
import type { WorldState } from './state.ts';
import type { ContactStretches } from './stretches.ts';
import type { NetworkView } from './network-view.ts';
import { PRIORITIES } from './waiting-lists.kernel.ts';

/**
 * Delay tables hold each terminal twice where gateways relay for each other: as the node it is, for data that have been on the
 * terrestrial network already, and under this key for data that may cross it once. All functions here that take a `node` take
 * this key as well.
 */
export function wayTo(w: WorldState, node: number, crossed: number): number {
  const { model } = w;
  if (model.gatewayWanS === undefined || crossed !== 0 || node < model.firstTerminal) return node;
  return node + model.terminalCount;
}

/** `wayTo` the destination of a task. */
export function wayOf(w: WorldState, task: number): number {
  return wayTo(w, w.tasks.destination[task]!, w.tasks.crossed[task]!);
}

/** Whether gateways lead on to the destination: a data centre, or a terminal where gateways relay and the data may still cross. */
export function leadsOverGateways(w: WorldState, task: number): boolean {
  const { firstDataCentre, firstTerminal } = w.model;
  const destination = w.tasks.destination[task]!;
  if (destination >= firstDataCentre && destination < firstTerminal) return true;
  return wayOf(w, task) !== destination;
}

/**
 * Shortest delay over the links of now with empty queues, from a satellite, for a mean bundle, s. `label` is the class of the
 * data: satellites that may not hold them are not passed through.
 */
export function snapshotDelay(w: WorldState, satellite: number, node: number, label = 0): number {
  const base = column(w, w.snapshot, label, node, satellite);
  return w.snapshot.delayS[base + satellite]!;
}

/** The same with the queues of the last flooded report. */
export function reportDelay(w: WorldState, satellite: number, node: number, label = 0): number {
  const base = column(w, w.report, label, node, satellite);
  return w.report.delayS[base + satellite]!;
}

/**
 * Base offset in the columns of `table` (snapshot or report) at which delays, hops and first links to `node` may be read for
 * `satellite` and the neighbours it has links to now, until other nodes are asked for.
 */
export function columnAround(w: WorldState, table: DelayTable, satellite: number, node: number, label: number): number {
  return column(w, table, label, node, satellite, w.links.to);
}

/** Delay of a bundle of `bits` over the shortest way of a mean bundle, by the snapshot or the report, s. */
export function sizedDelay(
  w: WorldState,
  table: DelayTable,
  satellite: number,
  node: number,
  bits: number,
  label: number,
): number {
  const at = column(w, table, label, node, satellite) + satellite;
  return table.delayS[at]! + (bits - w.model.traffic.meanBits) * table.sPerBit[at]!;
}

/** First link of the snapshot way; -1 = there is none, or it begins with waiting here. */
export function snapshotFirstLink(w: WorldState, satellite: number, node: number, label: number): number {
  const base = column(w, w.snapshot, label, node, satellite);
  return w.snapshot.firstLink[base + satellite]!;
}

/** The same with every queue as it is, for a bundle of `sizeBits`. For oracles only. */
export function trueDelay(w: WorldState, satellite: number, node: number, sizeBits: number, label = 0): number {
  chargeTruth(w, sizeBits);
  const base = column(w, w.truth, label, node, satellite);
  return w.truth.delayS[base + satellite]!;
}

/** `columnAround` for the truth and a bundle of `sizeBits`; good until the next decision. For oracles and critics only. */
export function truthAround(w: WorldState, satellite: number, node: number, sizeBits: number, label: number): number {
  chargeTruth(w, sizeBits);
  return column(w, w.truth, label, node, satellite, w.links.to);
}

/** Links with every queue as it is, unless they are charged so already. */
function chargeTruth(w: WorldState, sizeBits: number): void {
  const { truth, truthStamp, clock, links } = w;
  if (truthStamp.decision !== clock.decision || truthStamp.sizeBits !== sizeBits) {
    truthStamp.decision = clock.decision;
    truthStamp.sizeBits = sizeBits;
    chargeEmptyLinks(truth, links, sizeBits);
    for (let l = 0; l < links.count; l++) {
      if (truth.costS[l] !== Infinity) truth.costS[l] = truth.costS[l]! + queueS(links, l, PRIORITIES - 1, clock.timeS);
    }
    clearColumns(truth);
  }
}

/** New tick: the snapshot and the report's network have changed. */
export function renewSnapshot(w: WorldState): void {
  chargeEmptyLinks(w.snapshot, w.view.links, w.model.traffic.meanBits);
  clearColumns(w.snapshot);
  renewReport(w);
}

/** New report or new tick: the queues of the report on the links of now. */
export function renewReport(w: WorldState): void {
  const { report, snapshot, reportQueueS } = w;
  for (let l = 0; l < report.costS.length; l++)
    report.costS[l] = (snapshot.costS[l] as number) + (reportQueueS[l] as number);
  clearColumns(report);
}

/** Queue delay of every link now, as satellites sample it for a report; captured ones that lie report none. */
export function sampleQueues(w: WorldState, out: Float64Array): void {
  const { links, clock, model } = w;
  for (let l = 0; l < links.count; l++) {
    const fromSatellite = l < model.firstUplink || l >= model.firstDownlink;
    const up = fromSatellite && (links.to[l] as number) >= 0 && (links.rateBps[l] as number) > 0;
    out[l] = up && !lies(w, links.from[l] as number) ? queueS(links, l, PRIORITIES - 1, clock.timeS) : 0;
  }
}

/** The network as a table sees it: the truth as it is, all others as it is known. */
function networkOf(w: WorldState, table: DelayTable): NetworkView {
  return table === w.truth ? w : w.view;
}

function column(
  w: WorldState,
  table: DelayTable,
  label: number,
  node: number,
  satellite: number,
  neighbours?: Int32Array,
): number {
  const key = label * table.nodeCount + node;
  let base = columnBase(table, key);
  if (base < 0) {
    collectExits(w, table, node, label);
    base = openColumn(table, key, w.exits);
  }
  const { links, reverse } = networkOf(w, table);
  settleColumn(table, links, reverse, base, satellite, neighbours);
  return base;
}

/**
 * Where ways to `node` leave the satellites: the satellite itself; the satellite a terminal or gateway is, or will next be,
 * attached to; for a data centre every gateway that may hold the data, with the terrestrial delay behind it; likewise for a
 * terminal, where gateways relay. With store and carry all satellites that will have such a contact within the horizon.
 */
function collectExits(w: WorldState, table: DelayTable, node: number, label: number): void {
  const { model, exits } = w;
  const mayCross = node >= model.nodeCount;
  const to = mayCross ? node - model.terminalCount : node;
  const relays = mayCross ? relaysTo(w, table, to, label) : -1;
  exits.n = 0;
  exits.waiting.fill(0);
  if (to < model.satelliteCount) {
    addExit(w, to, -1, 0, 0);
    return;
  }
  if (to < model.firstDataCentre || to >= model.firstTerminal) addAntennas(w, table, to, 0, 0);
  if (!mayCross && (to < model.firstDataCentre || to >= model.firstTerminal)) return;
  for (let g = 0; g < model.gatewayCount; g++) {
    const gateway = model.firstGateway + g;
    const delayS = beyondS(w, gateway, to, label, relays);
    if (delayS < Infinity) addAntennas(w, table, gateway, delayS, relays < 0 ? 0 : w.relays.sPerBit[relays + g]!);
  }
}

/** Exits over a node's antennas, behind which `beyondS` and `beyondSPerBit` lie. */
function addAntennas(w: WorldState, table: DelayTable, node: number, delayS: number, sPerBit: number): void {
  const { model, clock } = w;
  const { links, plan } = networkOf(w, table);
  const first = model.firstAntenna[node - model.satelliteCount] as number;
  const end = model.firstAntenna[node - model.satelliteCount + 1] as number;
  for (let antenna = first; antenna < end; antenna++) {
    if (model.stretches !== undefined) addWaits(w, table, model.stretches, antenna, delayS, sPerBit);
    const satellite = plan.nextSatellite[antenna] as number;
    if (satellite < 0) continue;
    const link = model.firstDownlink + antenna;
    if ((links.to[link] as number) >= 0) {
      addExit(
        w,
        satellite,
        link,
        (table.costS[link] as number) + delayS,
        1 / (links.rateBps[link] as number) + sPerBit,
      );
    } else {
      const waitS = (plan.nextAttachS[antenna] as number) - clock.tick * model.scenario.tickS;
      addExit(w, satellite, -1, waitS + delayS, sPerBit);
    }
  }
}

/** The next planned contact of each satellite with an antenna, if it is the first that leads on; not where the antenna is known to be out. */
function addWaits(
  w: WorldState,
  table: DelayTable,
  stretches: ContactStretches,
  antenna: number,
  delayS: number,
  sPerBit: number,
): void {
  const { model, clock, exits, outages } = w;
  const { antennaNode, tickS } = model.geometry;
  const { antennaFirst, startTick, satellite } = stretches;
  const isTrue = table === w.truth;
  const track = model.firstUplink + antenna;
  if ((isTrue ? outages.nodeDown : outages.knownNodeDown)[antennaNode[antenna]!] !== 0) return;
  if ((isTrue ? outages.blocked : outages.knownBlocked)[track] !== 0) return;
  const last = lastCarryTick(w);
  const end = antennaFirst[antenna + 1]!;
  for (let i = firstAbove(startTick, antennaFirst[antenna]!, end, clock.tick); i < end; i++) {
    const start = startTick[i]!;
    if (start > last) return;
    const s = satellite[i]!;
    const throughS = start * tickS - clock.tick * tickS + delayS;
    const known = exits.waiting[s]! - 1;
    if (known < 0) {
      addExit(w, s, -1, throughS, sPerBit);
      exits.waiting[s] = exits.n;
    } else if (throughS < exits.delayS[known]!) {
      exits.delayS[known] = throughS;
      exits.sPerBit[known] = sPerBit;
    }
  }
}

/**
 * Offset in `w.relays` of the delays from every gateway to a terminal: down there already, over the terrestrial network to the
 * gateway from which the way up is the shortest (or up again at once), and on by satellites alone.
 */
export function relaysTo(w: WorldState, table: DelayTable, terminal: number, label: number): number {
  const { model, relays } = w;
  const { gatewayCount: G, terminalCount: T } = model;
  const wanS = model.gatewayWanS!;
  const which = table === w.snapshot ? 0 : table === w.report ? 1 : 2;
  const block = (which * model.labels.count + label) * T + terminal - model.firstTerminal;
  const first = block * G;
  if (relays.epoch[block] === table.epoch) return first;
  relays.epoch[block] = table.epoch;
  for (let g = 0; g < G; g++) wayUp(w, table, g, terminal, label);
  for (let from = 0; from < G; from++) {
    let best = -1;
    let leastS = Infinity;
    for (let g = 0; g < G; g++) {
      const delayS = wanS[from * G + g]! + relays.upS[g]!;
      if (delayS >= leastS) continue;
      leastS = delayS;
      best = g;
    }
    relays.delayS[first + from] = leastS;
    relays.sPerBit[first + from] = best < 0 ? 0 : relays.upSPerBit[best]!;
  }
  return first;
}

/** Writes the least delay of a mean bundle from a gateway's antennas to a terminal, not over gateways again, and its part per bit. */
function wayUp(w: WorldState, table: DelayTable, gateway: number, terminal: number, label: number): void {
  const { model, relays, clock } = w;
  const { links, plan } = networkOf(w, table);
  const node = model.firstGateway + gateway;
  let leastS = Infinity;
  let sPerBit = 0;
  if (mayHold(w, label, node)) {
    const first = model.firstAntenna[node - model.satelliteCount]!;
    const end = model.firstAntenna[node - model.satelliteCount + 1]!;
    for (let antenna = first; antenna < end; antenna++) {
      const satellite = plan.nextSatellite[antenna]!;
      if (satellite < 0) continue;
      const link = model.firstUplink + antenna;
      const isUp = links.to[link]! >= 0;
      const upS = isUp ? table.costS[link]! : plan.nextAttachS[antenna]! - clock.tick * model.scenario.tickS;
      const at = column(w, table, label, terminal, satellite) + satellite;
      if (upS + table.delayS[at]! >= leastS) continue;
      leastS = upS + table.delayS[at]!;
      sPerBit = table.sPerBit[at]! + (isUp ? 1 / links.rateBps[link]! : 0);
    }
    const carriedS = nextMeetingS(w, node, terminal, label, -1) - clock.tick * model.scenario.tickS;
    if (carriedS < leastS) {
      leastS = carriedS;
      sPerBit = 0;
    }
  }
  relays.upS[gateway] = leastS;
  relays.upSPerBit[gateway] = sPerBit;
}

function addExit(w: WorldState, satellite: number, link: number, delayS: number, sPerBit: number): void {
  const { exits } = w;
  if (exits.n === exits.satellite.length) return;
  exits.satellite[exits.n] = satellite;
  exits.link[exits.n] = link;
  exits.delayS[exits.n] = delayS;
  exits.sPerBit[exits.n] = sPerBit;
  exits.n++;
}

/**
 * Delay of `bits` from a gateway or data centre over its best antenna by a view of the network (snapshot, report or truth),
 * queues at the antennas aside, s. `label` as in `snapshotDelay`.
 */
export function groundDelay(
  w: WorldState,
  table: DelayTable,
  from: number,
  to: number,
  bits: number,
  label = 0,
): number {
  const { model } = w;
  if (from === to) return 0;
  const toCentre = to >= model.firstDataCentre && to < model.firstTerminal;
  if (from < model.firstDataCentre && toCentre) {
    const gateway = from - model.firstGateway;
    return model.geometry.wanDelayS[gateway * model.dataCentreCount + to - model.firstDataCentre]!;
  }
  if (from >= model.firstTerminal) return antennasDelay(w, table, from, wayTo(w, to, 0), bits, label);
  if (from < model.firstDataCentre) return antennasDelay(w, table, from, to, bits, label);
  let least = Infinity;
  for (let g = 0; g < model.gatewayCount; g++) {
    if (model.labels.mayHold[label * model.nodeCount + model.firstGateway + g] === 0) continue;
    const wanS = model.geometry.wanDelayS[g * model.dataCentreCount + from - model.firstDataCentre]!;
    const onwardS = toCentre
      ? model.geometry.wanDelayS[g * model.dataCentreCount + to - model.firstDataCentre]!
      : antennasDelay(w, table, model.firstGateway + g, to, bits, label);
    if (wanS + onwardS < least) least = wanS + onwardS;
  }
  return least;
}

function antennasDelay(
  w: WorldState,
  table: DelayTable,
  node: number,
  to: number,
  bits: number,
  label: number,
): number {
  const { model, clock } = w;
  const { links } = networkOf(w, table);
  const first = model.firstAntenna[node - model.satelliteCount]!;
  const end = model.firstAntenna[node - model.satelliteCount + 1]!;
  let least = Infinity;
  for (let antenna = first; antenna < end; antenna++) {
    const link = model.firstUplink + antenna;
    const satellite = links.to[link]!;
    if (satellite < 0) continue;
    const upS = links.rangeStartKm[link]! / C_KM_S + bits / links.rateBps[link]!;
    const at = column(w, table, label, to, satellite) + satellite;
    // The truth is that of this very size already.
    const sizeS = table === w.truth ? 0 : (bits - model.traffic.meanBits) * table.sPerBit[at]!;
    const delayS = upS + table.delayS[at]! + sizeS;
    if (delayS < least) least = delayS;
  }
  if (model.stretches === undefined || least < model.scenario.tickS) return least;
  const real = to < model.nodeCount ? to : to - model.terminalCount;
  const relays = to < model.nodeCount ? -1 : relaysTo(w, table, real, label);
  const carriedS = nextMeetingS(w, node, real, label, relays) - clock.timeS;
  return carriedS < least ? carriedS : least;
}
