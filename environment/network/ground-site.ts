import { C_KM_S, F_EARTH_WGS84, R_EARTH_WGS84_KM, RAD_PER_DEG } from '../../core/index.ts';

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
  const normal = R_EARTH_WGS84_KM / Math.sqrt(1 - e2 * Math.sin(lat) ** 2);
  const ux = Math.cos(lat) * Math.cos(lon);
  const uy = Math.cos(lat) * Math.sin(lon);
  const uz = Math.sin(lat);
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
  const halfLat = Math.sin((lat2 - lat1) / 2);
  const halfLon = Math.sin(((to.lonDeg - from.lonDeg) * RAD_PER_DEG) / 2);
  const h = halfLat * halfLat + Math.cos(lat1) * Math.cos(lat2) * halfLon * halfLon;
  const greatCircleKm = 2 * R_EARTH_MEAN_KM * Math.asin(Math.min(1, Math.sqrt(h)));
  return wan.fixedMs / 1000 + (greatCircleKm * wan.fibreFactor * FIBRE_INDEX) / C_KM_S;
}
