import type { DecisionColumns } from './columns.ts';
import type { KindBounds } from './feature-scale.ts';

/** Why a row may not be decided; 0 = it may. */
export const ROW_FAULTS = {
  NONE: 0,
  /** A decision kind that the specification does not have. */
  KIND: 1,
  /** More candidates than a row has room for. */
  CANDIDATES: 2,
  /** No existing candidate is allowed. */
  CLOSED: 3,
  /** A feature that is NaN, infinite or outside its bounds. */
  FEATURE: 4,
} as const;

/** The fault of one row, the first in the order of `ROW_FAULTS`. Features of masked candidates count: the critic reads them. */
export function faultOfRow(bounds: readonly KindBounds[], batch: DecisionColumns, row: number): number {
  const kind = batch.kind[row]!;
  if (kind >= bounds.length) return ROW_FAULTS.KIND;
  const { contextStride, candidateStride, maxCandidates, context, candidates, actionMask } = batch;
  const count = batch.candidateCount[row]!;
  if (count > maxCandidates) return ROW_FAULTS.CANDIDATES;
  const first = row * maxCandidates;
  const end = first + count;
  let allowed = 0;
  for (let k = first; k < end; k++) allowed |= actionMask[k]!;
  if (allowed === 0) return ROW_FAULTS.CLOSED;
  const { contextLeast, contextMost, candidateLeast, candidateMost } = bounds[kind]!;
  let inside = true; // no comparison holds for NaN
  const at = row * contextStride;
  for (let i = 0; i < contextLeast.length; i++) {
    const x = context[at + i]!;
    inside = inside && x >= contextLeast[i]! && x <= contextMost[i]!;
  }
  const width = candidateLeast.length;
  for (let k = first; k < end; k++) {
    const from = k * candidateStride;
    for (let i = 0; i < width; i++) {
      const x = candidates[from + i]!;
      inside = inside && x >= candidateLeast[i]! && x <= candidateMost[i]!;
    }
  }
  return inside ? ROW_FAULTS.NONE : ROW_FAULTS.FEATURE;
}

/** Writes the fault of rows [0, n) to `out`; returns how many have one. Allocates nothing. */
export function faultsInto(bounds: readonly KindBounds[], batch: DecisionColumns, out: Uint8Array): number {
  let refused = 0;
  for (let row = 0; row < batch.n; row++) {
    const fault = faultOfRow(bounds, batch, row);
    out[row] = fault;
    if (fault !== 0) refused++;
  }
  return refused;
}

/** First row with a fault, or -1. Allocates nothing. */
export function firstFaultyRow(bounds: readonly KindBounds[], batch: DecisionColumns): number {
  for (let row = 0; row < batch.n; row++) if (faultOfRow(bounds, batch, row) !== 0) return row;
  return -1;
}
