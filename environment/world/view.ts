import { rangeBetweenKm } from '../network/antenna-schedule.kernel.ts';
import type { WorldState } from './state.ts';

/** Brings the view up to date: at every tick, and when a report has become known. */
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
    links.from[track] = from;
    links.to[track] = to;
    if (to >= 0) {
      links.rateBps[track] = contacts.rateBps[row] as number;
      links.rangeStartKm[track] = plannedRangeKm(w, row, from);
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
}

/** Range of a planned contact at the start of the tick, whatever has become of its link. */
function plannedRangeKm(w: WorldState, row: number, from: number): number {
  const { rangeKm, peer } = w.model.geometry.contacts;
  if (rangeKm !== undefined) return rangeKm[row] as number;
  return rangeBetweenKm(w.sky.row(w.clock.tick), from, peer[row] as number);
}
