/** A convolution with rectifier; the last one is without. */
export interface ConvolutionShape {
  readonly inputs: number;
  readonly outputs: number;
  /** Side of the kernel [px]; 3, or 1 for the head. */
  readonly side: 1 | 3;
  readonly stride: 1 | 2;
}

/**
 * The image model: four halvings of the resolution, so that a logit per class and patch of 16 px comes out, each seeing 39 px.
 * Fully convolutional: scenes may have any size that is a whole number of patches. Its width is a project choice (146 kB).
 */
export const IMAGE_MODEL: readonly ConvolutionShape[] = [
  { inputs: 4, outputs: 16, side: 3, stride: 2 },
  { inputs: 16, outputs: 24, side: 3, stride: 2 },
  { inputs: 24, outputs: 24, side: 3, stride: 1 },
  { inputs: 24, outputs: 40, side: 3, stride: 2 },
  { inputs: 40, outputs: 48, side: 3, stride: 2 },
  { inputs: 48, outputs: 4, side: 1, stride: 1 },
];

/** Counts are divided by this before the first layer. */
export const COUNT_SCALE = 1024;

/** Zeros before and after each axis: outputs are inputs / stride, as in TensorFlow's 'same' for even sides. */
export function paddingOf({ side, stride }: ConvolutionShape): readonly [before: number, after: number] {
  if (side === 1) return [0, 0];
  return stride === 2 ? [0, 1] : [1, 1];
}

/** Where a layer's kernel [side, side, inputs, outputs] and biases [outputs] stand in the flat weights. */
export interface LayerSlot {
  readonly kernelAt: number;
  readonly kernelSize: number;
  readonly biasAt: number;
}

export function layerSlots(shapes: readonly ConvolutionShape[]): { slots: readonly LayerSlot[]; weights: number } {
  let at = 0;
  const slots = shapes.map(({ inputs, outputs, side }) => {
    const kernelSize = side * side * inputs * outputs;
    const slot = { kernelAt: at, kernelSize, biasAt: at + kernelSize };
    at += kernelSize + outputs;
    return slot;
  });
  return { slots, weights: at };
}
