import type { Rank, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import { productOfConstant } from './dense.ts';
import type { Tf } from './tf.ts';

/** What the memory reads of B rows, in sequences of consecutive decisions of one agent each. */
export interface MemoryInputs {
  /**
   * How many sequences reach each step, falling: the first `steps[0]` rows are the first decisions of all sequences, the
   * next `steps[1]` rows the second decisions of the sequences that have one, in the same order, and so on. B in all. So
   * sequences of any length stand side by side without padding.
   */
  readonly steps: readonly number[];
  /** [steps[0], M] state before each sequence. */
  readonly state: Tensor2D;
  /** [B, F] mean over the candidates that are allowed. */
  readonly allowedMean: Tensor2D;
}

export interface MemoryTensors {
  readonly context: Tensor2D;
  readonly candidate: Tensor2D;
  readonly encoderBias: Tensor1D;
  readonly input: Tensor2D;
  readonly state: Tensor2D;
  readonly gateBias: Tensor1D;
}

/**
 * The states after each row, by `stepMemory` from sequence start to end; derivatives run back through the steps
 * (Werbos 1990), to the first of each sequence and no further.
 *
 * @param context [B, C], C may be 0
 * @returns [B, M]
 */
export function unrollMemory(tf: Tf, context: Tensor2D, inputs: MemoryInputs, weights: MemoryTensors): Tensor2D {
  const { steps, allowedMean } = inputs;
  const fromCandidates = tf.add(productOfConstant(tf, allowedMean, weights.candidate), weights.encoderBias);
  const sum =
    context.shape[1] === 0 ? fromCandidates : tf.add(productOfConstant(tf, context, weights.context), fromCandidates);
  const gates = tf.add(tf.matMul(tf.relu<Tensor2D>(sum as Tensor2D), weights.input), weights.gateBias);
  const units = inputs.state.shape[1];
  const states: Tensor2D[] = [];
  let state = inputs.state;
  let first = 0;
  for (const count of steps) {
    if (count < state.shape[0]) state = tf.slice<Rank.R2, Tensor2D>(state, [0, 0], [count, units]);
    const fromInput = tf.slice<Rank.R2, Tensor2D>(gates as Tensor2D, [first, 0], [count, 3 * units]);
    state = step(tf, fromInput, tf.matMul(state, weights.state), state);
    states.push(state);
    first += count;
  }
  return states.length === 1 ? state : tf.concat2d(states, 0);
}

/** One gated step; `fromInput` and `fromState` are [S, 3M]: reset, update, new. */
function step(tf: Tf, fromInput: Tensor2D, fromState: Tensor2D, state: Tensor2D): Tensor2D {
  const [count, units] = state.shape;
  const part = (x: Tensor2D, gate: number, gates = 1): Tensor2D =>
    tf.slice<Rank.R2, Tensor2D>(x, [0, gate * units], [count, gates * units]);
  const both = tf.sigmoid<Tensor2D>(tf.add(part(fromInput, 0, 2), part(fromState, 0, 2)));
  const update = part(both, 1);
  const fresh = tf.tanh<Tensor2D>(tf.add(part(fromInput, 2), tf.mul(part(both, 0), part(fromState, 2))));
  return tf.add(fresh, tf.mul(update, tf.sub(state, fresh)));
}
