import { StrictMath } from '../../core/index.ts';

/** Positions at the boundary before and at this one, from which the local orbital frame of each satellite follows. */
export interface PointingSky {
  /** [n * 3] TEME, km. */
  readonly rBeforeKm: Float64Array;
  readonly rKm: Float64Array;
  /** [n] 1 = circles the Moon, whose positions [3] at both boundaries count as the centre. */
  readonly aroundMoon: Uint8Array;
  readonly moonBeforeKm: Float64Array;
  readonly moonKm: Float64Array;
}

/**
 * Writes the direction from satellite `a` to `b` in the local orbital frame of `a` to `out[at .. at + 3]`, a unit vector:
 * radial, along track, along the orbital normal. `before` selects the earlier of the two boundaries.
 *
 * The normal is that of the two positions, exact for an unperturbed orbit and ticks below half a revolution.
 */
export function pointingInto(
  sky: PointingSky,
  before: boolean,
  a: number,
  b: number,
  out: Float64Array,
  at: number,
): void {
  const { rBeforeKm, rKm, moonBeforeKm, moonKm } = sky;
  const r = before ? rBeforeKm : rKm;
  const dx = r[3 * b]! - r[3 * a]!;
  const dy = r[3 * b + 1]! - r[3 * a + 1]!;
  const dz = r[3 * b + 2]! - r[3 * a + 2]!;
  const d = Math.sqrt(dx * dx + dy * dy + dz * dz);
  const moon = sky.aroundMoon[a]!;
  const px = rBeforeKm[3 * a]! - moon * moonBeforeKm[0]!;
  const py = rBeforeKm[3 * a + 1]! - moon * moonBeforeKm[1]!;
  const pz = rBeforeKm[3 * a + 2]! - moon * moonBeforeKm[2]!;
  const qx = rKm[3 * a]! - moon * moonKm[0]!;
  const qy = rKm[3 * a + 1]! - moon * moonKm[1]!;
  const qz = rKm[3 * a + 2]! - moon * moonKm[2]!;
  let nx = py * qz - pz * qy;
  let ny = pz * qx - px * qz;
  let nz = px * qy - py * qx;
  const normal = Math.sqrt(nx * nx + ny * ny + nz * nz);
  if (normal === 0) {
    // A satellite at rest has no orbit: its frame is that of the stars.
    out[at] = dx / d;
    out[at + 1] = dy / d;
    out[at + 2] = dz / d;
    return;
  }
  nx /= normal;
  ny /= normal;
  nz /= normal;
  const rx = before ? px : qx;
  const ry = before ? py : qy;
  const rz = before ? pz : qz;
  const radius = Math.sqrt(rx * rx + ry * ry + rz * rz);
  out[at] = (dx * rx + dy * ry + dz * rz) / (d * radius);
  out[at + 1] = (dx * (ny * rz - nz * ry) + dy * (nz * rx - nx * rz) + dz * (nx * ry - ny * rx)) / (d * radius);
  out[at + 2] = (dx * nx + dy * ny + dz * nz) / d;
}

/** Angle between the unit vectors `u[i ..]` and `w[j ..]`, rad; 0 when one of them is zero. */
export function angleBetween(u: Float64Array, i: number, w: Float64Array, j: number): number {
  const dot = u[i]! * w[j]! + u[i + 1]! * w[j + 1]! + u[i + 2]! * w[j + 2]!;
  const cx = u[i + 1]! * w[j + 2]! - u[i + 2]! * w[j + 1]!;
  const cy = u[i + 2]! * w[j]! - u[i]! * w[j + 2]!;
  const cz = u[i]! * w[j + 1]! - u[i + 1]! * w[j]!;
  return StrictMath.atan2(Math.sqrt(cx * cx + cy * cy + cz * cz), dot);
}
