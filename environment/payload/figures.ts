import { PROFILE_STRATA, type PayloadProfile, type ProfileStratum } from './profile.ts';

/** A measured figure with its 95 % interval. */
export interface MeasuredFigure {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** What follows from the counts of a profile, at its prevalence of targets. */
export interface ProfileFigures {
  /** Share of scenes with a product. */
  readonly selectionFrac: MeasuredFigure;
  /** Raw bytes / bytes sent down, notes included. */
  readonly reduction: MeasuredFigure;
  /** Share of product bytes that show no target. */
  readonly falseAlertFrac: MeasuredFigure;
  /** Share of targets in sight without a detection. */
  readonly missedShipFrac: MeasuredFigure;
  readonly missedFireFrac: MeasuredFigure;
}

/** 97.5 % point of the normal distribution. */
const Z = 1.959964;

/**
 * The figures of a profile. Strata are weighted by the prevalence (post-stratification), so targets may be far more frequent
 * in the scenes that were run than where the satellite flies. Intervals: Wilson (1927) for shares of counts, normal for
 * weighted means, the delta method for ratios of them (Cochran 1977, chapters 5 and 6).
 */
export function profileFigures(profile: PayloadProfile): ProfileFigures {
  const { scenes, targets } = profile;
  const raw = scenes.pixels * scenes.bands * scenes.sampleBytes;
  const strata = weightedStrata(profile);
  const product = weightedMean(
    strata.map(({ weight, of }) => ({ weight, n: of.scenes, sum: of.bytes, squares: of.bytesSquared })),
  );
  const selection = weightedMean(
    strata.map(({ weight, of }) => ({ weight, n: of.scenes, sum: of.products, squares: of.products })),
  );
  const sent = product.mean + scenes.noteBytes;
  const spread = Z * product.error;
  return {
    selectionFrac: {
      value: selection.mean,
      low: Math.max(0, selection.mean - Z * selection.error),
      high: Math.min(1, selection.mean + Z * selection.error),
    },
    reduction: {
      value: raw / sent,
      low: raw / (sent + spread),
      high: raw / Math.max(scenes.noteBytes, sent - spread),
    },
    falseAlertFrac: falseAlerts(strata, product.mean),
    missedShipFrac: missed(targets.ship),
    missedFireFrac: missed(targets.fire),
  };
}

interface WeightedStratum {
  readonly weight: number;
  readonly of: PayloadProfile['strata'][ProfileStratum];
}

function weightedStrata({ prevalence, strata }: PayloadProfile): WeightedStratum[] {
  const { ship, fire } = prevalence;
  const weights = { none: Math.max(0, 1 - ship - fire), ship, fire };
  return PROFILE_STRATA.map((name) => ({ weight: weights[name], of: strata[name] }));
}

interface WeightedSum {
  readonly weight: number;
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

function weightedMean(parts: readonly WeightedSum[]): { readonly mean: number; readonly error: number } {
  let mean = 0;
  let variance = 0;
  for (const { weight, n, sum, squares } of parts) {
    if (n === 0) continue;
    mean += (weight * sum) / n;
    variance += (weight ** 2 * covariance({ n, a: sum, b: sum, ab: squares })) / n;
  }
  return { mean, error: Math.sqrt(variance) };
}

/** Of two quantities of n scenes, from their sums and the sum of their products. */
function covariance({ n, a, b, ab }: { n: number; a: number; b: number; ab: number }): number {
  return n < 2 ? 0 : Math.max(0, ab - (a * b) / n) / (n - 1);
}

function falseAlerts(strata: readonly WeightedStratum[], meanBytes: number): MeasuredFigure {
  if (meanBytes === 0) return { value: 0, low: 0, high: 0 };
  let falseMean = 0;
  for (const { weight, of } of strata) if (of.scenes > 0) falseMean += (weight * of.falseBytes) / of.scenes;
  const ratio = falseMean / meanBytes;
  let variance = 0;
  for (const { weight, of } of strata) {
    const { scenes: n, bytes, falseBytes } = of;
    if (n < 2) continue;
    // Sum of (false - ratio bytes)^2, whose mean is not 0 within a stratum.
    const squares = of.falseBytesSquared - 2 * ratio * of.falseTimesBytes + ratio ** 2 * of.bytesSquared;
    const sum = falseBytes - ratio * bytes;
    variance += (weight ** 2 * Math.max(0, squares - sum ** 2 / n)) / (n - 1) / n;
  }
  const spread = (Z * Math.sqrt(variance)) / meanBytes;
  return { value: ratio, low: Math.max(0, ratio - spread), high: Math.min(1, ratio + spread) };
}

function missed({ inSight, found }: { readonly inSight: number; readonly found: number }): MeasuredFigure {
  return wilson(inSight - found, inSight);
}

/** A share of counts with its interval (Wilson 1927); 0 to 1 where nothing was counted. */
export function wilson(hits: number, n: number): MeasuredFigure {
  if (n === 0) return { value: 0, low: 0, high: 1 };
  const value = hits / n;
  const divisor = 1 + Z ** 2 / n;
  const centre = (value + Z ** 2 / (2 * n)) / divisor;
  const spread = (Z / divisor) * Math.sqrt((value * (1 - value)) / n + Z ** 2 / (4 * n ** 2));
  return { value, low: Math.max(0, centre - spread), high: Math.min(1, centre + spread) };
}
