import { levenbergMarquardt } from 'ml-levenberg-marquardt';
import { TWIN_PARAMETER_KEYS, parameterBounds } from './parameters.ts';
import type { TwinProblem } from './problem.ts';
import { gatherScaled, jacobianOf, productFrom, residualsInto } from './residuals.kernel.ts';
import { FIRST_STATE, STATES, type TwinChange, type TwinRun, createTwinRun, runTwin } from './twin-run.kernel.ts';

/** Where a fit stands. */
export interface TwinSolution {
  /** Parameters, states at the starts, values behind changes. */
  readonly vector: Float64Array;
  readonly changes: readonly TwinChange[];
  /** Places of the vector that are estimated. */
  readonly free: readonly number[];
  readonly run: TwinRun;
  /** Sum of squared residuals over their standard deviations. */
  readonly squares: number;
}

const ITERATIONS_PER_ROUND = 2;
const MOST_ROUNDS = 12;
/** A round that betters the sum of squares by less, absolutely (in variances) and relatively, is the last. */
const ENOUGH = 1e-4;
const ENOUGH_RELATIVE = 1e-9;

export interface SolveInput {
  readonly vector: Float64Array;
  readonly changes: readonly TwinChange[];
  readonly free: readonly number[];
  readonly sigma: Float64Array;
}

/** The prediction of a vector as it stands. */
export function evaluate(problem: TwinProblem, { vector, changes, free, sigma }: SolveInput): TwinSolution {
  const run = createTwinRun(problem.drive.n);
  runTwin(problem.drive, vector, changes, run);
  const squares = residualsInto(problem, run, sigma, new Float64Array(run.predicted.length));
  return { vector, changes, free, run, squares };
}

/**
 * Least squares over the free places by the method of Levenberg and Marquardt, in rounds: every place is counted in units in
 * which its column of the Jacobian has length 1, so that one damping suits all, and a round that made nothing better is
 * repeated with more damping.
 */
export function solve(problem: TwinProblem, input: SolveInput): TwinSolution {
  const { drive, measured, channels } = problem;
  const { n } = drive;
  const { free, changes, sigma } = input;
  let best = evaluate(problem, input);
  if (free.length === 0) return best;
  const found: number[] = [];
  for (const c of channels) {
    for (let i = c * n; i < (c + 1) * n; i++) {
      if (Number.isNaN(measured[i])) continue;
      found.push(i);
    }
  }
  const points = Int32Array.from(found);
  const weights = Float64Array.from(points, (point) => 1 / (sigma[Math.floor(point / n)] as number));
  const y = gatherScaled(measured, points, weights);
  const x = Int32Array.from(points.keys());
  const run = createTwinRun(n);
  let damping = 1e-3;
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const columns = jacobianOf(problem, { vector: best.vector, changes, sigma, places: free });
    const unit = free.map((place, k) => {
      const column = columns[k] as Float64Array;
      const length = Math.sqrt(productFrom(column, column, n, channels, 0));
      return (problem.scale[place] as number) / (length > 0 ? length : 1);
    });
    const place = (parameters: readonly number[]): Float64Array => {
      const vector = best.vector.slice();
      free.forEach((p, k) => (vector[p] = (parameters[k] as number) * (unit[k] as number)));
      return vector;
    };
    const predict = (parameters: readonly number[]): ((k: number) => number) => {
      runTwin(drive, place(parameters), changes, run);
      const scaled = gatherScaled(run.predicted, points, weights);
      return (k) => scaled[k] as number;
    };
    const bounds = free.map((p) => boundsOf(problem, p, changes));
    const { parameterValues } = levenbergMarquardt({ x, y }, predict, {
      initialValues: free.map((p, k) => (best.vector[p] as number) / (unit[k] as number)),
      gradientDifference: free.map((p, k) => (1e-6 * (problem.scale[p] as number)) / (unit[k] as number)),
      minValues: bounds.map(([low], k) => low / (unit[k] as number)),
      maxValues: bounds.map(([, high], k) => high / (unit[k] as number)),
      damping,
      maxIterations: ITERATIONS_PER_ROUND,
      errorTolerance: 1e-12,
    });
    const next = evaluate(problem, { ...input, vector: place(parameterValues) });
    const gain = best.squares - next.squares;
    if (gain > 0) best = next;
    if (gain > 0 && gain <= Math.max(ENOUGH, ENOUGH_RELATIVE * best.squares)) break;
    if (gain <= 0) {
      if (damping > 1e3) break;
      damping *= 1e3;
    }
  }
  return best;
}

/** The parameter that a place of the vector holds or, behind a change, holds the new value of; -1: a state. */
function parameterAt(place: number, changes: readonly TwinChange[]): number {
  if (place < FIRST_STATE) return place;
  return changes.find(({ valueAt }) => valueAt === place)?.parameter ?? -1;
}

/** Smallest and largest value that a fit may try of a place of the vector. */
export function boundsOf(
  problem: TwinProblem,
  place: number,
  changes: readonly TwinChange[],
): readonly [number, number] {
  const parameter = parameterAt(place, changes);
  const key = TWIN_PARAMETER_KEYS[parameter];
  if (key !== undefined) return parameterBounds(key, problem.vector[parameter] as number);
  return (place - FIRST_STATE) % STATES === 1 ? [-270, 1000] : [-Infinity, Infinity];
}
