import { StrictMath } from '../../core/index.ts';
import { MODCODS, type Modcod } from './modcod.ts';

/** Rate in steps of range: `rateBps[i]` up to `maxRangeKm[i]`, ranges rising, nothing beyond the last. */
export interface RateSteps {
  readonly maxRangeKm: Float64Array;
  readonly rateBps: Float64Array;
}

/**
 * Steps of a radio link that runs its top mode at `maxRateBps` up to `fullRateRangeKm` under a clear sky. Symbol rate and power
 * are fixed, so the SNR falls with range squared: a mode that needs d dB less reaches 10^(d/20) times as far. `fadeDb` of
 * attenuation beyond the clear sky's (rain, a planned margin) shortens every reach by 10^(fadeDb/20).
 */
export function rateSteps(maxRateBps: number, fullRateRangeKm: number, fadeDb = 0): RateSteps {
  const top = MODCODS[MODCODS.length - 1] as Modcod;
  const falling = [...MODCODS].reverse();
  return {
    maxRangeKm: Float64Array.from(
      falling,
      ({ esN0Db }) => fullRateRangeKm * StrictMath.pow(10, (top.esN0Db - esN0Db - fadeDb) / 20),
    ),
    rateBps: Float64Array.from(
      falling,
      ({ efficiencyBitPerSymbol }) => maxRateBps * (efficiencyBitPerSymbol / top.efficiencyBitPerSymbol),
    ),
  };
}

/**
 * Step of a laser link: one rate up to its greatest range, as terminals with a fixed line rate have (SDA Optical Communications
 * Terminal Standard: a link either closes at its rate or does not). A cloud in the path is a fade of `Infinity`.
 */
export function laserSteps(rateBps: number, maxRangeKm: number): RateSteps {
  return { maxRangeKm: Float64Array.of(maxRangeKm), rateBps: Float64Array.of(rateBps) };
}

/** Rate at a range, bit/s; 0 beyond the last step. */
export function rateAtRangeBps(steps: RateSteps, rangeKm: number): number {
  const { maxRangeKm, rateBps } = steps;
  for (let i = 0; i < maxRangeKm.length; i++) {
    if (rangeKm <= (maxRangeKm[i] as number)) return rateBps[i] as number;
  }
  return 0;
}

/**
 * Rate at a range with `fadeDb` of attenuation beyond the clear sky's, bit/s: that of a range 10^(fadeDb/20) times as long.
 * `fadeDb` of `Infinity` is an outage. Allocates nothing.
 */
export function fadedRateBps(steps: RateSteps, rangeKm: number, fadeDb: number): number {
  return fadeDb === 0
    ? rateAtRangeBps(steps, rangeKm)
    : rateAtRangeBps(steps, rangeKm * StrictMath.pow(10, fadeDb / 20));
}
