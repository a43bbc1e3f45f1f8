import type { TwinProblem } from './problem.ts';
import { CHANNELS, type TwinChange, type TwinRun, createTwinRun, runTwin } from './twin-run.kernel.ts';

/**
 * Writes (measured - predicted) / sigma of every channel and row, 0 where nothing was measured; returns the sum of squares,
 * Infinity when a prediction left the numbers: heat that flows faster than a step can follow.
 */
export function residualsInto(problem: TwinProblem, run: TwinRun, sigma: Float64Array, out: Float64Array): number {
  const { measured, channels } = problem;
  const { predicted, n } = run;
  out.fill(0);
  let sum = 0;
  for (const c of channels) {
    const weight = 1 / sigma[c]!;
    for (let i = c * n; i < (c + 1) * n; i++) {
      if (Number.isNaN(measured[i]!)) continue;
      const difference = measured[i]! - predicted[i]!;
      if (!Number.isFinite(difference)) {
        sum = Infinity;
        continue;
      }
      const scaled = difference * weight;
      out[i] = scaled;
      sum += scaled * scaled;
    }
  }
  return sum;
}

/** Step of a central difference, in scales: its error is of second order, the rounding of a run 1e-16. */
const STEP = 1e-5;

export interface JacobianInput {
  readonly vector: Float64Array;
  readonly changes: readonly TwinChange[];
  readonly sigma: Float64Array;
  /** Places of the vector to differentiate by. */
  readonly places: readonly number[];
}

/** Derivatives of predicted / sigma by the places of the vector, each per scale of its place; 0 where nothing was measured. */
export function jacobianOf(problem: TwinProblem, input: JacobianInput): Float64Array[] {
  const { drive, scale } = problem;
  const { vector, changes, sigma, places } = input;
  const above = createTwinRun(drive.n);
  const below = createTwinRun(drive.n);
  const moved = vector.slice();
  return places.map((place) => {
    const stepSize = STEP * scale[place]!;
    moved[place] = vector[place]! + stepSize;
    runTwin(drive, moved, changes, above);
    moved[place] = vector[place]! - stepSize;
    runTwin(drive, moved, changes, below);
    moved[place] = vector[place]!;
    const column = new Float64Array(CHANNELS.length * drive.n);
    differenceInto(problem, above, below, { sigma, stepsApart: 2 * STEP }, column);
    return column;
  });
}

/** Writes (above - below) / sigma / stepsApart from row `from` on. */
export function differenceInto(
  problem: TwinProblem,
  above: TwinRun,
  below: TwinRun,
  {
    sigma,
    stepsApart,
    from = 0,
  }: { readonly sigma: Float64Array; readonly stepsApart: number; readonly from?: number },
  out: Float64Array,
): void {
  const { measured, channels } = problem;
  const n = above.n;
  for (const c of channels) {
    const weight = 1 / (sigma[c]! * stepsApart);
    for (let i = c * n + from; i < (c + 1) * n; i++) {
      const difference = above.predicted[i]! - below.predicted[i]!;
      out[i] = Number.isNaN(measured[i]!) || !Number.isFinite(difference) ? 0 : difference * weight;
    }
  }
}

/** Sum over channels of the products of two columns of residuals or derivatives from row `from` on. */
export function productFrom(
  a: Float64Array,
  b: Float64Array,
  n: number,
  channels: readonly number[],
  from: number,
): number {
  let sum = 0;
  for (const c of channels) for (let i = c * n + from; i < (c + 1) * n; i++) sum += a[i]! * b[i]!;
  return sum;
}

/** Matrix of the products of all pairs of columns, [p * p]. */
export function normalMatrix(columns: readonly Float64Array[], n: number, channels: readonly number[]): Float64Array {
  const p = columns.length;
  const matrix = new Float64Array(p * p);
  for (let i = 0; i < p; i++) {
    for (let j = 0; j <= i; j++) {
      const product = productFrom(columns[i]!, columns[j]!, n, channels, 0);
      matrix[i * p + j] = product;
      matrix[j * p + i] = product;
    }
  }
  return matrix;
}

/** Stands, in standard deviations, for a prediction that left the numbers. */
const FAR = 1e6;

/** The values at some points, times weights. */
export function gatherScaled(values: Float64Array, points: Int32Array, weights: Float64Array): Float64Array {
  const scaled = new Float64Array(points.length);
  for (let k = 0; k < points.length; k++) {
    const value = values[points[k]!]! * weights[k]!;
    scaled[k] = Number.isFinite(value) ? value : FAR;
  }
  return scaled;
}
