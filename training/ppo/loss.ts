import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { KindOutputs, Tf } from '../../policies/networks/index.ts';

/** What B rows of one decision kind are trained towards; W candidates wide. */
export interface PpoTargets {
  /** [B, W] 1 at the choice taken. */
  readonly choice: Tensor2D;
  /** [B] log-probability of the choice when it was taken. */
  readonly oldLogProb: Tensor1D;
  /** [B] normalised advantage. */
  readonly advantage: Tensor1D;
  /** [B] the critic's output before this update, normalised units. */
  readonly oldValue: Tensor1D;
  /** [B] normalised return. */
  readonly target: Tensor1D;
}

export interface PpoCoefficients {
  readonly clipCoef: number;
  readonly valueClip: number | null;
  readonly huberDelta: number | null;
  readonly valueCoef: number;
  readonly entropyCoef: number;
}

/** [B] each; summed by the caller, weighted by its share of the minibatch. */
export interface PpoTerms {
  readonly logProb: Tensor1D;
  readonly policyLoss: Tensor1D;
  readonly valueLoss: Tensor1D;
  readonly entropy: Tensor1D;
  /** Sum over rows of policyLoss + valueCoef valueLoss - entropyCoef entropy. */
  readonly total: Scalar;
}

/**
 * The clipped surrogate (Schulman et al. 2017, eq. 7 and 9), per row:
 *
 *     ratio      = exp(logProb - oldLogProb)
 *     policyLoss = -min(ratio A, clip(ratio, 1 - c, 1 + c) A)
 *     valueLoss  = max(h(v - R), h(v_old + clip(v - v_old, -c_v, c_v) - R))
 *     h(e)       = 1/2 e^2, or with `huberDelta` d: 1/2 m^2 + d (|e| - m) where m = min(|e|, d)
 *     entropy    = -sum_k p_k log p_k
 *
 * The choice is selected by one-hot, never by `gather`, which has no derivative on WASM. A masked candidate has p = 0
 * exactly and log p near -1e9, so its p log p is 0.
 */
export function ppoTerms(tf: Tf, outputs: KindOutputs, targets: PpoTargets, coefficients: PpoCoefficients): PpoTerms {
  const { logits, value } = outputs;
  const { clipCoef, valueClip, huberDelta, valueCoef, entropyCoef } = coefficients;
  const logProbs = tf.logSoftmax(logits);
  const logProb = tf.sum<Tensor1D>(tf.mul(logProbs, targets.choice), -1);
  const entropy = tf.neg(tf.sum<Tensor1D>(tf.mul(tf.exp(logProbs), logProbs), -1));
  const ratio = tf.exp(tf.sub(logProb, targets.oldLogProb));
  const clipped = tf.clipByValue(ratio, 1 - clipCoef, 1 + clipCoef);
  const policyLoss = tf.neg(tf.minimum<Tensor1D>(tf.mul(ratio, targets.advantage), tf.mul(clipped, targets.advantage)));
  const unclipped = errorLoss(value);
  const valueLoss = valueClip === null ? unclipped : tf.maximum<Tensor1D>(unclipped, errorLoss(moved(valueClip)));
  const perRow = tf.add(policyLoss, tf.sub(tf.mul(valueLoss, valueCoef), tf.mul(entropy, entropyCoef)));
  return { logProb, policyLoss, valueLoss, entropy, total: tf.sum(perRow) };

  function moved(bound: number): Tensor1D {
    return tf.add(targets.oldValue, tf.clipByValue(tf.sub(value, targets.oldValue), -bound, bound));
  }

  function errorLoss(estimate: Tensor1D): Tensor1D {
    if (huberDelta === null) return tf.mul(tf.squaredDifference(estimate, targets.target), 0.5);
    const error = tf.abs(tf.sub(estimate, targets.target));
    const inside = tf.minimum(error, huberDelta);
    return tf.add(tf.mul(tf.square(inside), 0.5), tf.mul(tf.sub(error, inside), huberDelta));
  }
}
