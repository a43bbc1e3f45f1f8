import { encodeOnnx, floats, node } from '../../policies/bundle/index.ts';

/** Channels in and out, and pixels, of the layer that is timed. */
export const DENSE_LAYER = { channels: 256, pixels: 1024 } as const;
/** Operations of one run of it: two per multiply-add. */
export const DENSE_FLOPS = 2 * DENSE_LAYER.channels ** 2 * DENSE_LAYER.pixels;

/** A graph of one matrix product, `x` [pixels, channels] by constants to `y`: what a runtime does best. */
export function denseLayerOnnx(): Uint8Array<ArrayBuffer> {
  const { channels, pixels } = DENSE_LAYER;
  const weights = Float32Array.from({ length: channels ** 2 }, (_, i) => ((i * 7919) % 1009) / 1009 - 0.5);
  return encodeOnnx({
    name: 'dense-layer',
    doc: 'One matrix product, to time a runtime by.',
    producer: 'spacecloud',
    modelVersion: 1,
    metadata: {},
    inputs: [{ name: 'x', type: 'float', dims: [pixels, channels], doc: 'Any values.' }],
    outputs: [{ name: 'y', type: 'float', dims: [pixels, channels], doc: 'x times the constants.' }],
    constants: [floats('w', [channels, channels], weights)],
    nodes: [node('MatMul', ['x', 'w'], 'y')],
  });
}
