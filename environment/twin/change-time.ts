import { StrictMath } from '../../core/index.ts';
import { type TwinSolution, boundsOf, evaluate } from './least-squares.ts';
import { steadyInverseOf } from './normal-equations.kernel.ts';
import type { TwinProblem } from './problem.ts';
import { differenceInto, jacobianOf, normalMatrix, productFrom, residualsInto } from './residuals.kernel.ts';
import { type TwinChange, createTwinRun, runTwin } from './twin-run.kernel.ts';

/** Rows at either end in which no change can be told. */
export const MARGIN_ROWS = 5;
/** Rows that are looked at before the neighbourhood of the best one is. */
const COARSE_ROWS = 40;

/**
 * What the sum of squares may rise by within a 95 % interval of a change's time. Not the 3.84 of a smooth parameter: twice the
 * logarithm of the likelihood ratio about a change has the distribution (1 - exp(-x / 2))^2 (Hansen 2000, Econometrica 68,
 * p. 575), so x = -2 ln(1 - sqrt(0.95)) = 7.35.
 */
const INTERVAL_SQUARES = 7.35;

/** Step of a difference, in scales. */
const STEP = 1e-5;

/** The fit with a change at a row. */
interface TimedFit {
  readonly squares: number;
  readonly from: number;
  readonly to: number;
}

/** Values before and after a change whose time is uncertain. */
interface Averaged {
  readonly from: number;
  readonly to: number;
  readonly spread: number;
}

/**
 * Profile likelihood of the time of the k-th change: the least sum of squares for every row it may begin at, all free places
 * being estimated anew for that row by a step of Gauss and Newton.
 */
export class ChangeTime {
  private readonly problem: TwinProblem;
  private readonly solution: TwinSolution;
  private readonly sigma: Float64Array;
  private readonly k: number;
  private readonly known = new Map<number, TimedFit>();
  /** Places of the values before and after the change. */
  private readonly from: number;
  private readonly to: number;
  /** Derivatives with the change at its own row. */
  private readonly columns: readonly Float64Array[];
  private readonly normal: Float64Array;

  constructor(
    problem: TwinProblem,
    solution: TwinSolution,
    { k, sigma }: { readonly k: number; readonly sigma: Float64Array },
  ) {
    this.problem = problem;
    this.solution = solution;
    this.sigma = sigma;
    this.k = k;
    const { vector, changes, free } = solution;
    const { row, parameter, valueAt } = changes[k] as TwinChange;
    const earlier = changes.filter((other) => other.parameter === parameter && other.row < row);
    this.from = earlier.sort((a, b) => b.row - a.row)[0]?.valueAt ?? parameter;
    this.to = valueAt;
    this.columns = jacobianOf(problem, { vector, changes, sigma, places: free });
    this.normal = normalMatrix(this.columns, problem.drive.n, problem.channels);
  }

  /** The changes with the k-th's at another row. */
  movedTo(row: number): readonly TwinChange[] {
    return this.solution.changes.map((change, i) => (i === this.k ? { ...change, row } : change));
  }

  /** The row with the least sum of squares. */
  best(): number {
    const [from, until] = this.range();
    let best = (this.solution.changes[this.k] as TwinChange).row;
    for (const row of this.coarseRows()) if (this.squaresAt(row) < this.squaresAt(best)) best = row;
    for (let step = Math.ceil(this.stride() / 2); step >= 1; step = step === 1 ? 0 : Math.ceil(step / 2)) {
      // Downhill as far as it goes: a step that betters is repeated.
      for (const direction of [-step, step]) {
        let next = best + direction;
        while (next >= from && next < until && this.squaresAt(next) < this.squaresAt(best)) {
          best = next;
          next = best + direction;
        }
      }
    }
    return best;
  }

  /** First and last row of the 95 % interval about the best row: the hull of all rows that are hardly worse. */
  interval(best: number): readonly [number, number] {
    const [from, until] = this.range();
    const least = this.squaresAt(best);
    const isAlike = (row: number): boolean => this.squaresAt(row) - least < INTERVAL_SQUARES;
    const rows = [...new Set([...this.coarseRows(), best])].sort((a, b) => a - b);
    const alike = rows.filter(isAlike);
    const [first, last] = [alike[0] ?? best, alike.at(-1) ?? best];
    return [
      edge(first, rows.filter((row) => row < first).at(-1) ?? from - 1, isAlike),
      edge(last, rows.find((row) => row > last) ?? until, isAlike),
    ];
  }

