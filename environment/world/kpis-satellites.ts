import { OBSERVATION } from '../../core/index.ts';
import type { WorldState } from './state.ts';

const S_PER_H = 3600;
const S_PER_DAY = 86_400;

/**
 * What the satellites did with their compute and their batteries. Rates count on the time in which tasks arrive, which is the
 * same for every policy, or on the ticks that the run has taken.
 * - `usefulTflopH`: FP32 work of tasks delivered in time, wherever it was done, in TFLOPS x h (3,600 x 10^12 operations) per
 *   satellite and hour of arrivals. Per revolution: times its period in hours.
 * - `productsPerDay`: products of observations delivered per day of arrivals.
 * - `throttledFrac`: share of satellite time in thermal mode *throttled*.
 * - `darkComputeFrac`: share of the satellites' computing, by its energy, that was done in eclipse (penumbra counts in part).
 * - `deepestDischargeFrac`: deepest discharge of any battery at the end of any tick, share of its capacity.
 * - `hottestC`: highest temperature of any satellite at the end of any tick.
 * - `batteryCycles`: equivalent full cycles per day and satellite: energy drawn from the battery over its capacity. Only runs
 *   of whole revolutions tell a battery's life.
 */
export function satelliteKpis(w: WorldState): Record<string, number> {
  const { usage, statistics, power, clock, model } = w;
  const { scenario, satelliteCount } = model;
  const ticks = clock.tick - Math.round(clock.startS / scenario.tickS);
  const arrivalsS = Math.min(clock.arrivalsUntilS, clock.timeS) - clock.startS;
  let drawnJ = 0;
  for (const joules of power.drawnJ) drawnJ += joules;
  const cycles = drawnJ / (scenario.satellite.batteryWh * S_PER_H * satelliteCount);
  const made = statistics.created[OBSERVATION] === 0 ? undefined : (statistics.delivered[OBSERVATION] as number);
  return {
    ...(made === undefined ? {} : { productsPerDay: (made * S_PER_DAY) / arrivalsS }),
    usefulTflopH: usage.usefulTflop / S_PER_H / satelliteCount / (arrivalsS / S_PER_H),
    throttledFrac: usage.throttledTicks / (satelliteCount * ticks),
    darkComputeFrac: usage.darkComputeJ / statistics.computeJ,
    deepestDischargeFrac: 1 - usage.leastChargeFrac,
    hottestC: usage.hottestC === -Infinity ? NaN : usage.hottestC,
    batteryCycles: cycles / ((ticks * scenario.tickS) / S_PER_DAY),
  };
}
