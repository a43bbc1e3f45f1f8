import { StrictMath } from '../../core/index.ts';
import { type ChangeCandidate, ChangeScan, valueBefore } from './change-scan.kernel.ts';
import { type TwinFit, fitProblem, standardError } from './fit.ts';
import { type TwinSolution, evaluate, solve } from './least-squares.ts';
import type { TwinProblem } from './problem.ts';
import { jacobianOf, residualsInto } from './residuals.kernel.ts';
import { CHANNELS, FIRST_STATE, type TwinChange } from './twin-run.kernel.ts';

/** A parameter that changed within the record. */
export interface FoundChange {
  /** Place in the parameter vector. */
  readonly parameter: number;
  readonly row: number;
  /** Rows of the 95 % interval of the time (likelihood; other parameters held). */
  readonly firstRow: number;
  readonly lastRow: number;
  readonly from: number;
  readonly to: number;
  /** Standard error of `to - from`. */
  readonly error: number;
  /** |to - from| / error, and what it had to exceed. */
  readonly z: number;
  readonly threshold: number;
  /** Parameters whose change at their best time explains the data nearly as well. */
  readonly alternatives: readonly number[];
}

export interface DriftResult {
  readonly problem: TwinProblem;
  /** With the changes found. */
  readonly fit: TwinFit;
  readonly changes: readonly FoundChange[];
}

/** Times at which a scan first looks. */
const COARSE_TIMES = 48;
/** Rows at either end in which no change can be told. */
const MARGIN_ROWS = 5;
const MOST_CHANGES = 4;
/** Hypotheses of a scan that are fitted in full. */
const FINALISTS = 3;
/** Those that explain less than so much of what the best explains, to first order, are not. */
const CLOSE_FRAC = 0.5;
/** Hypotheses whose sums of squares differ by less are not told apart (a likelihood ratio of 150). */
const ALIKE = 10;
/** Half of the 95 % quantile of chi-square with one degree of freedom would be 1.92; sums of squares are twice the logarithm. */
const INTERVAL_SQUARES = 3.84;

/**
 * Looks for changes of parameters within the record, one after another, and fits them with all else. A change is believed when
 * |size| over its standard error exceeds a threshold that noise without any change passes in at most `falseAlarmFrac` of
 * records: the sum over every parameter and every row at which it might have changed (Bonferroni), so rather too strict.
 */
export function findChanges(start: TwinProblem, first: TwinFit, falseAlarmFrac: number): DriftResult {
  let state: DriftResult = { problem: start, fit: first, changes: [] };
  for (let round = 0; round < MOST_CHANGES; round++) {
    const { problem, fit } = state;
    const parameters = fit.identification.free.filter((place) => place < FIRST_STATE);
    const hypotheses = parameters.length * Math.max(1, problem.drive.n - 2 * MARGIN_ROWS);
    const threshold = twoSidedThreshold(falseAlarmFrac / hypotheses);
    const finalists = bestCandidates(problem, fit, parameters)
      .filter(({ gain }, _, [most]) => gain > 0.2 * threshold * threshold && gain > CLOSE_FRAC * (most?.gain ?? 0))
      .slice(0, FINALISTS);
    const tried = finalists.map((candidate) => fitWithChange(problem, fit, candidate));
    tried.sort((a, b) => a.solution.squares - b.solution.squares);
    const [best] = tried;
    if (best === undefined) break;
    const alternatives = tried
      .slice(1)
      .filter(({ solution }) => solution.squares - best.solution.squares < ALIKE)
      .map(({ candidate }) => candidate.parameter);
    const next = prune(start, settle(best, fit.sigma), threshold);
    if (next.changes.length <= state.changes.length) break;
    const before = state.changes;
    const changes = next.changes.map((change) => {
      const known = before.find(({ parameter, row }) => parameter === change.parameter && row === change.row);
      const isNew = change.parameter === best.candidate.parameter && known === undefined;
      return { ...change, alternatives: isNew ? alternatives : (known?.alternatives ?? []) };
    });
    state = { ...next, changes };
  }
  return state;
}

