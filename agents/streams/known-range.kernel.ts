import type { DecisionBatch } from '../../core/index.ts';
import type { Normaliser } from '../../policies/index.ts';

/** Per decision kind: the range of each context feature a policy knows, `mean - limit * std` to `mean + limit * std`. */
export interface KnownRange {
  /** [context] */
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** The ranges within `limit` training standard deviations; a feature that never varied in training has a range of one value. */
export function knownRanges(normaliser: Normaliser, limit: number): readonly KnownRange[] {
  return normaliser.kinds.map(({ contextMean, contextStd }) => ({
    low: Float64Array.from(contextMean, (mean, i) => mean - limit * contextStd[i]!),
    high: Float64Array.from(contextMean, (mean, i) => mean + limit * contextStd[i]!),
  }));
}

/** Whether every context feature of the row lies in its known range; NaN does not. */
export function isKnown(batch: DecisionBatch, row: number, ranges: readonly KnownRange[]): boolean {
  const { low, high } = ranges[batch.kind[row]!]!;
  const { context } = batch;
  const at = row * batch.contextStride;
  for (let i = 0; i < low.length; i++) {
    const value = context[at + i]!;
    if (!(value >= low[i]! && value <= high[i]!)) return false;
  }
  return true;
}
