import { NORMALISED_CLIP } from './architecture.ts';
import { LANES } from './scorer-weights.kernel.ts';

/** Normalised inputs that are not zero, packed, with the offset of their weights within a block; returns how many. */
export function normalise(
  source: Float32Array,
  from: number,
  mean: Float64Array,
  inverseStd: Float64Array,
  active: Float64Array,
  activeAt: Int32Array,
): number {
  let used = 0;
  for (let i = 0; i < mean.length; i++) {
    const x = (source[from + i]! - mean[i]!) * inverseStd[i]!;
    active[used] = Math.min(NORMALISED_CLIP, Math.max(-NORMALISED_CLIP, x));
    activeAt[used] = i * LANES;
    if (x !== 0) used++;
  }
  return used;
}

/** The outputs that survive relu, packed; returns how many. */
export function positives(layer: Float64Array, width: number, active: Float64Array, activeAt: Int32Array): number {
  let used = 0;
  for (let i = 0; i < width; i++) {
    const x = layer[i]!;
    active[used] = x;
    activeAt[used] = i * LANES;
    if (x > 0) used++;
  }
  return used;
}

/** What is not zero of `source[from .. from + width)`, packed; returns how many. */
export function nonzeros(
  source: Float64Array,
  from: number,
  width: number,
  active: Float64Array,
  activeAt: Int32Array,
): number {
  let used = 0;
  for (let i = 0; i < width; i++) {
    const x = source[from + i]!;
    active[used] = x;
    activeAt[used] = i * LANES;
    if (x !== 0) used++;
  }
  return used;
}

/** `out = start + active W`, `LANES` outputs at a time. `out` may be the array `active` was packed from, not `active`. */
export function affine(
  w: Float64Array,
  start: Float64Array,
  active: Float64Array,
  activeAt: Int32Array,
  used: number,
  out: Float64Array,
): void {
  const width = start.length;
  const block = (w.length / width) * LANES;
  for (let j = 0, base = 0; j < width; j += LANES, base += block) {
    let a0 = start[j]!;
    let a1 = start[j + 1]!;
    let a2 = start[j + 2]!;
    let a3 = start[j + 3]!;
    let a4 = start[j + 4]!;
    let a5 = start[j + 5]!;
    let a6 = start[j + 6]!;
    let a7 = start[j + 7]!;
    for (let q = 0; q < used; q++) {
      const x = active[q]!;
      const at = base + activeAt[q]!;
      a0 += x * w[at]!;
      a1 += x * w[at + 1]!;
      a2 += x * w[at + 2]!;
      a3 += x * w[at + 3]!;
      a4 += x * w[at + 4]!;
      a5 += x * w[at + 5]!;
      a6 += x * w[at + 6]!;
      a7 += x * w[at + 7]!;
    }
    out[j] = a0;
    out[j + 1] = a1;
    out[j + 2] = a2;
    out[j + 3] = a3;
    out[j + 4] = a4;
    out[j + 5] = a5;
    out[j + 6] = a6;
    out[j + 7] = a7;
  }
}

/** `out[0] = relu(layer) . w`, with four running sums. Into an array, because a returned float64 would be allocated. */
export function reluDotInto(layer: Float64Array, w: Float64Array, out: Float64Array): void {
  let a0 = 0;
  let a1 = 0;
  let a2 = 0;
  let a3 = 0;
  for (let j = 0; j < w.length; j += 4) {
    const x0 = layer[j]!;
    const x1 = layer[j + 1]!;
    const x2 = layer[j + 2]!;
    const x3 = layer[j + 3]!;
    a0 += (x0 > 0 ? x0 : 0) * w[j]!;
    a1 += (x1 > 0 ? x1 : 0) * w[j + 1]!;
    a2 += (x2 > 0 ? x2 : 0) * w[j + 2]!;
    a3 += (x3 > 0 ? x3 : 0) * w[j + 3]!;
  }
  out[0] = a0 + a1 + (a2 + a3);
}
