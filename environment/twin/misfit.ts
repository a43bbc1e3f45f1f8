import type { ChannelNoise } from './noise.ts';
import { usualNoise } from './plant.ts';
import type { TwinProblem, TwinReference } from './problem.ts';

/** A channel whose residuals are no noise: the twin does not describe what was measured. */
export interface TwinMisfit {
  readonly channel: string;
  /** Standard deviation about the fitted twin, in the unit of the channel. */
  readonly sigma: number;
  /** Noise of a plain sensor of it. */
  readonly usualSigma: number;
  readonly autocorrelation: number;
  /** Parameters that this channel should tell and that were not told. */
  readonly untold: readonly string[];
  /** The above in words. */
  readonly text: string;
}

/** What a channel is the first to tell. */
const TELLS: Readonly<Record<string, readonly string[]>> = {
  arrayW: ['arrayPowerW'],
  loadW: ['busPowerW', 'acceleratorPowerW'],
  batteryWh: ['batteryWh'],
  batteryFrac: ['batteryWh'],
  temperatureC: ['heatCapacityJK', 'radiatorM2'],
  jobsDoneTflop: ['tflopsPerAccelerator'],
};
/** Residuals within so many times the noise of a plain sensor are let pass: coarse steps of a sensor are correlated too. */
const USUAL_TIMES = 2;
/** So many times are too much even for noise without any correlation: 10 % of the array, 4 % of charge, 6 K. */
const MOST_TIMES = 20;
/** Correlation of neighbours above which residuals are no noise. White noise of 30 rows reaches it in 1 of 100 records. */
const MOST_CORRELATION = 0.5;

/**
 * Channels that the fitted twin misses by more than `USUAL_TIMES` the noise of a plain sensor and whose residuals hang together
 * (their mean counts, it is not taken off), or by more than `MOST_TIMES` at all: another unit than the name says, a broken
 * sensor, or what the models lack.
 */
export function findMisfits(
  problem: TwinProblem,
  noise: readonly ChannelNoise[],
  given: { readonly reference: TwinReference; readonly untold: readonly string[] },
): TwinMisfit[] {
  const intervals = problem.drive.dtS.filter((s) => s > 0).sort();
  const usual = usualNoise(given.reference, intervals[intervals.length >> 1] ?? 1);
  return noise.flatMap(({ channel, sigma, autocorrelation, isRounding }) => {
    const usualSigma = usual[channel] ?? Infinity;
    const times = sigma / usualSigma;
    const isSensorLike = times <= USUAL_TIMES || (autocorrelation <= MOST_CORRELATION && times <= MOST_TIMES);
    if (isRounding || isSensorLike) return [];
    const untold = (TELLS[channel] ?? []).filter((parameter) => given.untold.includes(parameter));
    const digits = (value: number): string => String(Number(value.toPrecision(3)));
    const missing = untold.length === 0 ? '' : `, and ${untold.join(', ')} not told`;
    const text = `channel ${channel} does not fit the models: residuals of ${digits(sigma)}, a plain sensor's noise is ${digits(usualSigma)}, correlation of neighbours ${autocorrelation.toFixed(2)}${missing}. Its unit, its sensor or the scenario may be wrong; what is said of its parameters does not hold`;
    return [{ channel, sigma, usualSigma, autocorrelation, untold, text }];
  });
}
