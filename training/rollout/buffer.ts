/**
 * What the learner learns from, as columns over shared memory: `n` decision rows, then `finals` observation rows.
 *
 * A decision row's successor `next[r]` is another decision row of the same chain, a final row (truncated: its value is
 * bootstrapped), or -1 (terminated). Successors always have a larger row index. Strides C, F, K as in `DecisionBatch`.
 */
export interface RolloutBuffer {
  n: number;
  finals: number;
  readonly capacity: number;
  readonly contextStride: number;
  readonly candidateStride: number;
  readonly maxCandidates: number;
  /** [capacity] decision kind. */
  readonly kind: Uint8Array;
  /** [capacity] */
  readonly candidateCount: Uint8Array;
  /** [capacity * C], [capacity * K * F], [capacity * K] */
  readonly context: Float32Array;
  readonly candidates: Float32Array;
  readonly actionMask: Uint8Array;
  /** [capacity] choice taken and its log-probability under the policy that took it. */
  readonly action: Uint8Array;
  readonly logProb: Float32Array;
  /** [capacity] reward until the successor, and the time until then in units of `discountUnitS`. */
  readonly reward: Float32Array;
  readonly elapsed: Float32Array;
  /** [capacity] */
  readonly next: Int32Array;
  /** M, units of the network's memory; 0 = none, and then the two columns are empty. */
  readonly memoryStride: number;
  /** [capacity * M] state of the row's agent and kind before the decision (before the observation, for finals). */
  readonly memory: Float32Array;
  /** [capacity] row of the decision before this one of the same agent, kind and episode; -1 = none in this rollout. */
  readonly earlier: Int32Array;
  /** G, features of true global state for a central critic; 0 = none, and then the column is empty. */
  readonly globalStride: number;
  /** [capacity * G], finals included. Actors are never given it. */
  readonly global: Float32Array;
}

export interface RolloutBufferShape {
  readonly capacity: number;
  readonly contextStride: number;
  readonly candidateStride: number;
  readonly maxCandidates: number;
  /** Default 0. */
  readonly memoryStride?: number;
  /** Default 0. */
  readonly globalStride?: number;
}

/** Columns over `SharedArrayBuffer`s, so that a worker fills what the learner reads. */
export function createRolloutBuffer(shape: RolloutBufferShape): RolloutBuffer {
  const { capacity, contextStride, candidateStride, maxCandidates, memoryStride = 0, globalStride = 0 } = shape;
  const f32 = (length: number): Float32Array => new Float32Array(new SharedArrayBuffer(length * 4));
  const i32 = (length: number): Int32Array => new Int32Array(new SharedArrayBuffer(length * 4));
  const u8 = (length: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(length));
  return {
    n: 0,
    finals: 0,
    ...shape,
    kind: u8(capacity),
    candidateCount: u8(capacity),
    context: f32(capacity * contextStride),
    candidates: f32(capacity * maxCandidates * candidateStride),
    actionMask: u8(capacity * maxCandidates),
    action: u8(capacity),
    logProb: f32(capacity),
    reward: f32(capacity),
    elapsed: f32(capacity),
    next: i32(capacity),
    memoryStride,
    memory: f32(capacity * memoryStride),
    earlier: i32(memoryStride > 0 ? capacity : 0),
    globalStride,
    global: f32(capacity * globalStride),
  };
}
