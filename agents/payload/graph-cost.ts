import { SpaceCloudError } from '../../core/index.ts';
import { type OnnxOperation, type OnnxOutline } from '../../policies/bundle/index.ts';

const FLOAT_BYTES = 4;

/** What one run of a graph costs. */
export interface GraphCost {
  /** Multiplications that are followed by an addition; those with padding included, as all implementations count them. */
  readonly multiplyAdds: number;
  /** Two per multiply-add, one per bias added, rectifier, scaling and comparison. */
  readonly flops: number;
  /**
   * Bytes if each convolution reads its input and writes its output once, in float32. What works element by element is fused
   * with its neighbours, as runtimes do; weights are read once for many pixels and not counted.
   */
  readonly bytesMoved: number;
}

/** [channels, height, width] of one image. */
export type ImageShape = readonly [channels: number, height: number, width: number];

/**
 * Counts the work of an image graph for one image, operator by operator.
 *
 * @throws SpaceCloudError MISUSE for an operator that it cannot count
 */
export function graphCost(outline: OnnxOutline, input: ImageShape): GraphCost {
  const shapes = new Map<string, ImageShape>();
  const [first] = outline.inputs;
  if (first === undefined) throw new SpaceCloudError('MISUSE', 'Expected a graph with an input, got one without.');
  shapes.set(first.name, input);
  let multiplyAdds = 0;
  let flops = 0;
  let bytesMoved = 0;
  for (const operation of outline.nodes) {
    const from = shapes.get(operation.inputs[0] as string);
    if (from === undefined) throw uncounted(operation);
    const { shape, macs, others } = countOperation(operation, from, outline);
    for (const output of operation.outputs) shapes.set(output, shape);
    multiplyAdds += macs;
    flops += 2 * macs + others;
    if (macs > 0) bytesMoved += FLOAT_BYTES * (sizeOf(from) + sizeOf(shape));
  }
  return { multiplyAdds, flops, bytesMoved };
}

interface Counted {
  readonly shape: ImageShape;
  readonly macs: number;
  readonly others: number;
}

function countOperation(operation: OnnxOperation, from: ImageShape, outline: OnnxOutline): Counted {
  switch (operation.op) {
    case 'Conv':
      return countConvolution(operation, from, outline);
    case 'Mul':
    case 'Relu':
      return { shape: from, macs: 0, others: sizeOf(from) };
    case 'ArgMax':
      return { shape: [1, from[1], from[2]], macs: 0, others: sizeOf(from) };
    default:
      throw uncounted(operation);
  }
}

function countConvolution(operation: OnnxOperation, from: ImageShape, outline: OnnxOutline): Counted {
  const kernel = outline.constants.get(operation.inputs[1] as string);
  const [top, left, bottom, right] = operation.attributes['pads'] ?? [0, 0, 0, 0];
  const [strideY, strideX] = operation.attributes['strides'] ?? [1, 1];
  if (kernel?.length !== 4) throw uncounted(operation);
  const [outputs, inputs, height, width] = kernel as [number, number, number, number];
  const rows = Math.floor((from[1] + Number(top) + Number(bottom) - height) / Number(strideY)) + 1;
  const columns = Math.floor((from[2] + Number(left) + Number(right) - width) / Number(strideX)) + 1;
  const pixels = rows * columns;
  const biases = operation.inputs.length > 2 ? outputs * pixels : 0;
  return { shape: [outputs, rows, columns], macs: pixels * outputs * inputs * height * width, others: biases };
}

function sizeOf(dims: readonly number[]): number {
  return dims.reduce((product, dim) => product * dim, 1);
}

function uncounted({ op }: OnnxOperation): SpaceCloudError {
  return new SpaceCloudError('MISUSE', `Expected operators Conv, Mul, Relu and ArgMax in a chain, got '${op}'.`, {
    hint: 'Count the work of other graphs by hand and state it in the scenario.',
  });
}
