import { C_KM_S, F_EARTH_WGS84, R_EARTH_WGS84_KM, RAD_PER_DEG, StrictMath } from '../../core/index.ts';

export interface GroundPoint {
  readonly latDeg: number;
  readonly lonDeg: number;
  readonly heightM?: number;
}

/** [6] Earth-fixed position, km, and unit vector of the vertical of a geodetic point (WGS-84 ellipsoid). */
export function siteEcef(point: GroundPoint): Float64Array {
  const lat = point.latDeg * RAD_PER_DEG;
  const lon = point.lonDeg * RAD_PER_DEG;
  const heightKm = (point.heightM ?? 0) / 1000;
  const e2 = F_EARTH_WGS84 * (2 - F_EARTH_WGS84);
  const normal = R_EARTH_WGS84_KM / Math.sqrt(1 - e2 * StrictMath.sin(lat) ** 2);
  const ux = StrictMath.cos(lat) * StrictMath.cos(lon);
  const uy = StrictMath.cos(lat) * StrictMath.sin(lon);
  const uz = StrictMath.sin(lat);
  const r = normal + heightKm;
  return Float64Array.of(r * ux, r * uy, (normal * (1 - e2) + heightKm) * uz, ux, uy, uz);
}

/** Mean Earth radius, km (IUGG, (2a + b)/3). */
const R_EARTH_MEAN_KM = 6371.0088;
/** Group index of silica fibre at 1,550 nm (Corning SMF-28 data sheet: 1.4682). */
const FIBRE_INDEX = 1.468;

export interface WanConfig {
  readonly fixedMs: number;
  readonly fibreFactor: number;
}

/** One-way delay of the terrestrial network between two points, s: equipment plus fibre along a detour of the great circle. */
export function wanDelayS(from: GroundPoint, to: GroundPoint, wan: WanConfig): number {
  const lat1 = from.latDeg * RAD_PER_DEG;
  const lat2 = to.latDeg * RAD_PER_DEG;
  const halfLat = StrictMath.sin((lat2 - lat1) / 2);
  const halfLon = StrictMath.sin(((to.lonDeg - from.lonDeg) * RAD_PER_DEG) / 2);
  const h = halfLat * halfLat + StrictMath.cos(lat1) * StrictMath.cos(lat2) * halfLon * halfLon;
  const greatCircleKm = 2 * R_EARTH_MEAN_KM * StrictMath.asin(Math.min(1, Math.sqrt(h)));
  return wan.fixedMs / 1000 + (greatCircleKm * wan.fibreFactor * FIBRE_INDEX) / C_KM_S;
}
