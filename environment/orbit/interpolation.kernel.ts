/** Most nodes that one interpolation takes: Hermite of degree 23, Lagrange of degree 11. */
export const MAX_NODES = 12;

/** Values and slopes of the nodes' base polynomials at the time asked for; bounded by `MAX_NODES`. */
const base = new Float64Array(MAX_NODES);
const slope = new Float64Array(MAX_NODES);
/** Slope of each base polynomial at its own node. */
const ownSlope = new Float64Array(MAX_NODES);

/** Lagrange's base polynomials of the nodes `timeS[from .. from + n)` at `t`, and their derivatives. */
function fillBases(timeS: Float64Array, from: number, n: number, t: number): void {
  for (let i = 0; i < n; i++) {
    const ti = timeS[from + i]!;
    let value = 1;
    let derivative = 0;
    let atNode = 0;
    for (let j = 0; j < n; j++) {
      if (j === i) continue;
      const step = 1 / (ti - timeS[from + j]!);
      const factor = (t - timeS[from + j]!) * step;
      derivative = derivative * factor + value * step;
      value *= factor;
      atNode += step;
    }
    base[i] = value;
    slope[i] = derivative;
    ownSlope[i] = atNode;
  }
}

/**
 * Position and velocity at `t` of the polynomial of degree n - 1 through the positions of `n` nodes, and of that through their
 * velocities (Lagrange). Columns: times [N], `rKm` and `vKmS` [N * 3]; results go to `rOut` and `vOut` [3].
 */
export function lagrangeInto(
  timeS: Float64Array,
  rKm: Float64Array,
  vKmS: Float64Array,
  from: number,
  n: number,
  t: number,
  rOut: Float64Array,
  vOut: Float64Array,
): void {
  fillBases(timeS, from, n, t);
  for (let axis = 0; axis < 3; axis++) {
    let r = 0;
    let v = 0;
    for (let i = 0; i < n; i++) {
      r += base[i]! * rKm[3 * (from + i) + axis]!;
      v += base[i]! * vKmS[3 * (from + i) + axis]!;
    }
    rOut[axis] = r;
    vOut[axis] = v;
  }
}

/** The same by the polynomial of degree 2 n - 1 that has the positions and velocities of all nodes (Hermite), and its derivative. */
export function hermiteInto(
  timeS: Float64Array,
  rKm: Float64Array,
  vKmS: Float64Array,
  from: number,
  n: number,
  t: number,
  rOut: Float64Array,
  vOut: Float64Array,
): void {
  fillBases(timeS, from, n, t);
  for (let axis = 0; axis < 3; axis++) {
    let r = 0;
    let v = 0;
    for (let i = 0; i < n; i++) {
      const since = t - timeS[from + i]!;
      const square = base[i]! * base[i]!;
      const squareSlope = 2 * base[i]! * slope[i]!;
      const position = rKm[3 * (from + i) + axis]!;
      const velocity = vKmS[3 * (from + i) + axis]!;
      const value = (1 - 2 * ownSlope[i]! * since) * position + since * velocity;
      r += square * value;
      v += squareSlope * value + square * (velocity - 2 * ownSlope[i]! * position);
    }
    rOut[axis] = r;
    vOut[axis] = v;
  }
}
