import { StrictMath } from '../../core/index.ts';
import { type Tried, atBestTime, bestCandidates, fitWithChange } from './change-fit.ts';
import { moveSame } from './change-scan.kernel.ts';
import { ChangeTime, MARGIN_ROWS } from './change-time.ts';
import { type TwinFit, fitProblem, standardError } from './fit.ts';
import { type TwinSolution, evaluate, solve } from './least-squares.ts';
import { CHANGING_KEYS, TWIN_PARAMETER_KEYS } from './parameters.ts';
import type { TwinProblem } from './problem.ts';
import { FIRST_STATE } from './twin-run.kernel.ts';

/** A parameter that changed within the record. */
export interface FoundChange {
  /** Place in the parameter vector. */
  readonly parameter: number;
  readonly row: number;
  /** Rows of the 95 % interval of the time (`ChangeTime`). */
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

/** Places of the parameters that a change may be laid to. */
const CHANGING: ReadonlySet<number> = new Set(CHANGING_KEYS.map((key) => TWIN_PARAMETER_KEYS.indexOf(key)));
const RADIATOR = TWIN_PARAMETER_KEYS.indexOf('radiatorM2');
const SINK = TWIN_PARAMETER_KEYS.indexOf('sinkK');
const MOST_CHANGES = 4;
/** Hypotheses of a scan that are fitted in full. */
const FINALISTS = 3;
/** Those that explain less than so much of what the best explains, to first order, are not. */
const CLOSE_FRAC = 0.5;
/** Sum of squares per value from which a fit is taken for far off. */
const FAR_OFF = 1.2;
/** Hypotheses whose sums of squares differ by less are not told apart (a likelihood ratio of 150). */
const ALIKE = 10;

/**
 * Looks for changes of parameters within the record, one after another, and fits them with all else. A change is believed when
 * |size| over its standard error exceeds a threshold that noise without any change passes in at most `falseAlarmFrac` of
 * records: the sum over every parameter and every row at which it might have changed (Bonferroni), so rather too strict.
 *
 * A fit without the change may lie far off, and a first-order scan from there points anywhere. So every hypothesis, a step of
 * one parameter at one row, is fitted in full, from several starts, and the least sum of squares decides: hypotheses have the
 * same number of free places, so any information criterion ranks them alike.
 */
export function findChanges(start: TwinProblem, first: TwinFit, falseAlarmFrac: number): DriftResult {
  let state: DriftResult = { problem: start, fit: first, changes: [] };
  const alternativesOf = new Map<number, readonly number[]>();
  for (let round = 0; round < MOST_CHANGES; round++) {
    const { problem, fit } = state;
    const parameters = [...CHANGING];
    const hypotheses = parameters.length * Math.max(1, problem.drive.n - 2 * MARGIN_ROWS);
    const threshold = twoSidedThreshold(falseAlarmFrac / hypotheses);
    const starts =
      round === 0 && isFarOff(problem, fit.solution) ? [fit.solution, ...otherStarts(problem, fit)] : [fit.solution];
    const tried = new Map<number, Tried>();
    for (const solution of starts) {
      const candidates = bestCandidates(problem, solution, { sigma: fit.sigma, parameters })
        .filter(({ gain }, _, [most]) => gain > 0.2 * threshold * threshold && gain > CLOSE_FRAC * (most?.gain ?? 0))
        .slice(0, FINALISTS);
      for (const candidate of candidates) {
        const one = atBestTime(fitWithChange(problem, solution, { candidate, sigma: fit.sigma }), fit.sigma);
        const before = tried.get(candidate.parameter);
        if (before === undefined || one.solution.squares < before.solution.squares) tried.set(candidate.parameter, one);
      }
    }
    const ranked = [...tried.values()].sort((a, b) => a.solution.squares - b.solution.squares);
    const [best] = ranked;
    if (best === undefined) break;
    const alternatives = ranked
      .slice(1)
      .filter(({ solution }) => solution.squares - best.solution.squares < ALIKE)
      .filter(({ candidate }) => moveSame(candidate.parameter, best.candidate.parameter))
      .map(({ candidate }) => candidate.parameter);
    if (best.candidate.parameter === RADIATOR && maySurroundings(problem, best, fit.sigma)) alternatives.push(SINK);
    const next = prune(start, settle(best, fit.sigma, true), { threshold, rough: true });
    if (next.changes.length <= state.changes.length) break;
    alternativesOf.set(best.candidate.parameter, alternatives);
    state = next;
  }
  if (state.changes.length > 0) {
    const [weakest] = [...state.changes].sort((a, b) => a.threshold - b.threshold);
    const { threshold } = weakest as FoundChange;
    state = prune(start, settle({ problem: state.problem, solution: state.fit.solution }, state.fit.sigma, false), {
      threshold,
      rough: false,
    });
  }
  // What the first fit did not tell was not asked for again; it is missing all the same.
  const told = new Set(state.fit.identification.free);
  const named = new Set(state.fit.unidentified.map(({ parameter }) => parameter));
  const others = first.unidentified.filter(({ parameter }) => !told.has(parameter) && !named.has(parameter));
  const changes = state.changes.map((change) => ({
    ...change,
    alternatives: alternativesOf.get(change.parameter) ?? [],
  }));
  return { ...state, changes, fit: { ...state.fit, unidentified: [...state.fit.unidentified, ...others] } };
}

/**
 * Whether a step of the surroundings explains the data as well as one of the radiator. It is no part and never reported itself,
 * but whoever reads of a radiator should know.
 */
function maySurroundings(problem: TwinProblem, { solution }: Tried, sigma: Float64Array): boolean {
  const vector = solution.vector.slice(0, -1);
  const start = evaluate(problem, {
    ...{ vector, sigma },
    changes: solution.changes.slice(0, -1),
    free: solution.free.slice(0, -1),
  });
  const [candidate] = bestCandidates(problem, start, { sigma, parameters: [SINK] });
  if (candidate === undefined || candidate.gain <= 0) return false;
  const other = atBestTime(fitWithChange(problem, start, { candidate, sigma }), sigma);
  return other.solution.squares - solution.squares < ALIKE;
}

/** More is left than the noise that neighbouring rows show: the fit without a change explains little. */
function isFarOff({ measured }: TwinProblem, solution: TwinSolution): boolean {
  const values = measured.reduce((count, value) => count + (Number.isNaN(value) ? 0 : 1), 0);
  return solution.squares > FAR_OFF * values;
}

/** Beside the fit of the whole record: the reference itself, and fits of either half, one of which may know no change. */
function otherStarts(problem: TwinProblem, { solution, sigma, identification }: TwinFit): TwinSolution[] {
  const { n } = problem.drive;
  const { changes } = solution;
  const { free } = identification;
  const from = (parameters: Float64Array): TwinSolution => {
    const vector = parameters.slice();
    for (const { parameter, valueAt } of changes) {
      // As large as it was found.
      const step = (solution.vector[valueAt] as number) - (solution.vector[parameter] as number);
      vector[valueAt] = (vector[parameter] as number) + step;
    }
    return evaluate(problem, { vector, changes, free, sigma });
  };
  const halves = [0, 1].map((half) => {
    const measured = problem.measured.map((value, i) => (i % n < n / 2 === (half === 0) ? value : NaN));
    return fitProblem({ ...problem, measured }, { rough: true, noiseRounds: 1 }).solution.vector;
  });
  return [problem.vector, ...halves].map(from);
}

/** Takes out changes that are no longer believed beside the others, the least one first, and fits what is left. */
function prune(
  start: TwinProblem,
  settled: Settled,
  { threshold, rough }: { readonly threshold: number; readonly rough: boolean },
): DriftResult {
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
      const time = new ChangeTime(problem, solution, { k, sigma });
      solution = solve(problem, { vector: solution.vector, changes: time.movedTo(time.best()), free, sigma });
    }
    ({ problem, fit } = settle({ problem, solution }, sigma, rough));
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

/**
 * The fit with noise estimated anew: what the change explains is noise no longer. `rough`, while changes are looked for: noise
 * from differences of neighbours, since residuals hold what changes not yet found leave behind.
 */
function settle(
  { problem, solution }: Pick<Tried, 'problem' | 'solution'>,
  sigma: Float64Array,
  rough: boolean,
): Settled {
  const { vector, changes, free } = solution;
  const parameters = free.filter((place) => place < FIRST_STATE);
  return { problem, fit: fitProblem(problem, { vector, changes, parameters, sigma, noiseRounds: 2, rough }) };
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
    const k = changes.findIndex((one) => one.valueAt === valueAt);
    const time = new ChangeTime(problem, fit.solution, { k, sigma: fit.sigma });
    const z = Math.abs(to - from) / error;
    const [firstRow, lastRow] = z > threshold ? time.interval(row) : [row, row];
    const averaged = time.averaged([firstRow, lastRow], row);
    return {
      ...{ parameter, row, firstRow, lastRow, from: averaged.from, to: averaged.to, threshold, z },
      error: Math.sqrt(error * error + averaged.spread * averaged.spread),
      alternatives: [],
    };
  });
}

function cell(matrix: Float64Array, p: number, [i, j]: readonly [number, number]): number {
  return matrix[i * p + j] as number;
}
