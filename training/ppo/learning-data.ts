import type { RolloutBuffer } from '../rollout/buffer.ts';
import { advantagesInto } from './advantage.kernel.ts';
import type { PpoConfig } from './config.ts';
import { meanAndVariance } from './update-metrics.ts';
import type { ValueNormaliser } from './value-normaliser.ts';

/** What the old policy and critic said about every row, and what follows from it; fixed during the epochs. */
export interface LearningData {
  readonly buffer: RolloutBuffer;
  /** [n] reward units. */
  readonly advantage: Float64Array;
  /** [n] the critic's output, normalised units. */
  readonly oldValue: Float32Array;
  /** [n] return, normalised by the statistics that include this iteration. */
  readonly target: Float32Array;
  readonly explainedVariance: number;
  /** [kinds] the same within each decision kind. */
  readonly explainedVarianceOfKind: readonly number[];
  readonly returnMean: number;
  readonly returnStd: number;
}

/**
 * Advantages and returns from the critic's outputs [n + finals] (normalised units). The statistics of the iterations
 * before denormalise the values; then they take in this iteration's returns and normalise the targets.
 */
export function learningData(
  buffer: RolloutBuffer,
  outputs: Float32Array,
  normaliser: ValueNormaliser,
  config: PpoConfig,
): LearningData {
  const { n, kind } = buffer;
  const values = new Float64Array(n + buffer.finals);
  for (let row = 0; row < values.length; row++) {
    const k = kind[row] as number;
    values[row] = normaliser.mean(k) + normaliser.deviation(k) * (outputs[row] as number);
  }
  const advantage = new Float64Array(n);
  advantagesInto(buffer, values, config, advantage);

  const returns = new Float64Array(n);
  for (let row = 0; row < n; row++) returns[row] = (advantage[row] as number) + (values[row] as number);
  const kinds = normaliser.state.length / 3;
  for (let k = 0; k < kinds; k++) {
    normaliser.update(
      k,
      returns.filter((_, row) => kind[row] === k),
    );
  }
  const means = Array.from({ length: kinds }, (_, k) => normaliser.mean(k));
  const deviations = Array.from({ length: kinds }, (_, k) => normaliser.deviation(k));
  const target = new Float32Array(n);
  for (let row = 0; row < n; row++) {
    const k = kind[row] as number;
    target[row] = ((returns[row] as number) - (means[k] as number)) / (deviations[k] as number);
  }

  const all = meanAndVariance(returns);
  return {
    buffer,
    advantage,
    oldValue: outputs.slice(0, n),
    target,
    explainedVariance: explainedVariance(returns, advantage),
    explainedVarianceOfKind: Array.from({ length: kinds }, (_, k) =>
      explainedVariance(
        returns.filter((_, row) => kind[row] === k),
        advantage.filter((_, row) => kind[row] === k),
      ),
    ),
    returnMean: all.mean,
    returnStd: Math.sqrt(all.variance),
  };
}

/** 1 - Var(R - V) / Var(R); 0 where returns do not vary. */
function explainedVariance(returns: Float64Array, advantage: Float64Array): number {
  const { variance } = meanAndVariance(returns);
  return variance > 0 ? 1 - meanAndVariance(advantage).variance / variance : 0;
}

/** Below this many rows of a kind, their own mean and deviation say too little. */
export const FEWEST_ROWS_TO_NORMALISE = 16;

/**
 * Advantages of the given rows (one decision kind), (A - mean) / (population std + 1e-8). With fewer than
 * `FEWEST_ROWS_TO_NORMALISE` rows, or when normalisation is off, they are divided by `returnDeviation`, the kind's
 * running return deviation, so that the unit of reward never matters.
 */
export function scaledAdvantages(
  advantage: Float64Array,
  rows: Int32Array,
  normalise: boolean,
  returnDeviation: number,
): Float32Array {
  // Plain loops: `from` with a function costs ten times as much per row.
  const chosen = new Float64Array(rows.length);
  for (let b = 0; b < rows.length; b++) chosen[b] = advantage[rows[b] as number] as number;
  const scaled = new Float32Array(rows.length);
  if (!normalise || chosen.length < FEWEST_ROWS_TO_NORMALISE) {
    for (let b = 0; b < scaled.length; b++) scaled[b] = (chosen[b] as number) / returnDeviation;
    return scaled;
  }
  const { mean, variance } = meanAndVariance(chosen);
  const divisor = Math.sqrt(variance) + 1e-8;
  for (let b = 0; b < scaled.length; b++) scaled[b] = ((chosen[b] as number) - mean) / divisor;
  return scaled;
}
