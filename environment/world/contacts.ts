import { MODE_EVENTS } from '../../core/index.ts';
import { rangeBetweenKm } from '../network/antenna-schedule.kernel.ts';
import { antennaRateBps } from './antenna-rate.ts';
import { countCapacity, countCapacityFrom } from './downlink-capacity.ts';
import { askCarried } from './hold.ts';
import { lookAhead } from './look-ahead.ts';
import { reportMode } from './mode-events.ts';
import { noteAccess } from './note-access.ts';
import { assignSpareAntennas } from './spare-antennas.ts';
import type { WorldState } from './state.ts';
import { closeSatelliteLink, closeUplink, openLink } from './transmission.ts';

const ANTENNA_ATTACH = MODE_EVENTS.indexOf('antenna.attach');
const ANTENNA_HANDOVER = MODE_EVENTS.indexOf('antenna.handover');
const ANTENNA_DETACH = MODE_EVENTS.indexOf('antenna.detach');

/** Takes up the contacts of the first tick of a run. */
export function startContacts(w: WorldState): void {
  const { plan, clock, model } = w;
  const { contacts } = model.geometry;
  const { startTick, endTick, byEnd } = contacts;
  plan.antennaCursor.set(contacts.antennaFirst.subarray(0, model.antennaCount));
  w.links.from.set(model.geometry.antennaNode, model.firstUplink);
  for (let row = 0; row < contacts.n && (startTick[row] as number) <= clock.tick; row++) {
    plan.nextStart = row + 1;
    if ((endTick[row] as number) > clock.tick) plan.row[contacts.track[row] as number] = row;
  }
  while (plan.nextEnd < contacts.n && (endTick[byEnd[plan.nextEnd] as number] as number) <= clock.tick) plan.nextEnd++;
  for (let track = 0; track < plan.row.length; track++) if ((plan.row[track] as number) >= 0) settleTrack(w, track);
  renewServed(w);
  loadRanges(w);
  lookAhead(w, w);
}

/** Brings links from the last tick to the present one: contacts that have ended, then those that begin. */
export function advanceContacts(w: WorldState): void {
  const { plan, clock, model } = w;
  const { contacts } = model.geometry;
  const { startTick, endTick, byEnd, track } = contacts;
  const from = plan.nextStart;
  while (plan.nextStart < contacts.n && (startTick[plan.nextStart] as number) <= clock.tick) {
    plan.row[track[plan.nextStart] as number] = plan.nextStart;
    plan.nextStart++;
  }
  // A track whose contact ends as the next begins holds the new row already: it goes over to it without a gap.
  for (; plan.nextEnd < contacts.n; plan.nextEnd++) {
    const row = byEnd[plan.nextEnd] as number;
    if ((endTick[row] as number) > clock.tick) break;
    const ended = track[row] as number;
    if (plan.row[ended] !== row) continue;
    plan.row[ended] = -1;
    settleTrack(w, ended);
  }
  for (let row = from; row < plan.nextStart; row++) settleTrack(w, track[row] as number);
  // Fades change with the elevation, and partners that have failed with the plan.
  assignSpareAntennas(w);
  for (let q = 0; model.canFail && q < model.antennaCount; q++) settleTrack(w, model.firstUplink + q);
  renewServed(w);
  loadRanges(w);
  lookAhead(w, w);
}

/**
 * Makes the links of a track what plan and outages say. `openS`: earliest use of a link that comes up, s; default: at once, or
 * after `handoverS` for an antenna that changes satellite.
 */
export function settleTrack(w: WorldState, track: number, openS?: number): void {
  if (track < w.model.firstUplink) {
    settleTerminal(w, track, openS ?? w.clock.timeS);
    return;
  }
  settleAntenna(w, track, openS);
  noteAccess(w, track - w.model.firstUplink);
}

function settleTerminal(w: WorldState, track: number, openS: number): void {
  const { plan, links, model, reverse, usage } = w;
  const { contacts } = model.geometry;
  const row = plan.row[track] as number;
  const satellite = Math.floor(track / model.islSlots);
  const wanted = row >= 0 && terminalWorks(w, track, satellite, row) ? (contacts.peer[row] as number) : -1;
  const before = links.to[track] as number;
  if (before >= 0 && before !== wanted) {
    closeSatelliteLink(w, track);
    reverse[track] = -1;
  }
  if (wanted >= 0) {
    links.from[track] = satellite;
    usage.islUp[track] = 1;
    links.to[track] = wanted;
    links.rateBps[track] = contacts.rateBps[row] as number;
    links.untilS[track] = contactEndS(w, row);
    if (before !== wanted) {
      reverse[track] = contacts.peerTrack[row] as number;
      openLink(w, track, openS);
      askCarried(w, satellite);
    }
  }
  if (before !== wanted) renewTerminalPower(w, satellite);
}

