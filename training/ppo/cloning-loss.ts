import type { Scalar, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { KindOutputs, Tf } from '../../policies/networks/index.ts';

/** What B rows of one decision kind are taught; W candidates wide. */
export interface CloningTargets {
  /** [B, W] 1 at the choice that the teacher took. */
  readonly choice: Tensor2D;
  /** [B] normalised return under the teacher. */
  readonly target: Tensor1D;
}

/**
 * Sum over rows of `-log p(teacher's choice) + valueCoef 1/2 (v - R)^2`: cross-entropy on the choices and regression of the
 * critic on what followed them. `valueCoef` 0 leaves the critic alone.
 */
export function cloningLoss(tf: Tf, outputs: KindOutputs, targets: CloningTargets, valueCoef: number): Scalar {
  const logProb = tf.sum<Tensor1D>(tf.mul(tf.logSoftmax(outputs.logits), targets.choice), -1);
  const squared = tf.squaredDifference<Tensor1D>(outputs.value, targets.target);
  return tf.sum<Scalar>(tf.sub(tf.mul(squared, 0.5 * valueCoef), logProb));
}
