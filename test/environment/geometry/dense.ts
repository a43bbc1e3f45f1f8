import { type Geometry, skyReader } from '../../../environment/geometry/index.ts';
import { at } from '../../present.ts';

/** A geometry with what its contacts and sky say of each tick written out: long-winded, and easy to check. */
export interface DenseGeometry extends Geometry {
  /** [T * S * D] satellite at the other end, -1 = none; its range at both ends of the tick, km; end of the contact, s. */
  readonly islNeighbour: Int32Array;
  readonly islRangeStartKm: Float64Array;
  readonly islRangeEndKm: Float64Array;
  readonly islUntilS: Float64Array;
  /** [T * Q] likewise; 0 bit/s where there is none. */
  readonly gslSatellite: Int32Array;
  readonly gslRangeStartKm: Float64Array;
  readonly gslRangeEndKm: Float64Array;
  readonly gslRateBps: Float64Array;
  readonly gslUntilS: Float64Array;
  /** [(T + 1) * S]; [(T + 1) * N * 3]. */
  readonly sunlitFrac: Float32Array;
  readonly rEcefKm: Float32Array;
}

export function dense(geometry: Geometry): DenseGeometry {
  const { tickCount: T, satelliteCount: S, islSlots: D, antennaCount: Q, nodeCount: N, contacts, tickS } = geometry;
  const islNeighbour = new Int32Array(T * S * D).fill(-1);
  const islRangeStartKm = new Float64Array(T * S * D);
  const islRangeEndKm = new Float64Array(T * S * D);
  const islUntilS = new Float64Array(T * S * D);
  const gslSatellite = new Int32Array(T * Q).fill(-1);
  const gslRangeStartKm = new Float64Array(T * Q);
  const gslRangeEndKm = new Float64Array(T * Q);
  const gslRateBps = new Float64Array(T * Q);
  const gslUntilS = new Float64Array(T * Q);
  const reader = skyReader(geometry.sky);
  const rEcefKm = new Float32Array((T + 1) * N * 3);
  const sunlitFrac = new Float32Array((T + 1) * S);
  for (let k = 0; k <= T; k++) {
    rEcefKm.set(reader.row(k).subarray(0, 3 * N), 3 * N * k);
    sunlitFrac.set(reader.row(k).subarray(3 * N), S * k);
  }
  const apart = (k: number, a: number, b: number): number =>
    Math.hypot(...[0, 1, 2].map((axis) => at(rEcefKm, 3 * (N * k + a) + axis) - at(rEcefKm, 3 * (N * k + b) + axis)));
  for (let c = 0; c < contacts.n; c++) {
    const track = at(contacts.track, c);
    const peer = at(contacts.peer, c);
    const untilTick = at(contacts.untilTick, c);
    const untilS = untilTick > T ? Infinity : untilTick * tickS;
    for (let k = at(contacts.startTick, c); k < at(contacts.endTick, c); k++) {
      if (track < S * D) {
        const row = k * S * D + track;
        if (at(islNeighbour, row) >= 0) throw new Error(`two contacts of track ${track} at tick ${k}`);
        islNeighbour[row] = peer;
        islRangeStartKm[row] = apart(k, Math.floor(track / D), peer);
        islRangeEndKm[row] = apart(k + 1, Math.floor(track / D), peer);
        islUntilS[row] = untilS;
      } else {
        const row = k * Q + track - S * D;
        if (at(gslSatellite, row) >= 0) throw new Error(`two contacts of track ${track} at tick ${k}`);
        const node = at(geometry.antennaNode, track - S * D);
        gslSatellite[row] = peer;
        gslRangeStartKm[row] = apart(k, node, peer);
        gslRangeEndKm[row] = apart(k + 1, node, peer);
        gslRateBps[row] = at(contacts.rateBps, c);
        gslUntilS[row] = untilS;
      }
    }
  }
  const isls = { islNeighbour, islRangeStartKm, islRangeEndKm, islUntilS };
  const gsls = { gslSatellite, gslRangeStartKm, gslRangeEndKm, gslRateBps, gslUntilS };
  return { ...geometry, ...isls, ...gsls, sunlitFrac, rEcefKm };
}
