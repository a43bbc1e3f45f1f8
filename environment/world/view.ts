import { rangeBetweenKm } from '../network/antenna-schedule.kernel.ts';
import { clearRateBps } from './antenna-rate.ts';
import { lookAhead } from './look-ahead.ts';
import type { WorldState } from './state.ts';

/** Brings the view up to date: at every tick, when a report has become known, and when trust in a satellite has changed. */
export function renewView(w: WorldState): void {
  const { view, model, plan, outages } = w;
  if (view.links === w.links) return;
  const { firstUplink, firstDownlink } = model;
  const { links, reverse } = view;
  const { contacts, antennaNode } = model.geometry;
  for (let track = 0; track < firstDownlink; track++) {
    const isAntenna = track >= firstUplink;
    const from = isAntenna ? (antennaNode[track - firstUplink] as number) : Math.floor(track / model.islSlots);
    const row = plan.row[track] as number;
    let to = row < 0 ? -1 : (contacts.peer[row] as number);
    const back = row < 0 ? -1 : (contacts.peerTrack[row] as number);
    if (to >= 0) {
      const failed =
        outages.knownBlocked[track] !== 0 ||
        outages.knownNodeDown[from] !== 0 ||
        outages.knownNodeDown[to] !== 0 ||
        (!isAntenna && outages.knownBlocked[back] !== 0);
      if (failed) to = -1;
    }
    const taken = isAntenna && row >= 0 ? alternativeTo(w, track - firstUplink, contacts.peer[row] as number) : -1;
    if (taken >= 0) to = taken;
    links.from[track] = from;
    links.to[track] = to;
    if (to >= 0) {
      links.rateBps[track] = taken >= 0 ? clearRateBps(w, track - firstUplink, to) : (contacts.rateBps[row] as number);
      links.rangeStartKm[track] = taken >= 0 ? rangeKm(w, from, to) : plannedRangeKm(w, row, from);
    }
    if (!isAntenna) {
      reverse[track] = to < 0 ? -1 : back;
      continue;
    }
    const down = firstDownlink + track - firstUplink;
    links.from[down] = to;
    links.to[down] = to < 0 ? -1 : from;
    links.rateBps[down] = links.rateBps[track] as number;
    links.rangeStartKm[down] = links.rangeStartKm[track] as number;
  }
  lookAhead(w, view);
}

/** Satellite that an antenna is known to have taken because the planned one is known to be of no use; -1 = none. */
function alternativeTo(w: WorldState, antenna: number, planned: number): number {
  const { knownAlternative, knownNodeDown, quarantined } = w.outages;
  const taken = knownAlternative[antenna] as number;
  if (taken < 0 || knownNodeDown[taken] !== 0 || knownNodeDown[w.model.geometry.antennaNode[antenna] as number] !== 0)
    return -1;
  return knownNodeDown[planned] !== 0 || quarantined[planned] !== 0 ? taken : -1;
}

/** Range of a planned contact at the start of the tick, whatever has become of its link. */
function plannedRangeKm(w: WorldState, row: number, from: number): number {
  const { rangeKm: fixedKm, peer } = w.model.geometry.contacts;
  return fixedKm === undefined ? rangeKm(w, from, peer[row] as number) : (fixedKm[row] as number);
}

function rangeKm(w: WorldState, from: number, to: number): number {
  return rangeBetweenKm(w.sky.row(w.clock.tick), from, to);
}
