import { type Identification, type Unidentified, identify } from './identify.ts';
import { type TwinSolution, evaluate, solve } from './least-squares.ts';
import { channelNoise, effectiveSigma, roughSigma } from './noise.ts';
import type { TwinProblem } from './problem.ts';
import { FIRST_STATE, type TwinChange } from './twin-run.kernel.ts';

/** A fit with all that its errors hang on. */
export interface TwinFit {
  readonly solution: TwinSolution;
  readonly identification: Identification;
  readonly unidentified: readonly Unidentified[];
  /** As the fit took them, correlation included; NaN for channels not measured. */
  readonly sigma: Float64Array;
}

/** Rounds of estimating noise from residuals, and parameters under that noise. */
const NOISE_ROUNDS = 3;

/** Fits every parameter that the telemetry tells, the states at the starts, and the values behind given changes. */
export function fitProblem(
  problem: TwinProblem,
  given: {
    readonly vector?: Float64Array;
    readonly changes?: readonly TwinChange[];
    /** Parameters to estimate, as places; default: all. */
    readonly parameters?: readonly number[];
    readonly sigma?: Float64Array;
    /** How often noise is estimated anew; default 3. */
    readonly noiseRounds?: number;
    /** Noise from differences of neighbours only: what a change not yet found leaves behind is no noise. */
    readonly rough?: boolean;
  } = {},
): TwinFit {
  const { vector = problem.vector, changes = [], noiseRounds = NOISE_ROUNDS, rough = false } = given;
  const asked = given.parameters ?? Array.from({ length: FIRST_STATE }, (_, k) => k);
  const candidates = [...asked, ...problem.states, ...changes.map(({ valueAt }) => valueAt)];
  let solution = evaluate(problem, { vector, changes, free: [], sigma: new Float64Array(16).fill(1) });
  let sigma = given.sigma ?? roughSigma(problem, solution.run);
  const dropped = new Map<number, Unidentified>();
  let identification: Identification | undefined;
  for (let round = 0; round < noiseRounds; round++) {
    const left = candidates.filter((place) => !dropped.has(place));
    identification = identify(problem, { vector: solution.vector, changes, sigma, candidates: left });
    for (const one of identification.unidentified) dropped.set(one.parameter, one);
    const from = solution.vector.slice();
    for (const parameter of dropped.keys()) from[parameter] = problem.vector[parameter] as number;
    solution = solve(problem, { vector: from, changes, free: identification.free, sigma });
    const noise = channelNoise(problem, solution.run, identification.free.length);
    sigma = rough ? roughSigma(problem, solution.run) : effectiveSigma(problem, noise);
  }
  if (rough && identification !== undefined) {
    return {
      solution: { ...solution, free: identification.free },
      identification,
      unidentified: [...dropped.values()],
      sigma,
    };
  }
  const free = candidates.filter((place) => !dropped.has(place));
  const last = identify(problem, { vector: solution.vector, changes, sigma, candidates: free });
  for (const one of last.unidentified) dropped.set(one.parameter, one);
  if (last.unidentified.length > 0) {
    const from = solution.vector.slice();
    for (const parameter of dropped.keys()) from[parameter] = problem.vector[parameter] as number;
    solution = solve(problem, { vector: from, changes, free: last.free, sigma });
  }
  const settled = evaluate(problem, { vector: solution.vector, changes, free: last.free, sigma });
  return { solution: settled, identification: last, unidentified: [...dropped.values()], sigma };
}

/** Standard error of a free place, in its own unit. */
export function standardError(problem: TwinProblem, { identification }: TwinFit, place: number): number {
  const { free, covariance } = identification;
  const k = free.indexOf(place);
  return Math.sqrt(covariance[k * free.length + k] as number) * (problem.scale[place] as number);
}
