import { type DecisionSpec, candidateWidth, contextWidth } from './decision.ts';
import type { LocalKnowledge } from './knowledge.ts';

/**
 * Decisions waiting for a choice, as columns; row `r` in [0, n). Rows may come from many worlds at once.
 *
 * Padded to the widest kind: row `r` holds its context at `context[r * C ..]` and candidate `k` at
 * `candidates[(r * K + k) * F ..]`, with C, F, K below. Only the first `context.length` (`candidate.length`) columns of the
 * row's kind carry meaning; the rest, and candidates at or past `candidateCount[r]`, are 0 with mask 0.
 * Written by the worlds; valid until the choices are applied: copy what you keep.
 */
export interface DecisionBatch {
  readonly spec: DecisionSpec;
  /** Rows in use. */
  n: number;
  readonly capacity: number;
  /** Context stride C, candidate stride F, candidates per row K. */
  readonly contextStride: number;
  readonly candidateStride: number;
  readonly maxCandidates: number;
  /** [capacity] index into `spec.kinds`. */
  readonly kind: Uint8Array;
  /** [capacity] which world asks: index into `knowledge`. */
  readonly world: Uint16Array;
  /** [capacity] satellite (agent) index in its world. */
  readonly agent: Int32Array;
  /** [capacity] sequence number of the decision in its world, from 0 without gaps. */
  readonly decision: Int32Array;
  /** [capacity] task id in its world; for `cache`, the object id. */
  readonly task: Int32Array;
  /** [capacity] node the data must reach; for `place`, the consumer; for `cache`, -1. */
  readonly destination: Int32Array;
  /** [capacity] bits to move. */
  readonly sizeBits: Float64Array;
  /** [capacity] simulated time, s since scenario start. */
  readonly timeS: Float64Array;
  /** [capacity] candidates in use, <= K. */
  readonly candidateCount: Uint8Array;
  /** [capacity * C] */
  readonly context: Float32Array;
  /** [capacity * K * F] */
  readonly candidates: Float32Array;
  /** [capacity * K] 1 = allowed. At least one per row. */
  readonly actionMask: Uint8Array;
  /** [capacity * K] next node (`forward`; the satellite itself = hold), executor (`place`), cache slot or -1 (`cache`). */
  readonly candidateNode: Int32Array;
  /** Per world index: what satellites of that world may know beyond the features. */
  readonly knowledge: readonly LocalKnowledge[];
}

/** An empty batch with room for `capacity` rows. */
export function createDecisionBatch(
  spec: DecisionSpec,
  capacity: number,
  knowledge: readonly LocalKnowledge[] = [],
): DecisionBatch {
  const contextStride = contextWidth(spec);
  const candidateStride = candidateWidth(spec);
  const maxCandidates = spec.maxCandidates;
  return {
    spec,
    n: 0,
    capacity,
    contextStride,
    candidateStride,
    maxCandidates,
    kind: new Uint8Array(capacity),
    world: new Uint16Array(capacity),
    agent: new Int32Array(capacity),
    decision: new Int32Array(capacity),
    task: new Int32Array(capacity),
    destination: new Int32Array(capacity),
    sizeBits: new Float64Array(capacity),
    timeS: new Float64Array(capacity),
    candidateCount: new Uint8Array(capacity),
    context: new Float32Array(capacity * contextStride),
    candidates: new Float32Array(capacity * maxCandidates * candidateStride),
    actionMask: new Uint8Array(capacity * maxCandidates),
    candidateNode: new Int32Array(capacity * maxCandidates),
    knowledge,
  };
}
