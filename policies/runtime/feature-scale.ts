import { DECISION_KINDS, type DecisionSpec, type Feature } from '../../core/index.ts';

/** What a feature can be at all, and what difference in it says nothing. */
export interface FeatureScale {
  /** Least and most value that a world can observe; both are allowed. */
  readonly least: number;
  readonly most: number;
  /** A spread below this is no measure of how much the feature may vary. */
  readonly resolution: number;
}

/**
 * Bounds by unit, wide enough for every scenario that can be written (30 days, 100 TB and 250 TFLOPS of a satellite) with room above, so that
 * only faults lie outside: units mixed up, counters that wrapped, memory that flipped a bit.
 */
const BY_UNIT: Readonly<Record<string, FeatureScale>> = {
  // 32 years; below 0: how long a copy has been stale, a terminal out of sight.
  s: { least: -1e9, most: 1e9, resolution: 1 },
  // 12.5 PB in one piece.
  Mbit: { least: 0, most: 1e11, resolution: 1 },
  // 250 TFLOPS for a month are 6.5e8.
  TFLOP: { least: 0, most: 1e12, resolution: 1 },
  // From absolute zero to beyond what electronics survive; kelvin of a working satellite lie above.
  degC: { least: -273.15, most: 200, resolution: 1 },
  Hz: { least: 0, most: 1e6, resolution: 0.01 },
  logit: { least: -1e6, most: 1e6, resolution: 0.01 },
};
const FLAG: FeatureScale = { least: 0, most: 1, resolution: 0.05 };
/** Sums of bytes leave fractions a rounding below 0, and a store may take what was under way beyond its size. */
const FRACTION: FeatureScale = { least: -1, most: 2, resolution: 0.05 };
const OTHER: FeatureScale = { least: -1e12, most: 1e12, resolution: 0 };

/**
 * The scale of a feature, from its unit; of those without one, `is...` is a flag, `...Frac` a fraction, and anything else a
 * count or an amount. Units that are not known get the bounds of a number that float32 and the network can still hold apart.
 */
export function scaleOfFeature({ name, unit }: Feature): FeatureScale {
  const byUnit = BY_UNIT[unit];
  if (byUnit !== undefined) return byUnit;
  if (unit !== '1') return OTHER;
  if (/^is[A-Z]/.test(name)) return FLAG;
  return name.endsWith('Frac') ? FRACTION : OTHER;
}

/** Bounds of one decision kind's features, in column order; float64. */
export interface KindBounds {
  /** [context] */
  readonly contextLeast: Float64Array;
  readonly contextMost: Float64Array;
  /** [candidate] */
  readonly candidateLeast: Float64Array;
  readonly candidateMost: Float64Array;
}

/**
 * The bounds of every kind of a specification. Names and units mean what they say here in the kinds of the space cloud; other
 * environments may mean something else by them, and get the widest bounds.
 */
export function boundsOf(spec: DecisionSpec): readonly KindBounds[] {
  return spec.kinds.map(({ kind, context, candidate }) => {
    const isOurs = DECISION_KINDS.some((known) => known === kind);
    const column = (features: readonly Feature[], end: 'least' | 'most'): Float64Array =>
      Float64Array.from(features, (feature) => (isOurs ? scaleOfFeature(feature) : OTHER)[end]);
    return {
      contextLeast: column(context, 'least'),
      contextMost: column(context, 'most'),
      candidateLeast: column(candidate, 'least'),
      candidateMost: column(candidate, 'most'),
    };
  });
}
