import { ratioOfDb } from './link-budget.ts';

/** Above this argument the continued fraction of erfc converges fast; below it the series of erf does. */
const SERIES_LIMIT = 2;
const SERIES_TERMS = 60;
const FRACTION_TERMS = 120;

/**
 * Complementary error function for x >= 0, relative error below 1e-12 (test/authorities/link-budget.test.ts).
 *
 * Series and continued fraction: Abramowitz & Stegun 7.1.6 and 7.1.14.
 */
export function erfc(x: number): number {
  const density = Math.exp(-x * x) / Math.sqrt(Math.PI);
  if (x < SERIES_LIMIT) {
    let term = x;
    let sum = x;
    for (let n = 1; n < SERIES_TERMS; n++) {
      term *= (2 * x * x) / (2 * n + 1);
      sum += term;
    }
    return 1 - 2 * density * sum;
  }
  let tail = x;
  for (let n = FRACTION_TERMS; n >= 1; n--) tail = x + n / 2 / tail;
  return density / tail;
}

/** Bit error rate of coherent BPSK, and of Gray-coded QPSK, without coding: Q(sqrt(2 Eb/N0)) (Proakis, sec. 4.3). */
export function bitErrorRate(ebN0Db: number): number {
  return erfc(Math.sqrt(ratioOfDb(ebN0Db))) / 2;
}

/** Share of packets of `packetBits` with at least one of their independent bit errors: 1 - (1 - BER)^bits. */
export function packetErrorRate(bitErrorRateFrac: number, packetBits: number): number {
  return -Math.expm1(packetBits * Math.log1p(-bitErrorRateFrac));
}

/** Mean number of times a packet is sent when it is given up after `maxAttempts`: (1 - p^N) / (1 - p). */
export function meanAttempts(packetErrorRateFrac: number, maxAttempts: number): number {
  if (packetErrorRateFrac === 1) return maxAttempts;
  return (1 - packetErrorRateFrac ** maxAttempts) / (1 - packetErrorRateFrac);
}

export interface RetriedLink {
  readonly rateBps: number;
  readonly packetErrorRateFrac: number;
  readonly maxAttempts: number;
}

/** Rates at which packets leave the sender's buffer, and arrive intact, when each is repeated up to `maxAttempts` times, bit/s. */
export function retriedRates(link: RetriedLink): { readonly removedBps: number; readonly deliveredBps: number } {
  const { rateBps, packetErrorRateFrac, maxAttempts } = link;
  const removedBps = rateBps / meanAttempts(packetErrorRateFrac, maxAttempts);
  return { removedBps, deliveredBps: removedBps * (1 - packetErrorRateFrac ** maxAttempts) };
}
