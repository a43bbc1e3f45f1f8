/**
 * DVB-S2 modes on the efficient frontier: Es/N0 needed, dB, for quasi-error-free reception in white noise, and spectral
 * efficiency, bit per symbol (ETSI EN 302 307-1, table 13, normal frames). Modes that need more power for less rate than
 * another are left out.
 */
const MODCODS: readonly (readonly [esN0Db: number, efficiency: number])[] = [
  [-2.35, 0.490243], // QPSK 1/4
  [-1.24, 0.656448], // QPSK 1/3
  [-0.3, 0.789412], // QPSK 2/5
  [1.0, 0.988858], // QPSK 1/2
  [2.23, 1.188304], // QPSK 3/5
  [3.1, 1.322253], // QPSK 2/3
  [4.03, 1.487473], // QPSK 3/4
  [4.68, 1.587196], // QPSK 4/5
  [5.18, 1.654663], // QPSK 5/6
  [5.5, 1.779991], // 8PSK 3/5
  [6.42, 1.788612], // QPSK 9/10
  [6.62, 1.980636], // 8PSK 2/3
  [7.91, 2.228124], // 8PSK 3/4
  [8.97, 2.637201], // 16APSK 2/3
  [10.21, 2.966728], // 16APSK 3/4
  [11.03, 3.165623], // 16APSK 4/5
  [11.61, 3.300184], // 16APSK 5/6
  [12.73, 3.703295], // 32APSK 3/4
  [13.64, 3.951571], // 32APSK 4/5
  [14.28, 4.11954], // 32APSK 5/6
  [15.69, 4.397854], // 32APSK 8/9
  [16.05, 4.453027], // 32APSK 9/10
];

/** Rate in steps of range: `rateBps[i]` up to `maxRangeKm[i]`, ranges rising, nothing beyond the last. */
export interface RateSteps {
  readonly maxRangeKm: Float64Array;
  readonly rateBps: Float64Array;
}

/**
 * Steps of a link that runs its top mode at `maxRateBps` up to `fullRateRangeKm`. Symbol rate and power are fixed, so the
 * SNR falls with range squared: a mode that needs d dB less reaches 10^(d/20) times as far.
 */
export function rateSteps(maxRateBps: number, fullRateRangeKm: number): RateSteps {
  const [topDb, topEfficiency] = MODCODS[MODCODS.length - 1] as readonly [number, number];
  const falling = [...MODCODS].reverse();
  return {
    maxRangeKm: Float64Array.from(falling, ([esN0Db]) => fullRateRangeKm * 10 ** ((topDb - esN0Db) / 20)),
    rateBps: Float64Array.from(falling, ([, efficiency]) => maxRateBps * (efficiency / topEfficiency)),
  };
}

/** Rate at a range, bit/s; 0 beyond the last step. */
export function rateAtRangeBps(steps: RateSteps, rangeKm: number): number {
  const { maxRangeKm, rateBps } = steps;
  for (let i = 0; i < maxRangeKm.length; i++) {
    if (rangeKm <= (maxRangeKm[i] as number)) return rateBps[i] as number;
  }
  return 0;
}
