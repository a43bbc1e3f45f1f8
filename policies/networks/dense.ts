import type { Tensor, Tensor1D, Tensor2D } from '@tensorflow/tfjs-core';
import type { Tf } from './engine.ts';
import { sumLeading } from './gradients.ts';

/**
 * relu(x w + b), or x w + b: one fused kernel forward; backward by plain products of explicit transposes, the only form
 * the WASM backend runs at speed (LEARNING 2).
 *
 * @param x [N, I]
 * @param w [I, O]
 * @param b [O]
 * @returns [N, O]
 */
export function dense(tf: Tf, x: Tensor2D, w: Tensor2D, b: Tensor1D, activation: 'relu' | 'linear'): Tensor2D {
  const layer = tf.customGrad((...inputs) => {
    const [x, w, b, save] = inputs as unknown as [Tensor2D, Tensor2D, Tensor1D, (tensors: Tensor[]) => void];
    const y = tf.fused.matMul({ a: x, b: w, bias: b, activation });
    save([x, w, y]);
    return {
      value: y,
      gradFunc: (dy, saved) => {
        const [x, w, y] = saved as [Tensor2D, Tensor2D, Tensor2D];
        const dz = activation === 'relu' ? tf.mul(dy as Tensor2D, tf.step(y)) : (dy as Tensor2D);
        return [tf.matMul(dz, tf.transpose(w)), tf.matMul(tf.transpose(x), dz), sumLeading(tf, dz)];
      },
    };
  });
  return layer(x, w, b) as Tensor2D;
}
