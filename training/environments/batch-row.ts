import type { DecisionBatch } from '../../core/index.ts';
import type { ObservationRow } from './multi-agent-environment.ts';

/** A row of a batch, as environments see it. */
export class BatchRow implements ObservationRow {
  readonly context: Float32Array;
  readonly candidates: Float32Array;
  readonly candidateStride: number;
  readonly actionMask: Uint8Array;
  private readonly batch: DecisionBatch;
  private readonly row: number;

  constructor(batch: DecisionBatch, row: number) {
    const { contextStride, candidateStride, maxCandidates } = batch;
    const of = (stride: number): [number, number] => [row * stride, (row + 1) * stride];
    this.batch = batch;
    this.row = row;
    this.context = batch.context.subarray(...of(contextStride));
    this.candidates = batch.candidates.subarray(...of(maxCandidates * candidateStride));
    this.candidateStride = candidateStride;
    this.actionMask = batch.actionMask.subarray(...of(maxCandidates));
  }

  get kind(): number {
    return this.batch.kind[this.row] as number;
  }

  set kind(kind: number) {
    this.batch.kind[this.row] = kind;
  }

  get candidateCount(): number {
    return this.batch.candidateCount[this.row] as number;
  }

  set candidateCount(count: number) {
    this.batch.candidateCount[this.row] = count;
  }

  clear(): void {
    this.kind = 0;
    this.candidateCount = 0;
    this.context.fill(0);
    this.candidates.fill(0);
    this.actionMask.fill(0);
  }
}
