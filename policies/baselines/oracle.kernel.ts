import type { DecisionBatch, OracleView } from '../../core/index.ts';
import { truthMissing } from './kind-rule.ts';

const BITS_PER_MBIT = 1e6;

interface ForwardTruth {
  /** Candidate columns that are exact at the satellite itself: own queue, transmission, propagation. */
  readonly terms: Int32Array;
  readonly isHold: number;
  /** Per world index. */
  readonly truth: readonly OracleView[];
}

/** Allowed link with the least true delay to the row's destination; -1 if none reaches it. Ties to the lowest index. */
export function leastTrueForward(batch: DecisionBatch, row: number, columns: ForwardTruth): number {
  const { terms, isHold, truth } = columns;
  const { actionMask, candidateCount, candidateNode, candidates, candidateStride, maxCandidates } = batch;
  const view = truth[batch.world[row]!];
  if (view === undefined) throw truthMissing(batch.world[row]!);
  const destination = batch.destination[row]!;
  const sizeBits = batch.sizeBits[row]!;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  const width = terms.length;
  let best = -1;
  let bestCost = Infinity;
  for (let k = 0; k < count; k++) {
    if (actionMask[base + k] !== 1) continue;
    const at = (base + k) * candidateStride;
    if (candidates[at + isHold]! > 0.5) continue;
    const node = candidateNode[base + k]!;
    let cost = node === destination ? 0 : view.trueDelayS(node, destination, sizeBits);
    for (let t = 0; t < width; t++) cost += candidates[at + terms[t]!]!;
    if (cost < bestCost) {
      bestCost = cost;
      best = k;
    }
  }
  return best;
}

interface PlaceTruth {
  /** Candidate column of the time the work itself takes. */
  readonly serviceS: number;
  /** Context column of the size of the result. */
  readonly outputMbit: number;
  readonly truth: readonly OracleView[];
}

/** Allowed executor with the least true finish: input transfer, backlog, service, output transfer; -1 if none is finite. */
export function leastTrueFinish(batch: DecisionBatch, row: number, columns: PlaceTruth): number {
  const { serviceS, outputMbit, truth } = columns;
  const { actionMask, candidateCount, candidateNode, candidates, candidateStride, maxCandidates } = batch;
  const view = truth[batch.world[row]!];
  if (view === undefined) throw truthMissing(batch.world[row]!);
  const self = batch.agent[row]!;
  const consumer = batch.destination[row]!;
  const inputBits = batch.sizeBits[row]!;
  const outputBits = batch.context[row * batch.contextStride + outputMbit]! * BITS_PER_MBIT;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  let best = -1;
  let bestFinishS = Infinity;
  for (let k = 0; k < count; k++) {
    if (actionMask[base + k] !== 1) continue;
    const node = candidateNode[base + k]!;
    const inputS = node === self ? 0 : view.trueDelayS(self, node, inputBits);
    const outputS = node === consumer ? 0 : view.trueDelayS(node, consumer, outputBits);
    // Backlog drains while the input is still under way.
    const startS = Math.max(inputS, view.trueBacklogS(node));
    const finishS = startS + candidates[(base + k) * candidateStride + serviceS]! + outputS;
    if (finishS < bestFinishS) {
      bestFinishS = finishS;
      best = k;
    }
  }
  return best;
}
