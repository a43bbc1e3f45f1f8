import { StrictMath } from '../../core/index.ts';

/** One mode of modulation and coding. */
export interface Modcod {
  readonly name: string;
  /** Energy per symbol over noise density needed for quasi-error-free reception in white noise, dB. */
  readonly esN0Db: number;
  /** Information bits per symbol. */
  readonly efficiencyBitPerSymbol: number;
}

const mode = (name: string, esN0Db: number, efficiencyBitPerSymbol: number): Modcod => ({
  name,
  esN0Db,
  efficiencyBitPerSymbol,
});

/**
 * DVB-S2 modes on the efficient frontier, rising (ETSI EN 302 307-1, table 13, normal frames, no pilots). Modes that need more
 * power for less rate than another are left out.
 */
export const MODCODS: readonly Modcod[] = [
  mode('QPSK 1/4', -2.35, 0.490243),
  mode('QPSK 1/3', -1.24, 0.656448),
  mode('QPSK 2/5', -0.3, 0.789412),
  mode('QPSK 1/2', 1.0, 0.988858),
  mode('QPSK 3/5', 2.23, 1.188304),
  mode('QPSK 2/3', 3.1, 1.322253),
  mode('QPSK 3/4', 4.03, 1.487473),
  mode('QPSK 4/5', 4.68, 1.587196),
  mode('QPSK 5/6', 5.18, 1.654663),
  mode('8PSK 3/5', 5.5, 1.779991),
  mode('QPSK 9/10', 6.42, 1.788612),
  mode('8PSK 2/3', 6.62, 1.980636),
  mode('8PSK 3/4', 7.91, 2.228124),
  mode('16APSK 2/3', 8.97, 2.637201),
  mode('16APSK 3/4', 10.21, 2.966728),
  mode('16APSK 4/5', 11.03, 3.165623),
  mode('16APSK 5/6', 11.61, 3.300184),
  mode('32APSK 3/4', 12.73, 3.703295),
  mode('32APSK 4/5', 13.64, 3.951571),
  mode('32APSK 5/6', 14.28, 4.11954),
  mode('32APSK 8/9', 15.69, 4.397854),
  mode('32APSK 9/10', 16.05, 4.453027),
];

/** The fastest mode that an Es/N0 carries, or undefined when it is too low for any. */
export function bestModcod(esN0Db: number): Modcod | undefined {
  let best: Modcod | undefined;
  for (const candidate of MODCODS) if (candidate.esN0Db <= esN0Db) best = candidate;
  return best;
}

export interface ModcodLink {
  /** Signal over noise in the occupied bandwidth, dB. */
  readonly snrDb: number;
  /** Occupied bandwidth, Hz. */
  readonly bandwidthHz: number;
  /** Excess of the bandwidth over the symbol rate (root-raised-cosine roll-off): 0.35, 0.25 or 0.20 in DVB-S2. */
  readonly rollOffFrac: number;
  /** Kept in hand for implementation loss, rain and error of prediction, dB. */
  readonly marginDb: number;
}

/**
 * Information rate of the fastest mode that the SNR carries with the margin kept, bit/s; 0 when none does.
 *
 * Symbol rate = bandwidth / (1 + roll-off); signal power is that of all symbols, so Es/N0 = SNR x (1 + roll-off).
 */
export function modcodRateBps(link: ModcodLink): number {
  const symbolRateHz = link.bandwidthHz / (1 + link.rollOffFrac);
  const esN0Db = link.snrDb + 10 * StrictMath.log10(1 + link.rollOffFrac);
  return symbolRateHz * (bestModcod(esN0Db - link.marginDb)?.efficiencyBitPerSymbol ?? 0);
}
