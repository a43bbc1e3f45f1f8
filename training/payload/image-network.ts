import type { Tensor1D, Tensor4D } from '@tensorflow/tfjs-core';
import { Rng } from '../../core/index.ts';
import type { Tf } from '../../policies/networks/index.ts';
import { type ConvolutionShape, type LayerSlot, layerSlots, paddingOf } from './layers.ts';

/**
 * A chain of convolutions with its derivatives, on any TensorFlow.js backend.
 *
 * The WebAssembly backend has no derivative of a convolution by its kernel. It is itself a convolution: of the inputs, with
 * channels as images and images as channels, by the derivative of the outputs, spread by the stride. That runs on the
 * backend's fast path.
 */
export class ImageNetwork {
  readonly weights: Float32Array;
  private readonly tf: Tf;
  private readonly shapes: readonly ConvolutionShape[];
  private readonly slots: readonly LayerSlot[];

  /** He initialisation (He et al. 2015) from the seed; biases zero. */
  constructor(tf: Tf, shapes: readonly ConvolutionShape[], seed: number) {
    const { slots, weights } = layerSlots(shapes);
    this.tf = tf;
    this.shapes = shapes;
    this.slots = slots;
    this.weights = new Float32Array(weights);
    const rng = new Rng(seed, 'image-model/weights');
    shapes.forEach(({ inputs, side }, layer) => {
      const { kernelAt, kernelSize } = slots[layer] as LayerSlot;
      const spread = Math.sqrt(2 / (inputs * side * side));
      for (let i = 0; i < kernelSize; i++) this.weights[kernelAt + i] = spread * rng.normal();
    });
  }

  /** Logits [n, h, w, classes], row-major, of images [n, side, side, bands]. */
  logits(images: Float32Array, shape: readonly [number, number, number, number]): Float32Array {
    return this.tf.tidy(() => {
      const activations = this.forward(this.tf.tensor4d(images, [...shape]));
      return (activations.at(-1) as Tensor4D).dataSync() as Float32Array;
    });
  }

  /**
   * Writes the derivative of the loss by the weights into `gradient`.
   *
   * @param lossGradient from logits [n, h, w, classes] to the derivative of the loss by each of them
   */
  gradientInto(
    gradient: Float32Array,
    images: Float32Array,
    shape: readonly [number, number, number, number],
    lossGradient: (logits: Float32Array) => Float32Array,
  ): void {
    const { tf } = this;
    tf.tidy(() => {
      const activations = this.forward(tf.tensor4d(images, [...shape]));
      const logits = activations.at(-1) as Tensor4D;
      let dy: Tensor4D = tf.tensor4d(lossGradient(logits.dataSync() as Float32Array), logits.shape);
      for (let layer = this.shapes.length - 1; layer >= 0; layer--) {
        const { kernelAt, biasAt } = this.slots[layer] as LayerSlot;
        const x = activations[layer] as Tensor4D;
        const y = activations[layer + 1] as Tensor4D;
        if (layer < this.shapes.length - 1) dy = tf.mul(dy, tf.step(y));
        gradient.set(this.kernelGradient(layer, x, dy).dataSync(), kernelAt);
        gradient.set(tf.sum(dy, [0, 1, 2]).dataSync(), biasAt);
        if (layer > 0) dy = this.inputGradient(layer, x, dy);
      }
    });
  }

  /** The images and what each layer makes of them. */
  private forward(images: Tensor4D): Tensor4D[] {
    const { tf } = this;
    const activations = [images];
    this.shapes.forEach((shape, layer) => {
      const x = activations[layer] as Tensor4D;
      const sum = tf.add<Tensor4D>(tf.conv2d(x, this.kernel(layer), shape.stride, 'same'), this.bias(layer));
      activations.push(layer < this.shapes.length - 1 ? tf.relu(sum) : sum);
    });
    return activations;
  }

  private kernelGradient(layer: number, x: Tensor4D, dy: Tensor4D): Tensor4D {
    const { tf } = this;
    const shape = this.shapes[layer] as ConvolutionShape;
    const padding: [number, number] = [...paddingOf(shape)];
    const padded = shape.side === 1 ? x : tf.pad(x, [[0, 0], padding, padding, [0, 0]]);
    const images = tf.transpose(padded, [3, 1, 2, 0]);
    const filter = tf.transpose(dy, [1, 2, 0, 3]);
    // [inputs, side, side, outputs]
    const gradient = tf.conv2d(images, filter, 1, 'valid', 'NHWC', shape.stride);
    return tf.transpose(gradient, [1, 2, 0, 3]);
  }

  private inputGradient(layer: number, x: Tensor4D, dy: Tensor4D): Tensor4D {
    const { tf } = this;
    const { stride } = this.shapes[layer] as ConvolutionShape;
    const kernel = this.kernel(layer);
    if (stride === 2) return tf.conv2dTranspose(dy, kernel, x.shape, stride, 'same');
    return tf.conv2d(dy, tf.transpose(tf.reverse(kernel, [0, 1]), [0, 1, 3, 2]), 1, 'same');
  }

  private kernel(layer: number): Tensor4D {
    const { kernelAt, kernelSize } = this.slots[layer] as LayerSlot;
    const { side, inputs, outputs } = this.shapes[layer] as ConvolutionShape;
    return this.tf.tensor4d(this.weights.slice(kernelAt, kernelAt + kernelSize), [side, side, inputs, outputs]);
  }

  private bias(layer: number): Tensor1D {
    const { biasAt } = this.slots[layer] as LayerSlot;
    return this.tf.tensor1d(this.weights.slice(biasAt, biasAt + (this.shapes[layer] as ConvolutionShape).outputs));
  }
}
