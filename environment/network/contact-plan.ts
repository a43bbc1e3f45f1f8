import { C_KM_S } from '../../core/index.ts';
import type { Geometry } from '../geometry/geometry.ts';

/** A stretch of time in which `fromNode` can send to `toNode` at one rate. */
export interface Contact {
  readonly fromNode: number;
  readonly toNode: number;
  /** s since scenario start. */
  readonly startS: number;
  readonly endS: number;
  readonly rateBps: number;
  /** One-way light time at the greatest range within the contact, s. */
  readonly owltS: number;
}

/**
 * The contact plan of a geometry: every stretch in which a terminal or antenna stays on one partner at one rate, in both
 * directions; where a ground link's rate changes, the next contact begins. Sorted by start, then nodes. The terrestrial network
 * between gateways and data centres is always up and not part of it.
 */
export function contactPlan(geometry: Geometry): Contact[] {
  const contacts: Contact[] = [];
  const { satelliteCount, islSlots, antennaCount, antennaNode } = geometry;
  for (let satellite = 0; satellite < satelliteCount; satellite++) {
    const rateBps = geometry.islRateBps[satellite] as number;
    for (let slot = 0; slot < islSlots; slot++) {
      collect(geometry, {
        stride: satelliteCount * islSlots,
        column: satellite * islSlots + slot,
        partner: geometry.islNeighbour,
        startKm: geometry.islRangeStartKm,
        endKm: geometry.islRangeEndKm,
        rateAt: () => rateBps,
        add: (toNode, times) => contacts.push({ fromNode: satellite, toNode, ...times }),
      });
    }
  }
  for (let antenna = 0; antenna < antennaCount; antenna++) {
    const ground = antennaNode[antenna] as number;
    collect(geometry, {
      stride: antennaCount,
      column: antenna,
      partner: geometry.gslSatellite,
      startKm: geometry.gslRangeStartKm,
      endKm: geometry.gslRangeEndKm,
      rateAt: (row) => geometry.gslRateBps[row] as number,
      add: (satellite, times) => {
        contacts.push({ fromNode: ground, toNode: satellite, ...times });
        contacts.push({ fromNode: satellite, toNode: ground, ...times });
      },
    });
  }
  return contacts.sort((a, b) => a.startS - b.startS || a.fromNode - b.fromNode || a.toNode - b.toNode);
}

type Times = Omit<Contact, 'fromNode' | 'toNode'>;

interface Track {
  /** Rows per tick, and this track's row within a tick. */
  readonly stride: number;
  readonly column: number;
  readonly partner: Int32Array;
  readonly startKm: Float32Array;
  readonly endKm: Float32Array;
  readonly rateAt: (row: number) => number;
  readonly add: (partner: number, times: Times) => void;
}

function collect(geometry: Geometry, track: Track): void {
  const { tickCount, tickS } = geometry;
  let partner = -1;
  let since = 0;
  let rateBps = 0;
  let farthestKm = 0;
  for (let k = 0; k <= tickCount; k++) {
    const row = k * track.stride + track.column;
    const now = k < tickCount ? (track.partner[row] as number) : -1;
    const rate = now < 0 ? 0 : track.rateAt(row);
    if (now !== partner || rate !== rateBps) {
      if (partner >= 0)
        track.add(partner, { startS: since * tickS, endS: k * tickS, rateBps, owltS: farthestKm / C_KM_S });
      partner = now;
      since = k;
      rateBps = rate;
      farthestKm = 0;
    }
    if (now >= 0) farthestKm = Math.max(farthestKm, track.startKm[row] as number, track.endKm[row] as number);
  }
}
