import { PATCH_CLASSES, PATCH_SIDE_PX, SCENE_BANDS } from '../../environment/index.ts';
import { type OnnxNode, type OnnxTensor, encodeOnnx, floats, node } from '../../policies/bundle/index.ts';
import { COUNT_SCALE, type ConvolutionShape, type LayerSlot, layerSlots, paddingOf } from './layers.ts';

/** The model as an ONNX file (opset 17, IR 8): counts in, a logit per class and patch and the class out. */
export function imageModelToOnnx(
  shapes: readonly ConvolutionShape[],
  weights: Float32Array,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  const { slots } = layerSlots(shapes);
  const nodes: OnnxNode[] = [node('Mul', ['counts', 'count.scale'], 'layer.0')];
  const constants: OnnxTensor[] = [floats('count.scale', [], [1 / COUNT_SCALE])];
  shapes.forEach((shape, layer) => {
    const { kernelAt, biasAt } = slots[layer] as LayerSlot;
    const { inputs, outputs, side, stride } = shape;
    const [before, after] = paddingOf(shape);
    const isLast = layer === shapes.length - 1;
    const sum = isLast ? 'logits' : `layer.${layer + 1}.sum`;
    const from = [`layer.${layer}`, `layer.${layer}.w`, `layer.${layer}.b`];
    const pads = [before, before, after, after];
    nodes.push(node('Conv', from, sum, { kernel_shape: [side, side], pads, strides: [stride, stride] }));
    if (!isLast) nodes.push(node('Relu', [sum], `layer.${layer + 1}`));
    constants.push(
      floats(
        `layer.${layer}.w`,
        [outputs, inputs, side, side],
        outputsFirst(weights.subarray(kernelAt, biasAt), shape),
      ),
      floats(`layer.${layer}.b`, [outputs], weights.subarray(biasAt, biasAt + outputs)),
    );
  });
  nodes.push(node('ArgMax', ['logits'], 'classes', { axis: 1, keepdims: 0, select_last_index: 0 }));
  const patch = PATCH_SIDE_PX;
  return encodeOnnx({
    name: 'scene-classes',
    doc: `Classes of patches of ${patch} x ${patch} px: ${PATCH_CLASSES.join(', ')}. Trained on generated scenes.`,
    producer: 'spacecloud',
    modelVersion: 1,
    metadata: { bands: SCENE_BANDS.join(','), classes: PATCH_CLASSES.join(','), ...metadata },
    inputs: [
      {
        name: 'counts',
        type: 'float',
        dims: ['N', SCENE_BANDS.length, 'H', 'W'],
        doc: `Counts of 12 bits, planes in the order ${SCENE_BANDS.join(', ')}; H and W are multiples of ${patch}.`,
      },
    ],
    outputs: [
      {
        name: 'logits',
        type: 'float',
        dims: ['N', PATCH_CLASSES.length, 'h', 'w'],
        doc: `One per class and patch; h = H / ${patch}, w = W / ${patch}. Margins of targets are in them.`,
      },
      { name: 'classes', type: 'int64', dims: ['N', 'h', 'w'], doc: 'Index of the highest logit.' },
    ],
    constants,
    nodes,
  });
}

/** [side, side, inputs, outputs] to [outputs, inputs, side, side]. */
function outputsFirst(kernel: Float32Array, { inputs, outputs, side }: ConvolutionShape): Float32Array {
  const turned = new Float32Array(kernel.length);
  for (let place = 0; place < side * side; place++) {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) {
        turned[(o * inputs + i) * side * side + place] = kernel[(place * inputs + i) * outputs + o] as number;
      }
    }
  }
  return turned;
}