/** Takes out changes that are no longer believed beside the others, the least one first, and fits what is left. */
function prune(start: TwinProblem, settled: Settled, threshold: number): DriftResult {
  let { problem, fit } = settled;
  for (;;) {
    const changes = foundChanges(problem, fit, threshold);
    const weakest = [...changes].sort((a, b) => a.z - b.z)[0];
    if (weakest === undefined || weakest.z > threshold) return { problem, fit, changes };
    const own = start.vector.length;
    const { vector, changes: all } = fit.solution;
    const kept = all.filter(({ row, parameter }) => row !== weakest.row || parameter !== weakest.parameter);
    const values = kept.map(({ valueAt }) => vector[valueAt] as number);
    const scales = kept.map(({ parameter }) => start.scale[parameter] as number);
    problem = {
      ...start,
      vector: Float64Array.of(...start.vector, ...kept.map(({ parameter }) => start.vector[parameter] as number)),
      scale: Float64Array.of(...start.scale, ...scales),
    };
    const renumbered = kept.map((change, k) => ({ ...change, valueAt: own + k }));
    const free = [...fit.solution.free.filter((place) => place < own), ...renumbered.map(({ valueAt }) => valueAt)];
    const { sigma } = fit;
    let solution = solve(problem, {
      vector: Float64Array.of(...vector.slice(0, own), ...values),
      changes: renumbered,
      free,
      sigma,
    });
    for (let k = 0; k < renumbered.length; k++) {
      const moved = moveChange(problem, solution, { k, sigma });
      solution = solve(problem, { vector: solution.vector, changes: moved, free, sigma });
    }
    ({ problem, fit } = settle({ problem, solution }, sigma));
  }
}

interface Settled {
  readonly problem: TwinProblem;
  readonly fit: TwinFit;
}

/** |z| that a standard normal number exceeds with at most probability `p` (Mills: the tail is below the density over z). */
export function twoSidedThreshold(p: number): number {
  let z = 3;
  for (let i = 0; i < 60; i++) {
    z = Math.sqrt(Math.max(1, 2 * StrictMath.log(2 / (p * z * Math.sqrt(2 * Math.PI)))));
  }
  return z;
}

