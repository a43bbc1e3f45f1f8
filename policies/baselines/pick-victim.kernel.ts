import type { DecisionBatch } from '../../core/index.ts';

interface WantedColumns {
  readonly isAdmit: number;
  readonly isBypass: number;
  readonly rateHz: number;
  readonly sizeMbit: number;
  /** Objects of this size count as wanted twice as much as their rate says, smaller ones more, Mbit; 0 = by the rate alone. */
  readonly smallMbit: number;
  /** Flag of the entries that count; -1 = all. */
  readonly only: number;
}

/** The candidate that admits, if there is room; else what is wanted least, of equals the object that passes; -1 if none. */
export function leastWanted(batch: DecisionBatch, row: number, columns: WantedColumns): number {
  const { isAdmit, isBypass, rateHz, sizeMbit, smallMbit, only } = columns;
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
    const wanted = candidates[at + rateHz]! * (smallMbit === 0 ? 1 : 1 + smallMbit / candidates[at + sizeMbit]!);
    if (!counts || !(wanted < least)) continue;
    least = wanted;
    best = k;
  }
  return best;
}
