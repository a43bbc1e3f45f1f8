import type { DecisionBatch, OracleView } from '../../core/index.ts';
import { truthMissing } from './kind-rule.ts';

const BITS_PER_MBIT = 1e6;

/** Candidate columns by name, and the truth. */
interface ForwardTruth {
  readonly isHold: number;
  readonly ownQueueS: number;
  readonly transmitS: number;
  readonly propagationS: number;
  /** Per world index. */
  readonly truth: readonly OracleView[];
}

/**
 * Allowed link with the least true delay to the row's destination, ties to the lowest index; or hold, if the least true delay
 * from the satellite itself leads over none of its links. -1 if no allowed link reaches the destination and waiting does not
 * either.
 *
 * `trueDelayS` names no first link, but a way over a link is never shorter than what that link and its neighbour need. The
 * truth may charge a link's range of another instant of the tick; so links are compared without their propagation, and a way
 * over a link is not mistaken for waiting. Links that are masked count too: the truth knows no masks. Of a satellite with
 * more links than candidates, a way over a link that is not shown counts as waiting.
 */
export function leastTrueForward(batch: DecisionBatch, row: number, columns: ForwardTruth): number {
  const { isHold, ownQueueS, transmitS, propagationS, truth } = columns;
  const { actionMask, candidateCount, candidateNode, candidates, candidateStride, maxCandidates } = batch;
  const view = truth[batch.world[row]!];
  if (view === undefined) throw truthMissing(batch.world[row]!);
  const destination = batch.destination[row]!;
  const sizeBits = batch.sizeBits[row]!;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  let best = -1;
  let bestS = Infinity;
  let hold = -1;
  let anyLinkS = Infinity;
  for (let k = 0; k < count; k++) {
    const at = (base + k) * candidateStride;
    const allowed = actionMask[base + k] === 1;
    if (candidates[at + isHold]! > 0.5) {
      if (allowed) hold = k;
      continue;
    }
    const node = candidateNode[base + k]!;
    const onwardS = node === destination ? 0 : view.trueDelayS(node, destination, sizeBits);
    const rangelessS = candidates[at + ownQueueS]! + candidates[at + transmitS]! + onwardS;
    if (rangelessS < anyLinkS) anyLinkS = rangelessS;
    const costS = rangelessS + candidates[at + propagationS]!;
    if (allowed && costS < bestS) {
      bestS = costS;
      best = k;
    }
  }
  if (hold >= 0 && view.trueDelayS(batch.agent[row]!, destination, sizeBits) < anyLinkS) return hold;
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