/** The best time of every parameter, best parameter first. */
function bestCandidates(problem: TwinProblem, fit: TwinFit, parameters: readonly number[]): ChangeCandidate[] {
  const { drive } = problem;
  const { vector, changes, free } = fit.solution;
  const { sigma } = fit;
  const residuals = new Float64Array(CHANNELS.length * drive.n);
  residualsInto(problem, fit.solution.run, sigma, residuals);
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

interface Tried {
  readonly candidate: ChangeCandidate;
  readonly problem: TwinProblem;
  readonly solution: TwinSolution;
}

/** The fit with one more change, its row moved to where the sum of squares is least. Noise is held, so that sums compare. */
function fitWithChange(problem: TwinProblem, { solution: before, sigma }: TwinFit, candidate: ChangeCandidate): Tried {
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
  let changes: readonly TwinChange[] = [...before.changes, { row, parameter, valueAt }];
  let solution = solve(extended, { vector: Float64Array.of(...before.vector, value), changes, free, sigma });
  for (let round = 0; round < 3; round++) {
    const moved = moveChange(extended, solution, { k: changes.length - 1, sigma });
    if ((moved.at(-1) as TwinChange).row === (changes.at(-1) as TwinChange).row) break;
    changes = moved;
    solution = solve(extended, { vector: solution.vector, changes, free, sigma });
  }
  return { candidate, problem: extended, solution };
}

/** The changes with the k-th's row where, all else held, the sum of squares is least. */
function moveChange(
  problem: TwinProblem,
  solution: TwinSolution,
  { k, sigma }: { readonly k: number; readonly sigma: Float64Array },
): readonly TwinChange[] {
  const { changes } = solution;
  const { n } = problem.drive;
  const at = (row: number): readonly TwinChange[] =>
    changes.map((change, i) => (i === k ? { ...change, row } : change));
  const squaresAt = (row: number): number => evaluate(problem, { ...solution, changes: at(row), sigma }).squares;
  let row = (changes[k] as TwinChange).row;
  let least = squaresAt(row);
  for (let step = Math.max(1, Math.floor(n / 64)); step >= 1; step = Math.floor(step / 2)) {
    for (const next of [row - step, row + step]) {
      if (next < MARGIN_ROWS || next >= n - MARGIN_ROWS) continue;
      const squares = squaresAt(next);
      if (squares >= least) continue;
      least = squares;
      row = next;
    }
  }
  return at(row);
}

/** The fit with noise estimated anew: what the change explains is noise no longer. */
function settle({ problem, solution }: Pick<Tried, 'problem' | 'solution'>, sigma: Float64Array): Settled {
  const { vector, changes, free } = solution;
  const parameters = free.filter((place) => place < FIRST_STATE);
  return { problem, fit: fitProblem(problem, { vector, changes, parameters, sigma, noiseRounds: 2 }) };
}

function foundChanges(problem: TwinProblem, fit: TwinFit, threshold: number): FoundChange[] {
  const { vector, changes } = fit.solution;
  const { free, covariance } = fit.identification;
  const p = free.length;
  return changes.map(({ row, parameter, valueAt }) => {
    const earlier = changes.filter((other) => other.parameter === parameter && other.row < row);
    const previous = earlier.sort((a, b) => b.row - a.row)[0]?.valueAt ?? parameter;
    const [from, to] = [vector[previous] as number, vector[valueAt] as number];
    const [a, b] = [free.indexOf(previous), free.indexOf(valueAt)];
    const scale = problem.scale[parameter] as number;
    const error =
      a < 0 || b < 0
        ? b < 0
          ? Infinity
          : standardError(problem, fit, valueAt)
        : scale *
          Math.sqrt(
            Math.max(0, cell(covariance, p, [a, a]) + cell(covariance, p, [b, b]) - 2 * cell(covariance, p, [a, b])),
          );
    const [firstRow, lastRow] = timeInterval(
      problem,
      fit,
      changes.findIndex((one) => one.valueAt === valueAt),
    );
    return {
      ...{ parameter, row, firstRow, lastRow, from, to, error, threshold },
      z: Math.abs(to - from) / error,
      alternatives: [],
    };
  });
}

function cell(matrix: Float64Array, p: number, [i, j]: readonly [number, number]): number {
  return matrix[i * p + j] as number;
}

/** Rows around a change's where the sum of squares, all else held, is hardly larger. */
function timeInterval(problem: TwinProblem, { solution, sigma }: TwinFit, k: number): readonly [number, number] {
  const { changes } = solution;
  const own = (changes[k] as TwinChange).row;
  const isAlike = (row: number): boolean => {
    const moved = changes.map((change, i) => (i === k ? { ...change, row } : change));
    return evaluate(problem, { ...solution, changes: moved, sigma }).squares - solution.squares < INTERVAL_SQUARES;
  };
  const reach = (direction: 1 | -1): number => {
    let [inside, step] = [own, 1];
    while (isInside(inside + direction * step, problem.drive.n) && isAlike(inside + direction * step)) {
      inside += direction * step;
      step *= 2;
    }
    for (; step >= 1; step = Math.floor(step / 2)) {
      const row = inside + direction * step;
      if (isInside(row, problem.drive.n) && isAlike(row)) inside = row;
    }
    return inside;
  };
  return [reach(-1), reach(1)];
}

function isInside(row: number, n: number): boolean {
  return row >= 1 && row < n;
}
