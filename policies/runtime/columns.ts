import type { DecisionBatch } from '../../core/index.ts';

/**
 * The columns a network reads. Both `DecisionBatch` and the learner's rollout buffer have them, so both are scored by the
 * same code. Row `r` in [0, n); strides and padding as in `DecisionBatch`. `global` [n * G] is true global state, which a
 * central critic reads and an actor never does; rollout buffers have it, batches do not.
 */
export type DecisionColumns = Pick<
  DecisionBatch,
  | 'n'
  | 'contextStride'
  | 'candidateStride'
  | 'maxCandidates'
  | 'kind'
  | 'candidateCount'
  | 'context'
  | 'candidates'
  | 'actionMask'
> & { readonly global?: Float32Array };

/** States of a network with memory; M units each. */
export interface MemoryColumns {
  /** [slots * M] one state per agent and decision kind; a decision moves it on. */
  readonly states: Float32Array;
  /** [n] which state a row reads and moves on. */
  readonly slot: Int32Array;
  /** [n * M] receives the state as it was before each row: what a rollout keeps. */
  readonly before: Float32Array;
}
