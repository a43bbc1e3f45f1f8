import { MODE_EVENTS } from '../../core/index.ts';
import type { FaultSource } from '../faults/catalogue.ts';
import { drawFaults } from '../faults/draw-faults.ts';
import { clearCache } from '../resources/cache.kernel.ts';
import { loseArchive, loseDataSets } from './backup-ledger.ts';
import { loseMirrors } from './backup-mirror.ts';
import { openConvergence } from './convergence.ts';
import { loadRange, renewServed, settleTrack } from './contacts.ts';
import { FAULT_BEGIN, FAULT_END, pushEvent } from './event-queue.kernel.ts';
import { sourceOf } from './fault-source.ts';
import { reportMode } from './mode-events.ts';
import { restartJobs } from './processing.ts';
import type { WorldState } from './state.ts';
import { dropAllAt } from './tasks-at-node.ts';

const SATELLITE_DOWN = MODE_EVENTS.indexOf('satellite.down');
const SATELLITE_UP = MODE_EVENTS.indexOf('satellite.up');
const GATEWAY_DOWN = MODE_EVENTS.indexOf('gateway.down');
const GATEWAY_UP = MODE_EVENTS.indexOf('gateway.up');
const CENTRE_DOWN = MODE_EVENTS.indexOf('centre.down');
const CENTRE_UP = MODE_EVENTS.indexOf('centre.up');

/** Draws the faults of a run and puts their beginnings on the queue. */
export function startFaults(w: WorldState, seed: number): void {
  const { clock, events, model } = w;
  Object.assign(w.faults, drawFaults(model.faults, seed, clock.startS, clock.endS - clock.startS));
  w.usage.convergedS = new Float64Array(w.faults.n).fill(NaN);
  for (let fault = 0; fault < w.faults.n; fault++) {
    pushEvent(events, w.faults.beginS[fault] as number, FAULT_BEGIN, fault);
  }
}

export function beginFault(w: WorldState, fault: number): void {
  const endS = w.faults.endS[fault] as number;
  if (endS < Infinity) pushEvent(w.events, endS, FAULT_END, fault);
  const source = sourceOf(w, fault);
  const { kind, node } = source;
  w.statistics.faults++;
  openConvergence(w, fault);
  if (kind === 'satellite-loss') loseNode(w, node, SATELLITE_DOWN, endS === Infinity);
  else if (kind === 'gateway-loss') loseNode(w, node, GATEWAY_DOWN, endS === Infinity);
  else if (kind === 'data-centre-loss') loseNode(w, node, CENTRE_DOWN, true);
  else if (kind === 'link-loss') shiftTracks(w, source.tracks, 1);
  else if (kind === 'jamming') shiftJamming(w, source, 1);
  else if (kind === 'capture') w.outages.capturedBy[node] = fault;
  else if (kind === 'accelerator-reset') restartJobs(w, node);
  else loseStorage(w, node);
}

export function endFault(w: WorldState, fault: number): void {
  const source = sourceOf(w, fault);
  const { kind, node } = source;
  if (kind === 'satellite-loss') regainNode(w, node, SATELLITE_UP);
  else if (kind === 'gateway-loss') regainNode(w, node, GATEWAY_UP);
  else if (kind === 'data-centre-loss') regainNode(w, node, CENTRE_UP);
  else if (kind === 'link-loss') shiftTracks(w, source.tracks, -1);
  else if (kind === 'jamming') shiftJamming(w, source, -1);
  else if (kind === 'capture' && w.outages.capturedBy[node] === fault) w.outages.capturedBy[node] = -1;
}

/**
 * A node fails: its links close, its jobs stop. `forGood`: what it holds is lost; otherwise it keeps what it has stored, and
 * goes on with it later.
 */
function loseNode(w: WorldState, node: number, event: number, forGood: boolean): void {
  const { nodeDown } = w.outages;
  nodeDown[node] = (nodeDown[node] as number) + 1;
  if (nodeDown[node] === 1) {
    settleTracksOf(w, node);
    reportMode(w, event, node);
    if (computes(w, node)) restartJobs(w, node);
  }
  if (!forGood) return;
  dropAllAt(w, node, 'node-lost');
  if (node < w.model.satelliteCount) {
    loseStorage(w, node);
  } else {
    loseDataSets(w, node);
    loseMirrors(w, node);
  }
}

function regainNode(w: WorldState, node: number, event: number): void {
  const { nodeDown } = w.outages;
  nodeDown[node] = (nodeDown[node] as number) - 1;
  if (nodeDown[node] !== 0) return;
  settleTracksOf(w, node);
  reportMode(w, event, node);
  if (computes(w, node)) restartJobs(w, node);
}

function computes(w: WorldState, node: number): boolean {
  const { satelliteCount, firstDataCentre, firstTerminal } = w.model;
  return node < satelliteCount || (node >= firstDataCentre && node < firstTerminal);
}

function loseStorage(w: WorldState, satellite: number): void {
  clearCache(w.caches, satellite, w.clock.timeS);
  loseArchive(w, satellite);
}

/** Settles every track that has `node` at either end; lasers that come back acquire each other anew. */
function settleTracksOf(w: WorldState, node: number): void {
  const { model, plan, links } = w;
  const { contacts, antennaNode } = model.geometry;
  const isSatellite = node < model.satelliteCount;
  for (let d = 0; isSatellite && d < model.islSlots; d++) resettle(w, node * model.islSlots + d);
  for (let q = 0; q < model.antennaCount; q++) {
    const track = model.firstUplink + q;
    const row = plan.row[track] as number;
    const touched =
      antennaNode[q] === node || links.to[track] === node || (row >= 0 && contacts.peer[row] === node && isSatellite);
    if (touched) resettle(w, track);
  }
  renewServed(w);
}

function shiftTracks(w: WorldState, tracks: readonly number[], by: number): void {
  const { blocked } = w.outages;
  for (const track of tracks) {
    blocked[track] = (blocked[track] as number) + by;
    resettle(w, track);
  }
}

function shiftJamming(w: WorldState, { sites, fadeDb }: FaultSource, sign: number): void {
  const { jammedDb } = w.outages;
  for (const site of sites) {
    jammedDb[site] = Math.max(0, (jammedDb[site] as number) + sign * fadeDb);
    resettleSite(w, site);
  }
}

/** Settles the antennas of a site whose air has changed. */
export function resettleSite(w: WorldState, site: number): void {
  const { antennaSite, antennaCount } = w.model.geometry;
  for (let q = 0; q < antennaCount; q++) if (antennaSite[q] === site) resettle(w, w.model.firstUplink + q);
  renewServed(w);
}

/** Makes a track, and a laser's other end, what plan and outages say, in the middle of a tick. */
export function resettle(w: WorldState, track: number): void {
  const { model, plan, clock } = w;
  const row = plan.row[track] as number;
  if (track >= model.firstUplink) {
    settleTrack(w, track);
    loadRange(w, track);
    return;
  }
  if (row < 0) return;
  const acquiredS = clock.timeS + (model.acquisitionS[track] as number);
  settleTrack(w, track, acquiredS);
  settleTrack(w, model.geometry.contacts.peerTrack[row] as number, acquiredS);
}