  /**
   * Values before and after the change, averaged over the rows of its interval with their likelihoods, and the standard
   * deviation of their difference among these rows: what the uncertain time adds to the error of the size.
   */
  averaged([first, last]: readonly [number, number], best: number): Averaged {
    const stride = Math.max(1, Math.floor((last - first) / COARSE_ROWS));
    const rows = new Set([best, last]);
    for (let row = first; row <= last; row += stride) rows.add(row);
    const least = this.squaresAt(best);
    const weighed = [...rows].map((row) => {
      const { squares, from, to } = this.at(row);
      return { from, to, weight: StrictMath.exp((least - squares) / 2) };
    });
    const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
    const mean = (value: (one: { readonly from: number; readonly to: number }) => number): number =>
      weighed.reduce((sum, one) => sum + one.weight * value(one), 0) / total;
    const [from, to] = [mean((one) => one.from), mean((one) => one.to)];
    return { from, to, spread: Math.sqrt(mean((one) => (one.to - one.from - (to - from)) ** 2)) };
  }

  private range(): readonly [number, number] {
    return [MARGIN_ROWS, this.problem.drive.n - MARGIN_ROWS];
  }

  private stride(): number {
    const [from, until] = this.range();
    return Math.max(1, Math.floor((until - from) / COARSE_ROWS));
  }

  private coarseRows(): number[] {
    const [from, until] = this.range();
    const stride = this.stride();
    return Array.from({ length: Math.ceil((until - from) / stride) }, (_, i) => from + i * stride);
  }

  private squaresAt(row: number): number {
    return this.at(row).squares;
  }

  private at(row: number): TimedFit {
    const before = this.known.get(row);
    if (before !== undefined) return before;
    const { problem, sigma } = this;
    const { vector, free } = this.solution;
    const { drive, channels, scale } = problem;
    const changes = this.movedTo(row);
    const held = evaluate(problem, { vector, changes, free, sigma });
    const residuals = new Float64Array(held.run.predicted.length);
    residualsInto(problem, held.run, sigma, residuals);
    const { columns, normal } = this.derivatives(row, held);
    const p = free.length;
    const inverse = steadyInverseOf(normal, p);
    const slope = columns.map((column) => productFrom(column, residuals, drive.n, channels, 0));
    const next = vector.slice();
    free.forEach((place, i) => {
      const step = slope.reduce((sum, value, j) => sum + (inverse[i * p + j] as number) * value, 0);
      const [low, high] = boundsOf(problem, place, changes);
      next[place] = Math.min(high, Math.max(low, (vector[place] as number) + step * (scale[place] as number)));
    });
    const moved = evaluate(problem, { vector: next, changes, free, sigma });
    const better = moved.squares < held.squares ? moved : held;
    const fit = {
      squares: better.squares,
      from: better.vector[this.from] as number,
      to: better.vector[this.to] as number,
    };
    this.known.set(row, fit);
    return fit;
  }

  /**
   * Derivatives with the change at a row. Only the columns of the values before and after it depend on the row to first order,
   * and their sum, the column of one value for both, does not: one run with another value after the row gives both.
   */
  private derivatives(
    row: number,
    { run }: TwinSolution,
  ): { readonly columns: Float64Array[]; readonly normal: Float64Array } {
    const { problem, sigma, columns: own, normal: ownNormal } = this;
    const { vector, free } = this.solution;
    const { drive, channels, scale } = problem;
    const [before, after] = [free.indexOf(this.from), free.indexOf(this.to)];
    const columns = [...own];
    const normal = ownNormal.slice();
    if (after < 0) return { columns, normal };
    const ahead = vector.slice();
    ahead[this.to] = (vector[this.to] as number) + STEP * (scale[this.to] as number);
    const changed = createTwinRun(drive.n);
    runTwin(drive, ahead, this.movedTo(row), changed, row, run);
    const column = new Float64Array(run.predicted.length);
    differenceInto(problem, changed, run, { sigma, stepsApart: STEP, from: row }, column);
    if (before >= 0) {
      const [a, b] = [own[before] as Float64Array, own[after] as Float64Array];
      columns[before] = column.map((value, i) => (a[i] as number) + (b[i] as number) - value);
    }
    columns[after] = column;
    for (const k of before < 0 ? [after] : [before, after]) {
      columns.forEach((other, j) => {
        const product = productFrom(columns[k] as Float64Array, other, drive.n, channels, 0);
        normal[k * free.length + j] = product;
        normal[j * free.length + k] = product;
      });
    }
    return { columns, normal };
  }
}

/** The last row towards `outside` that is still inside. */
function edge(inside: number, outside: number, isInside: (row: number) => boolean): number {
  let [near, far] = [inside, outside];
  while (Math.abs(far - near) > 1) {
    const middle = Math.round((near + far) / 2);
    if (isInside(middle)) near = middle;
    else far = middle;
  }
  return near;
}
