import { type ChangeCandidate, ChangeScan, valueBefore } from './change-scan.kernel.ts';
import { ChangeTime, MARGIN_ROWS } from './change-time.ts';
import { type TwinSolution, solve } from './least-squares.ts';
import type { TwinProblem } from './problem.ts';
import { jacobianOf, residualsInto } from './residuals.kernel.ts';
import { CHANNELS, type TwinChange } from './twin-run.kernel.ts';

/** Times at which a scan first looks. */
const COARSE_TIMES = 48;
const MOST_MOVES = 3;

/** The best time of every parameter, best parameter first. */
export function bestCandidates(
  problem: TwinProblem,
  { vector, changes, free, run }: TwinSolution,
  { sigma, parameters }: { readonly sigma: Float64Array; readonly parameters: readonly number[] },
): ChangeCandidate[] {
  const { drive } = problem;
  const residuals = new Float64Array(CHANNELS.length * drive.n);
  residualsInto(problem, run, sigma, residuals);
  const columns = jacobianOf(problem, { vector, changes, sigma, places: free });
  const scan = new ChangeScan(problem, { vector, changes, sigma, residuals, columns });
  const last = drive.n - MARGIN_ROWS;
  const stride = Math.max(1, Math.floor((last - MARGIN_ROWS) / COARSE_TIMES));
  return parameters
    .map((parameter) => {
      let best: ChangeCandidate = { parameter, row: MARGIN_ROWS, size: 0, gain: -1 };
      for (let row = MARGIN_ROWS; row < last; row += stride) {
        const candidate = scan.at(parameter, row);
        if (candidate.gain > best.gain) best = candidate;
      }
      for (let step = Math.ceil(stride / 2); step >= 1; step = step === 1 ? 0 : Math.ceil(step / 2)) {
        for (const row of [best.row - step, best.row + step]) {
          if (row < MARGIN_ROWS || row >= last) continue;
          const candidate = scan.at(parameter, row);
          if (candidate.gain > best.gain) best = candidate;
        }
      }
      return best;
    })
    .sort((a, b) => b.gain - a.gain);
}

/** A hypothesis, fitted. */
export interface Tried {
  readonly candidate: ChangeCandidate;
  readonly problem: TwinProblem;
  readonly solution: TwinSolution;
}

/** The fit with one more change. Noise is held, so that sums compare. */
export function fitWithChange(
  problem: TwinProblem,
  before: TwinSolution,
  { candidate, sigma }: { readonly candidate: ChangeCandidate; readonly sigma: Float64Array },
): Tried {
  const { parameter, row, size } = candidate;
  const valueAt = before.vector.length;
  const scale = problem.scale[parameter] as number;
  const value = valueBefore(before.vector, before.changes, parameter, row) + size * scale;
  const extended: TwinProblem = {
    ...problem,
    vector: Float64Array.of(...problem.vector, problem.vector[parameter] as number),
    scale: Float64Array.of(...problem.scale, scale),
  };
  const free = [...before.free, valueAt];
  const changes: readonly TwinChange[] = [...before.changes, { row, parameter, valueAt }];
  const vector = Float64Array.of(...before.vector, value);
  return { candidate, problem: extended, solution: solve(extended, { vector, changes, free, sigma }) };
}

/** The last change moved to where the sum of squares is least, all else fitted anew. */
export function atBestTime({ candidate, problem, solution: first }: Tried, sigma: Float64Array): Tried {
  let solution = first;
  for (let round = 0; round < MOST_MOVES; round++) {
    const k = solution.changes.length - 1;
    const time = new ChangeTime(problem, solution, { k, sigma });
    const row = time.best();
    if (row === (solution.changes[k] as TwinChange).row) break;
    const { vector, free } = solution;
    const moved = solve(problem, { vector, changes: time.movedTo(row), free, sigma });
    if (moved.squares >= solution.squares) break;
    solution = moved;
  }
  return { candidate, problem, solution };
}
