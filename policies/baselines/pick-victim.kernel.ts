import type { DecisionBatch } from '../../core/index.ts';

interface WantedColumns {
  readonly isAdmit: number;
  readonly isBypass: number;
  readonly rateHz: number;
  /** Flag of the entries that count; -1 = all. */
  readonly only: number;
}

/** The candidate that admits, if there is room; else what is asked for least often, of equals the object that passes; -1 if none. */
export function leastWanted(batch: DecisionBatch, row: number, columns: WantedColumns): number {
  const { isAdmit, isBypass, rateHz, only } = columns;
  const { actionMask, candidateCount, candidates, candidateStride, maxCandidates } = batch;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  let best = -1;
  let least = Infinity;
  for (let k = 0; k < count; k++) {
    if (actionMask[base + k] !== 1) continue;
    const at = (base + k) * candidateStride;
    if (candidates[at + isAdmit]! > 0.5) return k;
    const counts = only < 0 || candidates[at + only]! > 0.5 || candidates[at + isBypass]! > 0.5;
    if (!counts || !(candidates[at + rateHz]! < least)) continue;
    least = candidates[at + rateHz]!;
    best = k;
  }
  return best;
}
