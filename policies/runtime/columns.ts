import type { DecisionBatch } from '../../core/index.ts';

/**
 * The columns a network reads. Both `DecisionBatch` and the learner's rollout buffer have them, so both are scored by the
 * same code. Row `r` in [0, n); strides and padding as in `DecisionBatch`.
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
>;
