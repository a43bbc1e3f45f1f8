/**
 * Range between satellites `a` and `b` of `rKm` [n * 3], km; Infinity when it exceeds `maxRangeKm` or the line of sight passes
 * closer than `blockRadiusKm` to the Earth's centre (a sphere: the equatorial radius plus the clearance).
 */
export function islRangeKm(
  rKm: ArrayLike<number>,
  a: number,
  b: number,
  maxRangeKm: number,
  blockRadiusKm: number,
): number {
  const ax = rKm[3 * a]!;
  const ay = rKm[3 * a + 1]!;
  const az = rKm[3 * a + 2]!;
  const dx = rKm[3 * b]! - ax;
  const dy = rKm[3 * b + 1]! - ay;
  const dz = rKm[3 * b + 2]! - az;
  const d2 = dx * dx + dy * dy + dz * dz;
  if (!(d2 <= maxRangeKm * maxRangeKm)) return Infinity;
  // Foot of the perpendicular from the Earth's centre: at a + t d. It matters only where it lies between the satellites.
  const along = -(ax * dx + ay * dy + az * dz);
  if (along > 0 && along < d2) {
    const closest2 = ax * ax + ay * ay + az * az - (along * along) / d2;
    if (closest2 < blockRadiusKm * blockRadiusKm) return Infinity;
  }
  return Math.sqrt(d2);
}

/**
 * Slant ranges from one ground site to `n` satellites, km, written to `rangeKm[first ..]`; Infinity below the elevation mask.
 *
 * `rEcefKm` [n * 3]; `site` [6]: Earth-fixed position (km) and the unit vector of the local vertical. Returns the greatest
 * sine of elevation of any satellite.
 */
export function slantRangesInto(
  rEcefKm: ArrayLike<number>,
  n: number,
  site: ArrayLike<number>,
  sinMask: number,
  rangeKm: Float64Array,
  first: number,
): number {
  const sx = site[0]!;
  const sy = site[1]!;
  const sz = site[2]!;
  const ux = site[3]!;
  const uy = site[4]!;
  const uz = site[5]!;
  let best = -1;
  for (let i = 0; i < n; i++) {
    const dx = rEcefKm[3 * i]! - sx;
    const dy = rEcefKm[3 * i + 1]! - sy;
    const dz = rEcefKm[3 * i + 2]! - sz;
    const range = Math.sqrt(dx * dx + dy * dy + dz * dz);
    const sinElevation = (dx * ux + dy * uy + dz * uz) / range;
    if (sinElevation > best) best = sinElevation;
    rangeKm[first + i] = sinElevation >= sinMask ? range : Infinity;
  }
  return best;
}

/** Least distance of the line between satellites `a` and `b` of `rKm` [n * 3] from the Earth's centre, km. */
export function lowestRadiusKm(rKm: ArrayLike<number>, a: number, b: number): number {
  const ax = rKm[3 * a]!;
  const ay = rKm[3 * a + 1]!;
  const az = rKm[3 * a + 2]!;
  const dx = rKm[3 * b]! - ax;
  const dy = rKm[3 * b + 1]! - ay;
  const dz = rKm[3 * b + 2]! - az;
  const share = -(ax * dx + ay * dy + az * dz) / (dx * dx + dy * dy + dz * dz);
  const t = Math.min(1, Math.max(0, share));
  return Math.hypot(ax + t * dx, ay + t * dy, az + t * dz);
}
