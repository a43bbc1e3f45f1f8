import type { DecisionSpec } from '../../core/index.ts';
import type { Normaliser } from './architecture.ts';
import type { DecisionColumns } from './columns.ts';
import { scaleOfFeature } from './feature-scale.ts';

/** Per decision kind, what an observation is held against: mean and inverse spread of each context feature. */
export interface ObservationScale {
  /** [context] */
  readonly mean: Float64Array;
  readonly inverseSpread: Float64Array;
}

/**
 * The frozen normaliser as `observationScoresInto` reads it. A spread is at least the feature's resolution (`scaleOfFeature`): what varied
 * by a millikelvin in training is not unknown at a kelvin more.
 */
export function observationScales(spec: DecisionSpec, normaliser: Normaliser): readonly ObservationScale[] {
  return normaliser.kinds.map(({ contextMean, contextStd }, k) => ({
    mean: Float64Array.from(contextMean),
    inverseSpread: Float64Array.from(contextStd, (std, i) => {
      const feature = spec.kinds[k]?.context[i];
      return 1 / Math.max(std, feature === undefined ? 0 : scaleOfFeature(feature).resolution);
    }),
  }));
}

/**
 * Writes `out[r]` for rows [0, n): how far the observation lies outside what the policy was trained on, as the largest
 * distance of a context feature from its mean, in spreads; Infinity where a feature is no number. Candidates are left out: they are many, and
 * their spread is the world's, not the satellite's. Allocates nothing.
 */
export function observationScoresInto(
  scales: readonly ObservationScale[],
  batch: DecisionColumns,
  out: Float32Array,
): void {
  const { n, kind, context, contextStride } = batch;
  for (let row = 0; row < n; row++) {
    const { mean, inverseSpread } = scales[kind[row]!]!;
    const at = row * contextStride;
    let most = 0;
    for (let i = 0; i < mean.length; i++) {
      const distance = Math.abs(context[at + i]! - mean[i]!) * inverseSpread[i]!;
      if (!(distance <= most)) most = distance >= 0 ? distance : Infinity;
    }
    out[row] = most;
  }
}
