import { C_KM_S } from '../../core/index.ts';
import { type DelayTable, chargeEmptyLinks, fillColumn } from '../network/delays.kernel.ts';
import { queueS } from '../network/links.kernel.ts';
import type { WorldState } from './state.ts';
import { PRIORITIES } from './waiting-lists.kernel.ts';

/** Shortest delay over the links of now with empty queues, from a satellite, for a mean bundle, s. */
export function snapshotDelay(w: WorldState, satellite: number, node: number): number {
  return column(w, w.snapshot, node)[node * w.model.satelliteCount + satellite] as number;
}

/** The same with the queues of the last flooded report. */
export function reportDelay(w: WorldState, satellite: number, node: number): number {
  return column(w, w.report, node)[node * w.model.satelliteCount + satellite] as number;
}

/** Makes the columns of `node` valid, so that delays, hops and first links may be read at `node * S + satellite`. */
export function fillDelays(w: WorldState, node: number): void {
  column(w, w.snapshot, node);
  column(w, w.report, node);
}

/** Links on the snapshot way. */
export function snapshotHops(w: WorldState, satellite: number, node: number): number {
  column(w, w.snapshot, node);
  return w.snapshot.hops[node * w.model.satelliteCount + satellite] as number;
}

/** The same with every queue as it is, for a bundle of `sizeBits`. For oracles only. */
export function trueDelay(w: WorldState, satellite: number, node: number, sizeBits: number): number {
  const { truth, truthStamp, clock, links } = w;
  if (truthStamp.decision !== clock.decision || truthStamp.sizeBits !== sizeBits) {
    truthStamp.decision = clock.decision;
    truthStamp.sizeBits = sizeBits;
    chargeEmptyLinks(truth, links, sizeBits);
    for (let l = 0; l < links.count; l++) {
      if (truth.costS[l] !== Infinity)
        truth.costS[l] = (truth.costS[l] as number) + queueS(links, l, PRIORITIES - 1, clock.timeS);
    }
    truth.valid.fill(0);
  }
  return column(w, truth, node)[node * w.model.satelliteCount + satellite] as number;
}

/** New tick: the snapshot and the report's network have changed. */
export function renewSnapshot(w: WorldState): void {
  chargeEmptyLinks(w.snapshot, w.links, w.model.traffic.meanBits);
  w.snapshot.valid.fill(0);
  renewReport(w);
}

/** New report or new tick: the queues of the report on the links of now. */
export function renewReport(w: WorldState): void {
  const { report, snapshot, reportQueueS } = w;
  for (let l = 0; l < report.costS.length; l++)
    report.costS[l] = (snapshot.costS[l] as number) + (reportQueueS[l] as number);
  report.valid.fill(0);
}

/** Queue delay of every link now, as satellites sample it for a report. */
export function sampleQueues(w: WorldState, out: Float64Array): void {
  const { links, clock, model } = w;
  for (let l = 0; l < links.count; l++) {
    const fromSatellite = l < model.firstUplink || l >= model.firstDownlink;
    const up = fromSatellite && (links.to[l] as number) >= 0 && (links.rateBps[l] as number) > 0;
    out[l] = up ? queueS(links, l, PRIORITIES - 1, clock.timeS) : 0;
  }
}

function column(w: WorldState, table: DelayTable, node: number): Float64Array {
  if (table.valid[node] === 0) {
    collectExits(w, table, node);
    fillColumn(table, w.links, w.reverse, node, w.exits);
  }
  return table.delayS;
}

/**
 * Where ways to `node` leave the satellites: the satellite itself; the satellite a terminal or gateway is, or will next be,
 * attached to; for a data centre every gateway, with the terrestrial delay behind it.
 */
function collectExits(w: WorldState, table: DelayTable, node: number): void {
  const { model, exits } = w;
  exits.n = 0;
  if (node < model.satelliteCount) {
    addExit(w, node, -1, 0);
  } else if (node >= model.firstDataCentre && node < model.firstTerminal) {
    const centre = node - model.firstDataCentre;
    for (let g = 0; g < model.gatewayCount; g++) {
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
  const { model, clock, links } = w;
  const first = model.firstAntenna[node - model.satelliteCount] as number;
  const end = model.firstAntenna[node - model.satelliteCount + 1] as number;
  for (let antenna = first; antenna < end; antenna++) {
    const i = clock.tick * model.antennaCount + antenna;
    const satellite = model.nextSatellite[i] as number;
    if (satellite < 0) continue;
    const link = model.firstDownlink + antenna;
    if ((links.to[link] as number) >= 0) {
      addExit(w, satellite, link, (table.costS[link] as number) + beyondS);
    } else {
      const waitS = (model.nextAttachS[i] as number) - clock.tick * model.scenario.tickS;
      addExit(w, satellite, -1, waitS + beyondS);
    }
  }
}

function addExit(w: WorldState, satellite: number, link: number, delayS: number): void {
  const { exits } = w;
  if (exits.n === exits.satellite.length) return;
  exits.satellite[exits.n] = satellite;
  exits.link[exits.n] = link;
  exits.delayS[exits.n] = delayS;
  exits.n++;
}

/** Delay of `bits` from a gateway or data centre over its best antenna by a view of the network, queues at the antennas aside, s. */
export function groundDelay(w: WorldState, table: DelayTable, from: number, to: number, bits: number): number {
  const { model } = w;
  if (from === to) return 0;
  const toCentre = to >= model.firstDataCentre && to < model.firstTerminal;
  if (from < model.firstDataCentre && toCentre) {
    const gateway = from - model.firstGateway;
    return model.geometry.wanDelayS[gateway * model.dataCentreCount + to - model.firstDataCentre] as number;
  }
  if (from < model.firstDataCentre || from >= model.firstTerminal) return antennasDelay(w, table, from, to, bits);
  let least = Infinity;
  for (let g = 0; g < model.gatewayCount; g++) {
    const wanS = model.geometry.wanDelayS[g * model.dataCentreCount + from - model.firstDataCentre] as number;
    const onwardS = toCentre
      ? (model.geometry.wanDelayS[g * model.dataCentreCount + to - model.firstDataCentre] as number)
      : antennasDelay(w, table, model.firstGateway + g, to, bits);
    if (wanS + onwardS < least) least = wanS + onwardS;
  }
  return least;
}

function antennasDelay(w: WorldState, table: DelayTable, node: number, to: number, bits: number): number {
  const { model, links } = w;
  const first = model.firstAntenna[node - model.satelliteCount] as number;
  const end = model.firstAntenna[node - model.satelliteCount + 1] as number;
  let least = Infinity;
  for (let antenna = first; antenna < end; antenna++) {
    const link = model.firstUplink + antenna;
    const satellite = links.to[link] as number;
    if (satellite < 0) continue;
    const upS = (links.rangeStartKm[link] as number) / C_KM_S + bits / (links.rateBps[link] as number);
    const delayS = upS + (column(w, table, to)[to * model.satelliteCount + satellite] as number);
    if (delayS < least) least = delayS;
  }
  return least;
}
