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
import type { WorldState } from './state.ts';
import type { NetworkView } from './network-view.ts';
import { PRIORITIES } from './waiting-lists.kernel.ts';

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
 * attached to; for a data centre every gateway that may hold the data, with the terrestrial delay behind it.
 */
function collectExits(w: WorldState, table: DelayTable, node: number, label: number): void {
  const { model, exits } = w;
  exits.n = 0;
  if (node < model.satelliteCount) {
    addExit(w, node, -1, 0, 0);
  } else if (node >= model.firstDataCentre && node < model.firstTerminal) {
    const centre = node - model.firstDataCentre;
    for (let g = 0; g < model.gatewayCount; g++) {
      if (model.labels.mayHold[label * model.nodeCount + model.firstGateway + g] === 0) continue;
      addAntennas(
        w,
        table,
        model.firstGateway + g,
        model.geometry.wanDelayS[g * model.dataCentreCount + centre] as number,
      );
    }
  } else {
    addAntennas(w, table, node, 0);
  }
}

function addAntennas(w: WorldState, table: DelayTable, node: number, beyondS: number): void {
  const { model, clock } = w;
  const { links, plan } = networkOf(w, table);
  const first = model.firstAntenna[node - model.satelliteCount] as number;
  const end = model.firstAntenna[node - model.satelliteCount + 1] as number;
  for (let antenna = first; antenna < end; antenna++) {
    const satellite = plan.nextSatellite[antenna] as number;
    if (satellite < 0) continue;
    const link = model.firstDownlink + antenna;
    if ((links.to[link] as number) >= 0) {
      addExit(w, satellite, link, (table.costS[link] as number) + beyondS, 1 / (links.rateBps[link] as number));
    } else {
      const waitS = (plan.nextAttachS[antenna] as number) - clock.tick * model.scenario.tickS;
      addExit(w, satellite, -1, waitS + beyondS, 0);
    }
  }
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
  if (from < model.firstDataCentre || from >= model.firstTerminal)
    return antennasDelay(w, table, from, to, bits, label);
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
  const { model } = w;
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
  return least;
}
