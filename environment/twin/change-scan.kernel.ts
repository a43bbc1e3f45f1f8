import { steadyInverseOf } from './normal-equations.kernel.ts';
import type { TwinProblem } from './problem.ts';
import { differenceInto, normalMatrix, productFrom } from './residuals.kernel.ts';
import { CHANNELS, type TwinChange, createTwinRun, runTwin } from './twin-run.kernel.ts';

/** A change of a parameter that would explain residuals. */
export interface ChangeCandidate {
  readonly parameter: number;
  /** First row whose interval it rules. */
  readonly row: number;
  /** Size in scales of the parameter, to first order. */
  readonly size: number;
  /** By how much it lowers the sum of squares. */
  readonly gain: number;
}

/** What a scan starts from: a solution, its scaled residuals and the derivatives by its free places. */
export interface ScanInput {
  readonly vector: Float64Array;
  readonly changes: readonly TwinChange[];
  readonly sigma: Float64Array;
  readonly residuals: Float64Array;
  readonly columns: readonly Float64Array[];
}

/** Channels that a parameter may move, by its place: indices of `CHANNELS`. */
const MOVED: readonly (readonly number[])[] = [
  [0, 2, 3, 4],
  [1, 2, 3, 4],
  [1, 2, 3, 4],
  [1, 2, 3, 4],
  [1, 2, 3, 4],
  [1, 2, 3, 4],
  [4],
  [4],
  [4],
  [5],
  [6],
];

/** Whether two parameters move a channel in common: changes of others cannot be taken for one another. */
export function moveSame(a: number, b: number): boolean {
  return MOVED[a]!.some((channel) => MOVED[b]!.includes(channel));
}

/** Size of the change a run is made with, in scales. */
const STEP = 1e-3;

/**
 * The generalised likelihood ratio of a change of one parameter at one time (Willsky & Jones 1976, IEEE Trans. AC-21, p. 108),
 * all free places being estimated anew, to first order: the mark of the change is what a run with it from that row on predicts
 * otherwise; what the free places could explain is projected out, and the rest compared with the residuals.
 */
export class ChangeScan {
  private readonly problem: TwinProblem;
  private readonly input: ScanInput;
  private readonly base;
  private readonly changed;
  private readonly vector: Float64Array;
  private readonly mark: Float64Array;
  private readonly inverse: Float64Array;
  /** Products of the columns with the residuals; near 0 at the optimum. */
  private readonly slope: Float64Array;

  constructor(problem: TwinProblem, input: ScanInput) {
    const { drive, channels } = problem;
    const { vector, changes, columns, residuals } = input;
    this.problem = problem;
    this.input = input;
    this.base = createTwinRun(drive.n);
    this.changed = createTwinRun(drive.n);
    runTwin(drive, vector, changes, this.base);
    this.vector = new Float64Array(vector.length + 1);
    this.vector.set(vector);
    this.mark = new Float64Array(CHANNELS.length * drive.n);
    this.inverse = steadyInverseOf(normalMatrix(columns, drive.n, channels), columns.length);
    this.slope = Float64Array.from(columns, (column) => productFrom(column, residuals, drive.n, channels, 0));
  }

  /** The gain of a change of `parameter` from `row` on. */
  at(parameter: number, row: number): ChangeCandidate {
    const { problem, base, changed, mark, inverse } = this;
    const { drive, scale } = problem;
    const channels = problem.channels.filter((c) => MOVED[parameter]!.includes(c));
    const { vector, changes, sigma, columns, residuals } = this.input;
    const none = { parameter, row, size: 0, gain: 0 };
    const valueAt = vector.length;
    const stepSize = STEP * scale[parameter]!;
    this.vector[valueAt] = valueBefore(vector, changes, parameter, row) - stepSize;
    const change = { row, parameter, valueAt };
    // What follows a later change of the same parameter is not this change's.
    runTwin(drive, this.vector, [...changes, change], changed, row, base);
    differenceInto(problem, changed, base, { sigma, stepsApart: -STEP, from: row }, mark);
    const { n } = drive;
    const p = columns.length;
    let squares = productFrom(mark, mark, n, channels, row);
    let product = productFrom(mark, residuals, n, channels, row);
    const own = squares;
    const overlap = new Float64Array(p);
    for (let k = 0; k < p; k++) overlap[k] = productFrom(columns[k]!, mark, n, channels, row);
    for (let k = 0; k < p; k++) {
      let explained = 0;
      for (let j = 0; j < p; j++) explained += inverse[k * p + j]! * overlap[j]!;
      squares -= explained * overlap[k]!;
      product -= explained * this.slope[k]!;
    }
    // What is left of a mark that the free places explain is rounding.
    if (!(squares > 1e-7 * own)) return none;
    return { parameter, row, size: product / squares, gain: (product * product) / squares };
  }
}

/** Value of a parameter in the interval before a row. */
export function valueBefore(
  vector: Float64Array,
  changes: readonly TwinChange[],
  parameter: number,
  row: number,
): number {
  let value = vector[parameter]!;
  let latest = -1;
  for (const change of changes) {
    if (change.parameter !== parameter || change.row >= row || change.row <= latest) continue;
    value = vector[change.valueAt]!;
    latest = change.row;
  }
  return value;
}
