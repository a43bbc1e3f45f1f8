import { describe, expect, it } from 'vitest';
import { graphCost } from '../../../agents/index.ts';
import {
  type OnnxNode,
  type OnnxOutline,
  encodeOnnx,
  floats,
  node,
  readOnnxOutline,
} from '../../../policies/bundle/index.ts';
import { IMAGE_MODEL, layerSlots } from '../../../training/payload/layers.ts';
import { imageModelToOnnx } from '../../../training/payload/image-onnx.ts';

function outlineOf(nodes: readonly OnnxNode[]): OnnxOutline {
  return readOnnxOutline(
    encodeOnnx({
      ...{ name: 'g', doc: 'd', producer: 'p', modelVersion: 3, metadata: { a: 'b', c: 'd' }, nodes },
      inputs: [{ name: 'x', type: 'float', dims: ['N', 2, 8, 8], doc: '' }],
      outputs: [{ name: 'y', type: 'float', dims: ['N', 3, 4, 4], doc: '' }],
      constants: [floats('w', [3, 2, 3, 3], new Float32Array(54)), floats('b', [3], [0, 0, 0])],
    }),
  );
}

const CONVOLUTION = node('Conv', ['x', 'w', 'b'], 'y', { kernel_shape: [3, 3], pads: [0, 0, 1, 1], strides: [2, 2] });

describe('readOnnxOutline', () => {
  it('reads back what encodeOnnx writes', () => {
    expect(outlineOf([CONVOLUTION])).toEqual({
      irVersion: 8,
      opset: 17,
      metadata: { a: 'b', c: 'd' },
      nodes: [
        {
          op: 'Conv',
          inputs: ['x', 'w', 'b'],
          outputs: ['y'],
          attributes: { kernel_shape: [3, 3], pads: [0, 0, 1, 1], strides: [2, 2] },
        },
      ],
      constants: new Map([
        ['w', [3, 2, 3, 3]],
        ['b', [3]],
      ]),
      inputs: [{ name: 'x', dims: ['N', 2, 8, 8] }],
      outputs: [{ name: 'y', dims: ['N', 3, 4, 4] }],
    });
  });

  it.each([
    ['nothing', new Uint8Array(0)],
    ['a text', new TextEncoder().encode('not a model at all')],
  ])('refuses %s', (_, bytes) => {
    expect(() => readOnnxOutline(bytes)).toThrow(expect.objectContaining({ code: 'FILE_READ' }));
  });
});

describe('graphCost', () => {
  it('counts a convolution by hand', () => {
    // 4 x 4 px x 3 outputs x 2 inputs x 9 = 864; biases 48; reads 2 x 64 and writes 3 x 16 floats of 4 bytes
    expect(graphCost(outlineOf([CONVOLUTION]), [2, 8, 8])).toEqual({
      multiplyAdds: 864,
      flops: 2 * 864 + 48,
      bytesMoved: 4 * (128 + 48),
    });
  });

  it('counts the image model by hand', () => {
    const outline = readOnnxOutline(
      imageModelToOnnx(IMAGE_MODEL, new Float32Array(layerSlots(IMAGE_MODEL).weights), {}),
    );
    // px x outputs x inputs x 9, layer by layer; the head has one place
    const multiplyAdds =
      1024 * 16 * 4 * 9 + 256 * 24 * 16 * 9 + 256 * 24 * 24 * 9 + 64 * 40 * 24 * 9 + 16 * 48 * 40 * 9 + 16 * 4 * 48;
    expect(graphCost(outline, [4, 64, 64]).multiplyAdds).toBe(multiplyAdds);
    // Fully convolutional: four scenes side by side cost four times as much.
    expect(graphCost(outline, [4, 128, 128]).multiplyAdds).toBe(4 * multiplyAdds);
  });

  it('refuses what it cannot count', () => {
    expect(() => graphCost(outlineOf([node('Softmax', ['x'], 'y')]), [2, 8, 8])).toThrow(/got 'Softmax'/);
  });
});