/** Whether neither satellite nor terminal has failed at either end of a laser link. */
function terminalWorks({ outages, model }: WorldState, track: number, satellite: number, row: number): boolean {
  const { contacts } = model.geometry;
  const { nodeDown, blocked } = outages;
  const peerWorks = nodeDown[contacts.peer[row] as number] === 0 && blocked[contacts.peerTrack[row] as number] === 0;
  return peerWorks && nodeDown[satellite] === 0 && blocked[track] === 0;
}

function settleAntenna(w: WorldState, track: number, openS: number | undefined): void {
  const { plan, links, model, clock } = w;
  const { contacts, antennaNode } = model.geometry;
  const antenna = track - model.firstUplink;
  const down = model.firstDownlink + antenna;
  const node = antennaNode[antenna] as number;
  const row = plan.row[track] as number;
  const taken = plan.alternative[antenna] as number;
  const wanted = taken >= 0 ? taken : row >= 0 ? (contacts.peer[row] as number) : -1;
  const rateBps = wanted < 0 ? 0 : antennaRateBps(w, antenna, wanted);
  const before = links.to[track] as number;
  const after = rateBps > 0 ? wanted : -1;
  countCapacity(w, antenna);
  if (before !== after) {
    if (before >= 0) {
      closeUplink(w, track);
      closeSatelliteLink(w, down);
    }
    const part = antenna - (model.firstAntenna[node - model.satelliteCount] as number);
    reportMode(w, after < 0 ? ANTENNA_DETACH : before < 0 ? ANTENNA_ATTACH : ANTENNA_HANDOVER, node, part);
  }
  if (after < 0) return;
  links.to[track] = after;
  links.from[down] = after;
  links.to[down] = node;
  links.rateBps[track] = links.rateBps[down] = rateBps;
  links.untilS[track] = links.untilS[down] =
    taken >= 0 ? (plan.alternativeUntilS[antenna] as number) : contactEndS(w, row);
  if (before !== after) {
    const usableS = openS ?? (before < 0 ? clock.timeS : clock.timeS + model.scenario.handoverS);
    countCapacityFrom(w, antenna, usableS);
    openLink(w, track, usableS);
    openLink(w, down, usableS);
    if (taken >= 0) askCarried(w, taken);
  }
}

/** End of the stretch with a contact's partner, s since scenario start; Infinity beyond the horizon. */
function contactEndS(w: WorldState, row: number): number {
  const { tickCount, tickS, contacts } = w.model.geometry;
  const untilTick = contacts.untilTick[row] as number;
  return untilTick > tickCount ? Infinity : untilTick * tickS;
}

function renewTerminalPower(w: WorldState, satellite: number): void {
  const { model, links, satellites } = w;
  let powerW = 0;
  for (let track = satellite * model.islSlots; track < (satellite + 1) * model.islSlots; track++) {
    if ((links.to[track] as number) >= 0) powerW += model.geometry.islPowerW[track] as number;
  }
  satellites.terminalW[satellite] = powerW;
}

/** Lists the antennas each satellite serves, in order of antennas. */
export function renewServed(w: WorldState): void {
  const { model, links, satellites } = w;
  satellites.firstServed.fill(-1);
  for (let q = model.antennaCount - 1; q >= 0; q--) {
    const satellite = links.to[model.firstUplink + q] as number;
    if (satellite < 0) continue;
    satellites.nextServed[q] = satellites.firstServed[satellite] as number;
    satellites.firstServed[satellite] = q;
  }
}

/** Ranges of all links that are up, at both ends of the tick. */
function loadRanges(w: WorldState): void {
  const { links, model, plan } = w;
  const { peer } = model.geometry.contacts;
  for (let track = 0; track < model.firstDownlink; track++) {
    const row = plan.row[track] as number;
    const to = row < 0 ? (links.to[track] as number) : (peer[row] as number);
    if (to < 0 || (track < model.firstUplink && to * model.islSlots < track)) continue;
    loadRange(w, track);
  }
}

/** Ranges of one link that is up or planned, and of its other direction. */
export function loadRange(w: WorldState, track: number): void {
  const { links, model, plan, sky, clock } = w;
  const { firstUplink, firstDownlink, islSlots, geometry } = model;
  const { rangeKm, peer, peerTrack } = geometry.contacts;
  const row = plan.row[track] as number;
  const isAntenna = track >= firstUplink;
  const from = isAntenna ? (geometry.antennaNode[track - firstUplink] as number) : Math.floor(track / islSlots);
  const up = links.to[track] as number;
  const to = up >= 0 || row < 0 ? up : (peer[row] as number);
  if (to < 0) return;
  const back = isAntenna ? firstDownlink + track - firstUplink : (peerTrack[row] as number);
  let startKm: number;
  let endKm: number;
  if (rangeKm !== undefined && row >= 0) {
    startKm = endKm = rangeKm[row] as number;
  } else {
    startKm = rangeBetweenKm(sky.row(clock.tick), from, to);
    endKm = rangeBetweenKm(sky.row(clock.tick + 1), from, to);
  }
  links.rangeStartKm[track] = links.rangeStartKm[back] = startKm;
  links.rangeEndKm[track] = links.rangeEndKm[back] = endKm;
}
