import type { Rng } from '../../core/index.ts';

/** Draws `values.length` values with replacement into `out` (same length). */
export function resampleInto(values: Float64Array, rng: Rng, out: Float64Array): void {
  const n = values.length;
  for (let i = 0; i < n; i++) out[i] = values[rng.int(n)]!;
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
