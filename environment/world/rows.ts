import type { DecisionBatch } from '../../core/index.ts';
import type { WorldState } from './state.ts';

interface RowHead {
  readonly kind: number;
  readonly task: number;
  readonly agent: number;
  readonly destination: number;
  readonly sizeBits: number;
}

/** Fills the head of a row and clears the rest. */
export function openRow(w: WorldState, batch: DecisionBatch, row: number, head: RowHead): void {
  const { maxCandidates: K, contextStride: C, candidateStride: F } = batch;
  batch.kind[row] = head.kind;
  batch.agent[row] = head.agent;
  batch.task[row] = head.task;
  batch.destination[row] = head.destination;
  batch.sizeBits[row] = head.sizeBits;
  batch.timeS[row] = w.clock.timeS;
  batch.context.fill(0, row * C, (row + 1) * C);
  batch.candidates.fill(0, row * K * F, (row + 1) * K * F);
  batch.actionMask.fill(0, row * K, (row + 1) * K);
  batch.candidateNode.fill(-1, row * K, (row + 1) * K);
}

/** Remembers what candidate `k` of a row stands for. */
export function writeLink(w: WorldState, row: number, k: number, link: number): void {
  w.rows.link[(row - w.rows.first) * w.rows.maxCandidates + k] = link;
}

/** What candidate `k` of a row stands for. */
export function readLink(w: WorldState, row: number, k: number): number {
  return w.rows.link[(row - w.rows.first) * w.rows.maxCandidates + k] as number;
}
