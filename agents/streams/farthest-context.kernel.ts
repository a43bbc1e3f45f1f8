import type { DecisionBatch } from '../../core/index.ts';
import type { Normaliser } from '../../policies/index.ts';

/**
 * Largest distance of a context feature of `row` from its training mean, in training standard deviations; Infinity if a
 * feature is not a number.
 */
export function farthestContext(batch: DecisionBatch, row: number, normaliser: Normaliser): number {
  const { contextMean, contextStd } = normaliser.kinds[batch.kind[row]!]!;
  const { context } = batch;
  const at = row * batch.contextStride;
  let farthest = 0;
  for (let i = 0; i < contextMean.length; i++) {
    const distance = Math.abs((context[at + i]! - contextMean[i]!) / contextStd[i]!);
    // 0 / 0: a feature that never varied in training, at its only value.
    if (distance > farthest) farthest = distance;
    else if (distance !== distance && context[at + i] !== contextMean[i]) return Infinity;
  }
  return farthest;
}
