import { C_KM_S } from '../../core/index.ts';
import { skyReader } from '../geometry/sky-reader.ts';
import { cutByRange } from '../network/contact-plan.kernel.ts';
import type { WorldModel } from '../world/model.ts';
import { type Outage, cutByOutages } from './outages.ts';
import type { OperationsOptions } from './options.ts';

/** A stretch in which one end may send to the other for operations; s since scenario start. */
export interface OperationsLink {
  /** Satellite, or `satelliteCount` for the ground: stations are joined by the terrestrial network and count as one node. */
  readonly from: number;
  readonly to: number;
  readonly startS: number;
  readonly endS: number;
  /** bit/s left for operations. */
  readonly rateBps: number;
  /** One-way light time at the greatest range, s. */
  readonly owltS: number;
}

/**
 * Links over which operations reach satellites: the antennas of the operator's stations, and with `via` isl the lasers between
 * satellites, as the geometry schedules them, less `outages`. Acquisition: lasers have theirs in the schedule and need it anew after
 * an outage; an antenna that comes from another satellite needs `acquisitionS`, as in the world (ENV-15).
 */
export function operationsLinks(
  model: WorldModel,
  options: Required<OperationsOptions>,
  outages: readonly Outage[] = [],
): OperationsLink[] {
  const { geometry, satelliteCount: ground, firstUplink, islSlots } = model;
  const { contacts, antennaNode, antennaSite, nodeNames, tickS } = geometry;
  const nodeOf = Int32Array.from(contacts.track, (track) =>
    track < firstUplink ? Math.floor(track / islSlots) : (antennaNode[track - firstUplink] as number),
  );
  const greatestKm = rangesOf(model, nodeOf);
  const isStation = new Uint8Array(model.nodeCount);
  for (let node = ground; node < model.firstDataCentre; node++) {
    isStation[node] = options.stations.includes(nodeNames[node] as string) ? 1 : 0;
  }
  const links: OperationsLink[] = [];
  /** Per antenna: where it pointed last, and until when. */
  const lastPeer = new Int32Array(model.antennaCount).fill(-1);
  const lastEndS = new Float64Array(model.antennaCount).fill(-Infinity);
  for (let i = 0; i < contacts.n; i++) {
    const track = contacts.track[i] as number;
    const here = nodeOf[i] as number;
    const there = contacts.peer[i] as number;
    const isLaser = track < firstUplink;
    if (isLaser ? options.via === 'ground' : isStation[here] === 0) continue;
    let startS = (contacts.startTick[i] as number) * tickS;
    const endS = (contacts.endTick[i] as number) * tickS;
    if (!isLaser) {
      const antenna = track - firstUplink;
      const turned = lastPeer[antenna] !== -1 && lastPeer[antenna] !== there && lastEndS[antenna] === startS;
      lastPeer[antenna] = there;
      lastEndS[antenna] = endS;
      if (turned) startS += options.acquisitionS;
    }
    const link = {
      from: isLaser ? here : ground,
      to: there,
      rateBps: (contacts.rateBps[i] as number) * options.shareFrac,
      owltS: (greatestKm[i] as number) / C_KM_S,
    };
    const tracks = isLaser ? [track, contacts.peerTrack[i] as number] : [track];
    const parts = {
      nodes: [here, there],
      tracks,
      site: isLaser ? -1 : (antennaSite[track - firstUplink] as number),
      acquisitionS: isLaser
        ? Math.max(...tracks.map((laser) => model.acquisitionS[laser] as number))
        : options.acquisitionS,
    };
    for (const piece of cutByOutages({ startS, endS }, parts, outages)) {
      links.push({ ...link, ...piece });
      // The other end of a laser link has a row of its own.
      if (!isLaser) links.push({ ...link, from: there, to: ground, ...piece });
    }
  }
  return links;
}

/** Greatest range of each contact, km. */
function rangesOf({ geometry }: WorldModel, nodeOf: Int32Array): ArrayLike<number> {
  const { contacts } = geometry;
  if (contacts.rangeKm !== undefined) return contacts.rangeKm;
  const sky = skyReader(geometry.sky);
  const pieces = cutByRange(contacts, nodeOf, (k) => sky.row(k), Infinity);
  const greatestKm = new Float64Array(contacts.n);
  for (let p = 0; p < pieces.n; p++) greatestKm[pieces.contact[p] as number] = pieces.greatestKm[p] as number;
  return greatestKm;
}
