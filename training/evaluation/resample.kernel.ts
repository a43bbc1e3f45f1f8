import type { Rng } from '../../core/index.ts';

/** Draws `values.length` values with replacement into `out` (same length). */
export function resampleInto(values: Float64Array, rng: Rng, out: Float64Array): void {
  const n = values.length;
  for (let i = 0; i < n; i++) out[i] = values[rng.int(n)]!;
}

/** Fills `out` row by row, a row holding for each stratum as many indices below its size as it has runs. */
export function drawInto(sizes: Uint32Array, rng: Rng, out: Uint16Array): void {
  for (let at = 0; at < out.length;) {
    for (let s = 0; s < sizes.length; s++) {
      const n = sizes[s]!;
      for (let i = 0; i < n; i++) out[at++] = rng.int(n);
    }
  }
}

/** Writes `values[indices[from + i]]` to `out`. */
export function gatherInto(values: Float64Array, indices: Uint16Array, from: number, out: Float64Array): void {
  const n = out.length;
  for (let i = 0; i < n; i++) out[i] = values[indices[from + i]!]!;
}

/** Arithmetic mean; NaN when empty. */
export function meanOf(values: ArrayLike<number>): number {
  const n = values.length;
  let sum = 0;
  for (let i = 0; i < n; i++) sum += values[i]!;
  return sum / n;
}

/** Mean of `sorted` without the `cut` smallest and the `cut` largest values. */
export function trimmedMeanOfSorted(sorted: Float64Array, cut: number): number {
  const end = sorted.length - cut;
  let sum = 0;
  for (let i = cut; i < end; i++) sum += sorted[i]!;
  return sum / (end - cut);
}

/** Share of pairs with x > y, ties counting one half: the Mann-Whitney U of x divided by n m. */
export function winShare(x: ArrayLike<number>, y: ArrayLike<number>): number {
  const n = x.length;
  const m = y.length;
  let wins = 0;
  for (let i = 0; i < n; i++) {
    const xi = x[i]!;
    for (let j = 0; j < m; j++) {
      const yj = y[j]!;
      wins += xi > yj ? 1 : xi === yj ? 0.5 : 0;
    }
  }
  return wins / (n * m);
}

/** Share of differences above zero, zero counting one half. */
export function positiveShare(differences: ArrayLike<number>): number {
  const n = differences.length;
  let wins = 0;
  for (let i = 0; i < n; i++) {
    const d = differences[i]!;
    wins += d > 0 ? 1 : d === 0 ? 0.5 : 0;
  }
  return wins / n;
}

/** Writes to `out[t]` the share of `scores` strictly above `thresholds[t]`. */
export function shareAboveInto(scores: ArrayLike<number>, thresholds: Float64Array, out: Float64Array): void {
  const n = scores.length;
  for (let t = 0; t < thresholds.length; t++) {
    const tau = thresholds[t]!;
    let above = 0;
    for (let i = 0; i < n; i++) if (scores[i]! > tau) above++;
    out[t] = above / n;
  }
}

/**
 * The value that would stand at `k` if `values` were ascending; reorders them so that none before `k` is larger and none
 * behind it smaller (Hoare's selection). NaN must not occur.
 */
export function select(values: Float64Array, k: number): number {
  let low = 0;
  let high = values.length - 1;
  while (low < high) {
    const pivot = values[(low + high) >> 1]!;
    let i = low;
    let j = high;
    while (i <= j) {
      while (values[i]! < pivot) i++;
      while (values[j]! > pivot) j--;
      if (i > j) break;
      const swapped = values[i]!;
      values[i++] = values[j]!;
      values[j--] = swapped;
    }
    if (k <= j) high = j;
    else if (k >= i) low = i;
    else break;
  }
  return values[k]!;
}
