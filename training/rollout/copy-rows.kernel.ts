import type { DecisionBatch } from '../../core/index.ts';
import type { RolloutBuffer } from './buffer.ts';

/** Copies the observation of a batch row to a buffer row. */
export function copyObservation(batch: DecisionBatch, row: number, buffer: RolloutBuffer, to: number): void {
  const { contextStride: C, candidateStride: F, maxCandidates: K } = buffer;
  // Past its candidates a row is 0, in the batch and in the buffer.
  const used = batch.candidateCount[row]! * F;
  const dirty = buffer.candidateCount[to]! * F;
  buffer.kind[to] = batch.kind[row]!;
  buffer.candidateCount[to] = batch.candidateCount[row]!;
  const { context, candidates, actionMask } = buffer;
  for (let i = 0; i < C; i++) context[to * C + i] = batch.context[row * C + i]!;
  const width = K * F;
  for (let i = 0; i < used; i++) candidates[to * width + i] = batch.candidates[row * width + i]!;
  for (let i = used; i < dirty; i++) candidates[to * width + i] = 0;
  for (let k = 0; k < K; k++) actionMask[to * K + k] = batch.actionMask[row * K + k]!;
}

/** Copies the observation of one buffer row to another. */
export function repeatObservation(buffer: RolloutBuffer, row: number, to: number): void {
  const { contextStride: C, candidateStride: F, maxCandidates: K } = buffer;
  buffer.kind[to] = buffer.kind[row]!;
  buffer.candidateCount[to] = buffer.candidateCount[row]!;
  buffer.context.copyWithin(to * C, row * C, (row + 1) * C);
  buffer.candidates.copyWithin(to * K * F, row * K * F, (row + 1) * K * F);
  buffer.actionMask.copyWithin(to * K, row * K, (row + 1) * K);
  const { memoryStride: M, globalStride: G } = buffer;
  buffer.memory.copyWithin(to * M, row * M, (row + 1) * M);
  buffer.global.copyWithin(to * G, row * G, (row + 1) * G);
}
