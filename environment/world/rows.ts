import type { DecisionBatch } from '../../core/index.ts';
import type { WorldState } from './state.ts';

interface RowHead {
  readonly kind: number;
  readonly task: number;
  readonly agent: number;
  readonly destination: number;
  readonly sizeBits: number;
}

/** Fills the head of a row and clears its context, mask and nodes; its candidates are left to `clearCandidates`. */
export function openRow(w: WorldState, batch: DecisionBatch, row: number, head: RowHead): void {
  const { maxCandidates: K, contextStride: C } = batch;
  batch.kind[row] = head.kind;
  batch.agent[row] = head.agent;
  batch.task[row] = head.task;
  batch.destination[row] = head.destination;
  batch.sizeBits[row] = head.sizeBits;
  batch.timeS[row] = w.clock.timeS;
  w.rows.labelDenied[row - w.rows.first] = 0;
  // Loops: for so few elements a call of fill costs more than it does.
  for (let i = row * C; i < (row + 1) * C; i++) batch.context[i] = 0;
  for (let i = row * K; i < (row + 1) * K; i++) {
    batch.actionMask[i] = 0;
    batch.candidateNode[i] = -1;
  }
}

/**
 * Clears the features of a row's candidates from `first` on. Called before the row's new `candidateCount` is set: what lies past
 * the old one is 0 already.
 */
export function clearCandidates(batch: DecisionBatch, row: number, first: number): void {
  const { maxCandidates: K, candidateStride: F, candidates, candidateCount } = batch;
  const end = candidateCount[row] as number;
  if (end > first) candidates.fill(0, (row * K + first) * F, (row * K + end) * F);
}

/** Clears the features of one candidate of a row, whatever the row held. */
export function clearCandidate(batch: DecisionBatch, row: number, k: number): void {
  const { maxCandidates: K, candidateStride: F, candidates } = batch;
  candidates.fill(0, (row * K + k) * F, (row * K + k + 1) * F);
}

/** Remembers what candidate `k` of a row stands for. */
export function writeLink(w: WorldState, row: number, k: number, link: number): void {
  w.rows.link[(row - w.rows.first) * w.rows.maxCandidates + k] = link;
}

/** What candidate `k` of a row stands for. */
export function readLink(w: WorldState, row: number, k: number): number {
  return w.rows.link[(row - w.rows.first) * w.rows.maxCandidates + k] as number;
}

/** Notes that the data's label alone masks a candidate of the row. */
export function denyByLabel(w: WorldState, row: number): void {
  const { labelDenied, first } = w.rows;
  labelDenied[row - first] = (labelDenied[row - first] as number) + 1;
}
