import { type DecisionBatch, createDecisionBatch } from '../../core/index.ts';

/** Rows of a batch that may be decided, close together: what a policy reads of them. Grows with the batches and is used again. */
export class AcceptedRows {
  private rows: DecisionBatch | undefined;
  /** [capacity] the row in the batch they were taken from. */
  private from = new Int32Array(0);
  private taken = 0;
  /** Rows of the batch they were taken from. */
  private rowCount = 0;

  /** Copies the rows of which `refused` is 0. Valid until the next call. */
  take(batch: DecisionBatch, refused: Uint8Array): DecisionBatch {
    const rows = this.roomFor(batch);
    const { contextStride: C, candidateStride: F, maxCandidates: K } = batch;
    let n = 0;
    for (let row = 0; row < batch.n; row++) {
      if (refused[row] !== 0) continue;
      rows.kind[n] = batch.kind[row]!;
      rows.world[n] = batch.world[row]!;
      rows.agent[n] = batch.agent[row]!;
      rows.candidateCount[n] = batch.candidateCount[row]!;
      for (let i = 0; i < C; i++) rows.context[n * C + i] = batch.context[row * C + i]!;
      for (let i = 0; i < K * F; i++) rows.candidates[n * K * F + i] = batch.candidates[row * K * F + i]!;
      for (let i = 0; i < K; i++) rows.actionMask[n * K + i] = batch.actionMask[row * K + i]!;
      this.from[n++] = row;
    }
    rows.n = n;
    this.taken = n;
    this.rowCount = batch.n;
    return rows;
  }

  /**
   * Moves `values` of the rows taken, which stand at its start, to the rows of the batch they came from; the others get `other`. In place: from the last to the
   * first, as no row moves towards the start.
   */
  spread(values: Uint8Array | Float32Array, other: number): void {
    let next = this.taken;
    for (let row = this.rowCount - 1; row >= 0; row--) {
      if (next > 0 && this.from[next - 1] === row) values[row] = values[--next]!;
      else values[row] = other;
    }
  }

  private roomFor(batch: DecisionBatch): DecisionBatch {
    if (this.rows !== undefined && this.rows.capacity >= batch.capacity && this.rows.spec === batch.spec)
      return this.rows;
    this.from = new Int32Array(batch.capacity);
    return (this.rows = createDecisionBatch(batch.spec, batch.capacity));
  }
}
