import type { DecisionSpec } from '../../core/index.ts';
import type { DecisionColumns } from './columns.ts';

/** No row of the batch is at fault. */
export const NO_ROW = -1;

/** First row in which no existing candidate is allowed, or `NO_ROW`. */
export function firstRowWithoutChoice(batch: DecisionColumns): number {
  const { n, maxCandidates, candidateCount, actionMask } = batch;
  for (let row = 0; row < n; row++) {
    const end = row * maxCandidates + candidateCount[row]!;
    let allowed = 0;
    for (let k = row * maxCandidates; k < end; k++) allowed |= actionMask[k]!;
    if (allowed === 0) return row;
  }
  return NO_ROW;
}

/** First row with a NaN or infinite feature among those that carry meaning, or `NO_ROW`. */
export function firstRowNotFinite(spec: DecisionSpec, batch: DecisionColumns): number {
  const { n, contextStride, candidateStride, maxCandidates, candidateCount, context, candidates } = batch;
  for (let row = 0; row < n; row++) {
    const kind = spec.kinds[batch.kind[row]!]!;
    const contextEnd = row * contextStride + kind.context.length;
    const width = kind.candidate.length;
    let fault = 0; // x - x is 0 for finite x, NaN otherwise
    for (let i = row * contextStride; i < contextEnd; i++) fault += context[i]! - context[i]!;
    const first = row * maxCandidates;
    for (let k = first; k < first + candidateCount[row]!; k++) {
      const from = k * candidateStride;
      for (let i = from; i < from + width; i++) fault += candidates[i]! - candidates[i]!;
    }
    if (fault !== 0) return row;
  }
  return NO_ROW;
}
