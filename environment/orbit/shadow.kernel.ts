import { R_EARTH_WGS84_KM, R_SUN_KM, StrictMath } from '../../core/index.ts';

/**
 * Share of the Sun's disc that each of `n` satellites sees, 0..1, written to `sunlitFrac[first ..]`.
 *
 * Conical shadow of a spherical Earth (equatorial radius, no atmosphere), or of another body of radius `radiusKm`: overlap of
 * the two discs as seen from the satellite (Montenbruck & Gill, Satellite Orbits, sec. 3.4.2). `rKm` [n * 3] and `rSunKm` [3]
 * count from the body's centre, in one frame.
 */
export function sunlitFracInto(
  rKm: Float64Array,
  n: number,
  rSunKm: Float64Array,
  sunlitFrac: Float32Array | Float64Array,
  first: number,
  radiusKm = R_EARTH_WGS84_KM,
): void {
  const sunX = rSunKm[0]!;
  const sunY = rSunKm[1]!;
  const sunZ = rSunKm[2]!;
  for (let i = 0; i < n; i++) {
    const x = rKm[3 * i]!;
    const y = rKm[3 * i + 1]!;
    const z = rKm[3 * i + 2]!;
    const toSunX = sunX - x;
    const toSunY = sunY - y;
    const toSunZ = sunZ - z;
    const sunDistance = Math.sqrt(toSunX * toSunX + toSunY * toSunY + toSunZ * toSunZ);
    const bodyDistance = Math.sqrt(x * x + y * y + z * z);
    const sun = StrictMath.asin(R_SUN_KM / sunDistance);
    const body = StrictMath.asin(Math.min(1, radiusKm / bodyDistance));
    // Angle between the centres: atan2 of cross and dot product stays exact at small angles.
    const dot = -(toSunX * x + toSunY * y + toSunZ * z);
    const cx = toSunY * z - toSunZ * y;
    const cy = toSunZ * x - toSunX * z;
    const cz = toSunX * y - toSunY * x;
    const apart = StrictMath.atan2(Math.sqrt(cx * cx + cy * cy + cz * cz), dot);
    sunlitFrac[first + i] = 1 - coveredFrac(sun, body, apart);
  }
}

/** Share of a disc of radius `a` covered by a disc of radius `b` whose centre lies `c` away (Montenbruck & Gill eq. 3.92-3.94). */
function coveredFrac(a: number, b: number, c: number): number {
  if (c >= a + b) return 0;
  if (c <= b - a) return 1;
  if (c <= a - b) return (b * b) / (a * a);
  const x = (c * c + a * a - b * b) / (2 * c);
  const y = Math.sqrt(Math.max(0, a * a - x * x));
  const area = a * a * StrictMath.acos(x / a) + b * b * StrictMath.acos((c - x) / b) - c * y;
  return area / (Math.PI * a * a);
}
