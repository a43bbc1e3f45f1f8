import { StrictMath } from '../../core/index.ts';
import { passesMoon } from './laser-sight.kernel.ts';
import { type SatelliteBands, bandOfSine } from './satellite-bands.kernel.ts';

/** The geodetic vertical leans from the direction of the Earth's centre by at most 0.193 deg; with room to spare, rad. */
const VERTICAL_LEAN = 0.005;

/** From where to where a ground radio reaches. */
export interface Reach {
  /** Sine of the elevation mask; -2 = no mask. */
  readonly sinMask: number;
  /** Greatest slant range, km. */
  readonly maxRangeKm: number;
}

/**
 * Appends the satellites of `bands` that a site [6] at `sites[at ..]` (position, km, and vertical, Earth-fixed) reaches to
 * `out[n ..]`, which must have room for all of them, and returns the new count.
 */
export function satellitesInView(
  bands: SatelliteBands,
  sites: Float64Array,
  at: number,
  reach: Reach,
  moonKm: Float64Array | undefined,
  out: Int32Array,
  n: number,
): number {
  const sx = sites[at]!;
  const sy = sites[at + 1]!;
  const sz = sites[at + 2]!;
  const ux = sites[at + 3]!;
  const uy = sites[at + 4]!;
  const uz = sites[at + 5]!;
  const { sinMask, maxRangeKm } = reach;
  const { rEcefKm, satellite, first } = bands;
  const radius = Math.sqrt(sx * sx + sy * sy + sz * sz);
  const apart = widestAngle(radius, bands.farthestKm, reach);
  const latitude = StrictMath.asin(sz / radius);
  const south = latitude - apart <= -Math.PI / 2 ? -1 : StrictMath.sin(latitude - apart);
  const north = latitude + apart >= Math.PI / 2 ? 1 : StrictMath.sin(latitude + apart);
  const end = first[bandOfSine(north) + 1]!;
  for (let i = first[bandOfSine(south)]!; i < end; i++) {
    const dx = rEcefKm[3 * i]! - sx;
    const dy = rEcefKm[3 * i + 1]! - sy;
    const dz = rEcefKm[3 * i + 2]! - sz;
    const up = dx * ux + dy * uy + dz * uz;
    if (up < 0 && sinMask >= 0) continue;
    const range = Math.sqrt(dx * dx + dy * dy + dz * dz);
    if (!(range <= maxRangeKm) || up / range < sinMask) continue;
    if (moonKm !== undefined && passesMoon(sites, at, rEcefKm, 3 * i, moonKm)) continue;
    out[n++] = satellite[i]!;
  }
  return n;
}

/**
 * Greatest angle at the Earth's centre between a site and a satellite it reaches, rad. With a mask e and a satellite at radius
 * r it is acos(s cos(e) / r) - e (spherical triangle of centre, site at radius s and satellite), which grows with r; within a
 * slant range d it is asin(d / s), where the line of sight grazes.
 */
function widestAngle(siteRadiusKm: number, farthestKm: number, reach: Reach): number {
  const bySlant = reach.maxRangeKm < siteRadiusKm ? StrictMath.asin(reach.maxRangeKm / siteRadiusKm) + 1e-9 : Math.PI;
  if (reach.sinMask < -1) return bySlant;
  const mask = StrictMath.asin(reach.sinMask) - VERTICAL_LEAN;
  const byMask = StrictMath.acos(Math.min(1, (siteRadiusKm * StrictMath.cos(mask)) / farthestKm)) - mask;
  return Math.min(byMask, bySlant);
}

/** Sorts `column[first .. end)` by insertion; for short lists. */
export function sortRange(column: Int32Array, first: number, end: number): void {
  for (let i = first + 1; i < end; i++) {
    const value = column[i]!;
    let j = i - 1;
    for (; j >= first && column[j]! > value; j--) column[j + 1] = column[j]!;
    column[j + 1] = value;
  }
}
