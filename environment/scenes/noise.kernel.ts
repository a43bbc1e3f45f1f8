import type { Rng } from '../../core/index.ts';

/**
 * Adds fractal value noise to a square field: octaves of random lattices, each with half the period and `persistence` times the
 * amplitude of the one before, interpolated with the smoothstep polynomial. Draws from the generator lattice by lattice.
 *
 * @param field [side * side], row by row; the result has values of about -1 to 1 when it was zero
 * @param lattice room for the largest lattice: at least (side / finest period + 2)^2
 */
export function addFractalNoise(
  field: Float64Array,
  lattice: Float64Array,
  rng: Rng,
  shape: { readonly side: number; readonly periodPx: number; readonly finestPx: number; readonly persistence: number },
): void {
  const { side, periodPx, finestPx, persistence } = shape;
  let amplitude = 1;
  let total = 0;
  for (let period = periodPx; period >= finestPx; period /= 2) {
    total += amplitude;
    amplitude *= persistence;
  }
  amplitude = 1 / total;
  for (let period = periodPx; period >= finestPx; period /= 2) {
    const columns = Math.ceil(side / period) + 2;
    for (let i = 0; i < columns * columns; i++) lattice[i] = 2 * rng.uniform() - 1;
    const shiftX = rng.uniform();
    const shiftY = rng.uniform();
    for (let y = 0; y < side; y++) {
      const v = y / period + shiftY;
      const row = Math.floor(v);
      const fy = v - row;
      const sy = fy * fy * (3 - 2 * fy);
      for (let x = 0; x < side; x++) {
        const u = x / period + shiftX;
        const column = Math.floor(u);
        const fx = u - column;
        const sx = fx * fx * (3 - 2 * fx);
        const corner = row * columns + column;
        const top = lattice[corner]! + (lattice[corner + 1]! - lattice[corner]!) * sx;
        const below = corner + columns;
        const bottom = lattice[below]! + (lattice[below + 1]! - lattice[below]!) * sx;
        field[y * side + x]! += amplitude * (top + (bottom - top) * sy);
      }
    }
    amplitude *= persistence;
  }
}

/** Convolves a square plane with the separable kernel (share, 1 - 2 share, share): the point spread of optics and detector. */
export function blur(plane: Float64Array, scratch: Float64Array, side: number, share: number): void {
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const i = y * side + x;
      const left = plane[x > 0 ? i - 1 : i]!;
      const right = plane[x < side - 1 ? i + 1 : i]!;
      scratch[i] = plane[i]! + share * (left + right - 2 * plane[i]!);
    }
  }
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const i = y * side + x;
      const up = scratch[y > 0 ? i - side : i]!;
      const down = scratch[y < side - 1 ? i + side : i]!;
      plane[i] = scratch[i]! + share * (up + down - 2 * scratch[i]!);
    }
  }
}
