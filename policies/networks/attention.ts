import type { Rank, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { MASKED_LOGIT } from '../runtime/index.ts';
import type { Tf } from './tf.ts';

/** [H, A] each, and [A, H]. */
export interface AttentionTensors {
  readonly query: Tensor2D;
  readonly key: Tensor2D;
  readonly value: Tensor2D;
  readonly merge: Tensor2D;
}

/**
 * The attention of `attendInto` for B rows of W candidates; the softmax runs over the candidates that are allowed. What a
 * masked candidate itself makes of the others is computed and goes nowhere: its logit is masked.
 *
 * @param encoded [W * B, H] candidate-major, after relu
 * @param mask [B, W] bool
 * @returns [W * B, H]
 */
export function attend(tf: Tf, encoded: Tensor2D, mask: Tensor2D, weights: AttentionTensors): Tensor2D {
  const [rows, width] = mask.shape;
  const units = weights.query.shape[1];
  /** [W * B, A] -> [B, W, A] */
  const byRow = (x: Tensor2D): Tensor3D => tf.transpose(tf.reshape<Rank.R3>(x, [width, rows, units]), [1, 0, 2]);
  const query = byRow(tf.matMul(encoded, weights.query));
  const key = byRow(tf.matMul(encoded, weights.key));
  const value = byRow(tf.matMul(encoded, weights.value));
  const scores = tf.mul(tf.matMul(query, tf.transpose(key, [0, 2, 1])), 1 / Math.sqrt(units));
  // 0 where allowed; beside MASKED_LOGIT a score vanishes, and its share is 0 exactly.
  const masking = tf.mul(tf.sub(1, tf.cast(mask, 'float32')), MASKED_LOGIT);
  const shares = tf.softmax<Tensor3D>(tf.add(scores, tf.reshape(masking, [rows, 1, width])));
  const seen = tf.transpose<Tensor3D>(tf.matMul(shares, value), [1, 0, 2]);
  return tf.add(encoded, tf.matMul(tf.reshape<Rank.R2>(seen, [width * rows, units]), weights.merge));
}
