import type { DecisionBatch, Rng } from '../../core/index.ts';
import { nothingAllowed } from './kind-rule.ts';

/** Lowest allowed candidate of a row. Throws MISUSE if there is none. */
export function firstAllowed(batch: DecisionBatch, row: number): number {
  const { actionMask, candidateCount, maxCandidates } = batch;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  for (let k = 0; k < count; k++) if (actionMask[base + k] === 1) return k;
  throw nothingAllowed(batch, row);
}

/** Uniform over the allowed candidates. One draw per row, so a row's choice does not shift the draws of later rows. */
export function randomAllowed(batch: DecisionBatch, row: number, rng: Rng): number {
  return nthAllowed(batch, row, rng.int(countAllowed(batch, row)));
}

/** The allowed candidate whose turn it is: number `turn` modulo how many there are. Throws MISUSE if there is none. */
export function allowedInTurn(batch: DecisionBatch, row: number, turn: number): number {
  return nthAllowed(batch, row, turn % countAllowed(batch, row));
}

/** How many candidates are allowed, 1 at least. */
function countAllowed(batch: DecisionBatch, row: number): number {
  const { actionMask, candidateCount, maxCandidates } = batch;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  let allowed = 0;
  for (let k = 0; k < count; k++) allowed += actionMask[base + k]!;
  if (allowed === 0) throw nothingAllowed(batch, row);
  return allowed;
}

function nthAllowed(batch: DecisionBatch, row: number, nth: number): number {
  const { actionMask, candidateCount, maxCandidates } = batch;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  let left = nth;
  for (let k = 0; k < count; k++) {
    if (actionMask[base + k] === 1 && left-- === 0) return k;
  }
  throw nothingAllowed(batch, row);
}

/** Lowest allowed candidate whose flag `column` is 1; -1 if none. */
export function flagged(batch: DecisionBatch, row: number, column: number): number {
  const { actionMask, candidateCount, candidates, candidateStride, maxCandidates } = batch;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  for (let k = 0; k < count; k++) {
    if (actionMask[base + k] === 1 && candidates[(base + k) * candidateStride + column]! > 0.5) return k;
  }
  return -1;
}

/** Allowed candidate with the least finite `column`. Ties to the lowest index; -1 if none is finite. */
export function least(batch: DecisionBatch, row: number, column: number): number {
  return leastWithin(batch, row, column, column, -Infinity, Infinity);
}

/** The same among candidates whose column `by` lies in [from, to]. */
export function leastWithin(
  batch: DecisionBatch,
  row: number,
  column: number,
  by: number,
  from: number,
  to: number,
): number {
  const { actionMask, candidateCount, candidates, candidateStride, maxCandidates } = batch;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  let best = -1;
  let bestCost = Infinity;
  for (let k = 0; k < count; k++) {
    if (actionMask[base + k] !== 1) continue;
    const at = (base + k) * candidateStride;
    const value = candidates[at + by]!;
    const cost = candidates[at + column]!;
    if (value >= from && value <= to && cost < bestCost) {
      bestCost = cost;
      best = k;
    }
  }
  return best;
}

/** Allowed candidate with the least finite sum of the columns `terms`. Ties to the lowest index; -1 if none is finite. */
export function leastSum(batch: DecisionBatch, row: number, terms: Int32Array): number {
  const { actionMask, candidateCount, candidates, candidateStride, maxCandidates } = batch;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  const width = terms.length;
  let best = -1;
  let bestCost = Infinity;
  for (let k = 0; k < count; k++) {
    if (actionMask[base + k] !== 1) continue;
    const at = (base + k) * candidateStride;
    let cost = 0;
    for (let t = 0; t < width; t++) cost += candidates[at + terms[t]!]!;
    if (cost < bestCost) {
      bestCost = cost;
      best = k;
    }
  }
  return best;
}
