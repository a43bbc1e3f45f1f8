import { rangeBetweenKm } from '../network/antenna-schedule.kernel.ts';
import { growAccess } from './access-columns.ts';
import type { WorldState } from './state.ts';

/** Appends the present state of a watched antenna, unless its last row says the same. */
export function noteAccess(w: WorldState, antenna: number): void {
  const { access, links, model, clock } = w;
  if (access.watched[antenna] !== 1) return;
  const track = model.firstUplink + antenna;
  const satellite = links.to[track] as number;
  const rateBps = satellite < 0 ? 0 : (links.rateBps[track] as number);
  const last = access.last[antenna] as number;
  const known = last < 0 ? -1 : (access.satellite[last] as number);
  if (known === satellite && (last < 0 || access.rateBps[last] === rateBps)) return;
  if (access.n === access.timeS.length) growAccess(access);
  const row = access.n++;
  access.last[antenna] = row;
  access.timeS[row] = clock.timeS;
  access.usableS[row] = satellite < 0 ? clock.timeS : Math.max(clock.timeS, links.openS[track] as number);
  access.antenna[row] = antenna;
  access.satellite[row] = satellite;
  access.rateBps[row] = rateBps;
  const node = model.geometry.antennaNode[antenna] as number;
  access.rangeKm[row] = satellite < 0 ? 0 : rangeBetweenKm(w.sky.row(clock.tick), node, satellite);
}

/** Counts a bundle that has left over an uplink or downlink. */
export function countAccessBits({ access, model }: WorldState, link: number, bits: number): void {
  const at = link - model.firstUplink;
  if (access.watched[at % model.antennaCount] === 1) access.bits[at] = (access.bits[at] as number) + bits;
}
