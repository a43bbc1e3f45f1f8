import type { TwinProblem } from './problem.ts';
import { CHANNELS, type TwinRun } from './twin-run.kernel.ts';

/** What is left of a channel when the prediction is taken away. */
export interface ChannelNoise {
  readonly channel: string;
  readonly count: number;
  readonly mean: number;
  /** Standard deviation. */
  readonly sigma: number;
  /** Correlation of neighbouring rows. */
  readonly autocorrelation: number;
  /** Nothing is left but rounding: `sigma` is the least that is believed. */
  readonly isRounding: boolean;
}

/** Noise smaller than the rounding of what is measured is not believed, relative to the channel's largest value. */
const LEAST_RELATIVE = 1e-11;
/** Correlation above which a standard error has no meaning any more. */
const MOST_CORRELATION = 0.98;

/**
 * Noise of each channel from differences of neighbouring residuals (median absolute value, over sqrt(2) for the two of them):
 * what changes slowly, such as the mark of a wrong parameter, hardly enters. [CHANNELS.length], NaN for channels not measured.
 */
export function roughSigma(problem: TwinProblem, run: TwinRun): Float64Array {
  const { n } = run;
  const sigma = new Float64Array(CHANNELS.length).fill(NaN);
  for (const c of problem.channels) {
    const residual = residualOf(problem, run, c);
    const jumps: number[] = [];
    for (let i = 1; i < n; i++) {
      const jump = Math.abs((residual[i] as number) - (residual[i - 1] as number));
      if (!Number.isNaN(jump)) jumps.push(jump);
    }
    jumps.sort((a, b) => a - b);
    const median = jumps[Math.floor(jumps.length / 2)] ?? 0;
    const rms = Math.sqrt(jumps.reduce((sum, jump) => sum + jump * jump, 0) / Math.max(1, jumps.length));
    // A coarse sensor repeats itself: most differences are 0.
    const spread = median > 0 ? median / 0.6745 : rms;
    sigma[c] = Math.max(spread / Math.SQRT2, floorOf(problem, c));
  }
  return sigma;
}

/** The noise of each measured channel about a prediction, `free` estimated numbers taken off in equal parts. */
export function channelNoise(problem: TwinProblem, run: TwinRun, free: number): ChannelNoise[] {
  return problem.channels.map((c) => {
    const residual = residualOf(problem, run, c);
    let count = 0;
    let sum = 0;
    let squares = 0;
    let products = 0;
    for (let i = 0; i < residual.length; i++) {
      const value = residual[i] as number;
      if (Number.isNaN(value)) continue;
      count++;
      sum += value;
      squares += value * value;
      const before = residual[i - 1];
      if (before !== undefined && !Number.isNaN(before)) products += value * before;
    }
    const degrees = Math.max(1, count - free / problem.channels.length);
    const own = Math.sqrt(squares / degrees);
    const least = floorOf(problem, c);
    return {
      channel: CHANNELS[c] as string,
      count,
      mean: sum / count,
      sigma: Math.max(own, least),
      autocorrelation: squares === 0 ? 0 : products / squares,
      isRounding: own <= least,
    };
  });
}

/**
 * Standard deviations as a fit should take them: neighbouring residuals that are alike (correlation r, taken as one that
 * falls off as r^k) say less than independent ones, as if their variance were (1 + r) / (1 - r) times as large.
 */
export function effectiveSigma(problem: TwinProblem, noise: readonly ChannelNoise[]): Float64Array {
  const sigma = new Float64Array(CHANNELS.length).fill(NaN);
  problem.channels.forEach((c, k) => {
    const { sigma: own, autocorrelation, count } = noise[k] as ChannelNoise;
    // Below what independent noise shows by chance there is nothing to correct.
    const r = autocorrelation > 3 / Math.sqrt(count) ? Math.min(autocorrelation, MOST_CORRELATION) : 0;
    sigma[c] = own * Math.sqrt((1 + r) / (1 - r));
  });
  return sigma;
}

/** Measured less predicted, in the unit of the channel; NaN where nothing was measured. */
export function residualOf(problem: TwinProblem, run: TwinRun, channel: number): Float64Array {
  const { n } = run;
  const residual = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    residual[i] = (problem.measured[channel * n + i] as number) - (run.predicted[channel * n + i] as number);
  }
  return residual;
}

function floorOf(problem: TwinProblem, channel: number): number {
  const { n } = problem.drive;
  let largest = 0;
  for (let i = channel * n; i < (channel + 1) * n; i++) {
    const value = Math.abs(problem.measured[i] as number);
    if (value > largest) largest = value;
  }
  return Math.max(largest, 1e-6) * LEAST_RELATIVE;
}
