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

  const returns = Float64Array.from(advantage, (a, row) => a + (values[row] as number));
  const kinds = normaliser.state.length / 3;
  for (let k = 0; k < kinds; k++) {
    normaliser.update(
      k,
      returns.filter((_, row) => kind[row] === k),
    );
  }
  const target = Float32Array.from(returns, (value, row) => {
    const k = kind[row] as number;
    return (value - normaliser.mean(k)) / normaliser.deviation(k);
  });

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
  const chosen = Float64Array.from(rows, (row) => advantage[row] as number);
  if (!normalise || chosen.length < FEWEST_ROWS_TO_NORMALISE) {
    return Float32Array.from(chosen, (a) => a / returnDeviation);
  }
  const { mean, variance } = meanAndVariance(chosen);
  const divisor = Math.sqrt(variance) + 1e-8;
  return Float32Array.from(chosen, (a) => (a - mean) / divisor);
}
