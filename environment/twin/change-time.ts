import { boundsOf, evaluate } from './least-squares.ts';
import type { TwinSolution } from './least-squares.ts';
import { steadyInverseOf } from './normal-equations.kernel.ts';
import type { TwinProblem } from './problem.ts';
import { jacobianOf, normalMatrix, productFrom, residualsInto } from './residuals.kernel.ts';
import type { TwinChange } from './twin-run.kernel.ts';

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

/**
 * Profile likelihood of the time of the k-th change: the least sum of squares for every row it may begin at, all free places
 * being estimated anew for that row by a step of Gauss and Newton.
 */
export class ChangeTime {
  private readonly problem: TwinProblem;
  private readonly solution: TwinSolution;
  private readonly sigma: Float64Array;
  private readonly k: number;
  private readonly known = new Map<number, number>();

  constructor(
    problem: TwinProblem,
    solution: TwinSolution,
    { k, sigma }: { readonly k: number; readonly sigma: Float64Array },
  ) {
    this.problem = problem;
    this.solution = solution;
    this.sigma = sigma;
    this.k = k;
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
    const before = this.known.get(row);
    if (before !== undefined) return before;
    const { problem, sigma } = this;
    const { vector, free } = this.solution;
    const { drive, channels, scale } = problem;
    const changes = this.movedTo(row);
    const held = evaluate(problem, { vector, changes, free, sigma });
    const residuals = new Float64Array(held.run.predicted.length);
    residualsInto(problem, held.run, sigma, residuals);
    const columns = jacobianOf(problem, { vector, changes, sigma, places: free });
    const p = free.length;
    const inverse = steadyInverseOf(normalMatrix(columns, drive.n, channels), p);
    const slope = columns.map((column) => productFrom(column, residuals, drive.n, channels, 0));
    const next = vector.slice();
    free.forEach((place, i) => {
      const step = slope.reduce((sum, value, j) => sum + (inverse[i * p + j] as number) * value, 0);
      const [low, high] = boundsOf(problem, place, changes);
      next[place] = Math.min(high, Math.max(low, (vector[place] as number) + step * (scale[place] as number)));
    });
    const squares = Math.min(held.squares, evaluate(problem, { vector: next, changes, free, sigma }).squares);
    this.known.set(row, squares);
    return squares;
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
