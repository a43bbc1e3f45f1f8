import type { DecisionBatch } from '../../core/index.ts';
import type { WorldState } from './state.ts';

/** Rows a world hands out at once; more wait for the next call. */
export const ROWS_PER_ADVANCE = 64;

/** What a world remembers of the rows it handed out, until the choices come back. */
export interface RowColumns {
  /** First row of this world in the batch, and how many. */
  first: number;
  n: number;
  /** [ROWS_PER_ADVANCE * K] link of a `forward` candidate, slot of a `cache` candidate; -1 = hold, bypass or admit. */
  readonly link: Int32Array;
  /** [ROWS_PER_ADVANCE] task whose object a `cache` row is about. */
  readonly cacheTask: Int32Array;
  readonly maxCandidates: number;
}

export function createRows(maxCandidates: number): RowColumns {
  return {
    first: 0,
    n: 0,
    link: new Int32Array(ROWS_PER_ADVANCE * maxCandidates),
    cacheTask: new Int32Array(ROWS_PER_ADVANCE),
    maxCandidates,
  };
}

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
