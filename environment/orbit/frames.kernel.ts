import { StrictMath } from '../../core/index.ts';

/**
 * Turns `n` vectors from TEME into Earth-fixed axes by the sidereal angle `gmst` (rad): rEcef = R3(gmst) rTeme.
 * Both columns hold [n * 3]; they may be the same.
 */
export function ecefFromTemeInto(rTemeKm: Float64Array, n: number, gmst: number, rEcefKm: Float64Array): void {
  const c = StrictMath.cos(gmst);
  const s = StrictMath.sin(gmst);
  for (let i = 0; i < 3 * n; i += 3) {
    const x = rTemeKm[i]!;
    const y = rTemeKm[i + 1]!;
    rEcefKm[i] = c * x + s * y;
    rEcefKm[i + 1] = c * y - s * x;
    rEcefKm[i + 2] = rTemeKm[i + 2]!;
  }
}
