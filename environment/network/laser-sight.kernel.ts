import { R_MOON_KM } from '../orbit/index.ts';
import { islRangeKm } from './visibility.kernel.ts';

/** What a laser link must keep to. */
export interface SightLimits {
  readonly maxRangeKm: number;
  /** No light passes closer to the Earth's centre. */
  readonly blockRadiusKm: number;
  /** Sine of the geocentric latitude beyond which links between planes are off; 1 = never. */
  readonly sinMaxLat: number;
  /** Fastest turn of the line of sight against the stars; Infinity = any. */
  readonly maxTrackingRadS: number;
}

/** Satellites at one instant, as links between them need to know. */
export interface SightSky {
  /** [n * 3] TEME, km. */
  readonly rKm: Float64Array;
  /** [n * 3] TEME, km/s; unused unless a tracking rate limits links. */
  readonly vKmS: Float64Array;
  /** [n] orbital plane; links between different ones keep to `sinMaxLat`. */
  readonly plane: Int32Array;
  /** [3] the Moon in TEME, km, when it can stand in the way. */
  readonly moonKm: Float64Array | undefined;
}

/**
 * Range of a link between satellites `a` and `b`, km; Infinity when it exceeds `maxRangeKm` or breaks one of the limits.
 */
export function sightKm(sky: SightSky, limits: SightLimits, a: number, b: number, maxRangeKm: number): number {
  const { rKm } = sky;
  const range = islRangeKm(rKm, a, b, maxRangeKm, limits.blockRadiusKm);
  if (range === Infinity) return Infinity;
  if (sky.moonKm !== undefined && passesMoon(rKm, 3 * a, rKm, 3 * b, sky.moonKm)) return Infinity;
  if (limits.sinMaxLat < 1 && sky.plane[a] !== sky.plane[b]) {
    if (sinLatitude(rKm, a) > limits.sinMaxLat || sinLatitude(rKm, b) > limits.sinMaxLat) return Infinity;
  }
  if (limits.maxTrackingRadS < Infinity && trackingRadS(sky, a, b) > limits.maxTrackingRadS) return Infinity;
  return range;
}

/** Whether the line from `from[i ..]` to `to[j ..]` passes through the Moon; all km in one frame. */
export function passesMoon(
  from: ArrayLike<number>,
  i: number,
  to: ArrayLike<number>,
  j: number,
  moonKm: ArrayLike<number>,
): boolean {
  const ax = from[i]! - moonKm[0]!;
  const ay = from[i + 1]! - moonKm[1]!;
  const az = from[i + 2]! - moonKm[2]!;
  const dx = to[j]! - from[i]!;
  const dy = to[j + 1]! - from[i + 1]!;
  const dz = to[j + 2]! - from[i + 2]!;
  const along = -(ax * dx + ay * dy + az * dz);
  const d2 = dx * dx + dy * dy + dz * dz;
  if (!(along > 0 && along < d2)) return false;
  // Distance of the Moon's centre from the line as |a x d| / |d|: a difference of squares would lose it at 400,000 km.
  const cx = ay * dz - az * dy;
  const cy = az * dx - ax * dz;
  const cz = ax * dy - ay * dx;
  return cx * cx + cy * cy + cz * cz < R_MOON_KM * R_MOON_KM * d2;
}

/** Absolute sine of the geocentric latitude of satellite `a`. */
export function sinLatitude(rKm: ArrayLike<number>, a: number): number {
  const x = rKm[3 * a]!;
  const y = rKm[3 * a + 1]!;
  const z = rKm[3 * a + 2]!;
  return Math.abs(z) / Math.sqrt(x * x + y * y + z * z);
}

/**
 * Rate at which the line of sight turns against the stars, rad/s: |d x d'| / |d|^2. Both ends see the same. A terminal on a
 * satellite that keeps one side to the Earth turns against the satellite by up to one revolution per orbit more or less
 * (0.065 deg/s in low orbit), which is little beside rates that limit links.
 */
export function trackingRadS(sky: Pick<SightSky, 'rKm' | 'vKmS'>, a: number, b: number): number {
  const { rKm, vKmS } = sky;
  const dx = rKm[3 * b]! - rKm[3 * a]!;
  const dy = rKm[3 * b + 1]! - rKm[3 * a + 1]!;
  const dz = rKm[3 * b + 2]! - rKm[3 * a + 2]!;
  const vx = vKmS[3 * b]! - vKmS[3 * a]!;
  const vy = vKmS[3 * b + 1]! - vKmS[3 * a + 1]!;
  const vz = vKmS[3 * b + 2]! - vKmS[3 * a + 2]!;
  const cx = dy * vz - dz * vy;
  const cy = dz * vx - dx * vz;
  const cz = dx * vy - dy * vx;
  return Math.sqrt(cx * cx + cy * cy + cz * cz) / (dx * dx + dy * dy + dz * dz);
}
