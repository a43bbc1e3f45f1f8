import * as ort from 'onnxruntime-web';
import { beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { type Engine, loadEngine } from '../../../policies/networks/index.ts';
import { trainImageModel } from '../../../training/index.ts';
import { ImageNetwork } from '../../../training/payload/image-network.ts';
import { imageModelToOnnx } from '../../../training/payload/image-onnx.ts';
import { COUNT_SCALE, type ConvolutionShape, IMAGE_MODEL } from '../../../training/payload/layers.ts';
import { weightedCrossEntropy } from '../../../training/payload/loss.ts';

ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine('wasm');
});

function imagesOf(values: number): Float32Array {
  const rng = new Rng(4, 'images');
  return Float32Array.from({ length: values }, () => rng.uniform());
}

describe('ImageNetwork', () => {
  /** Every sort of layer there is. */
  const shapes: readonly ConvolutionShape[] = [
    { inputs: 2, outputs: 3, side: 3, stride: 2 },
    { inputs: 3, outputs: 5, side: 3, stride: 1 },
    { inputs: 5, outputs: 4, side: 3, stride: 2 },
    { inputs: 4, outputs: 4, side: 1, stride: 1 },
  ];
  const images = imagesOf(2 * 8 * 8 * 2);
  const shape = [2, 8, 8, 2] as const;
  const labels = Uint8Array.of(0, 1, 2, 3, 3, 2, 1, 0);

  it('has the derivatives of its loss: central differences', () => {
    const network = new ImageNetwork(engine.tf, shapes, 3);
    const gradient = new Float32Array(network.weights.length);
    network.gradientInto(gradient, images, shape, (logits) => weightedCrossEntropy(logits, labels).gradient);
    const lossAt = (i: number, value: number): number => {
      const before = network.weights[i] as number;
      network.weights[i] = value;
      const { loss } = weightedCrossEntropy(network.logits(images, shape), labels);
      network.weights[i] = before;
      return loss;
    };
    let largest = 0;
    for (let i = 0; i < gradient.length; i += 7) {
      const w = network.weights[i] as number;
      const numeric = (lossAt(i, w + 2e-3) - lossAt(i, w - 2e-3)) / 4e-3;
      // float32 losses of about 1 differ by 1e-7 / 4e-3 = 3e-5, a rectifier between the two points by more
      expect(Math.abs(numeric - (gradient[i] as number))).toBeLessThan(2e-3);
      largest = Math.max(largest, Math.abs(numeric));
    }
    expect(largest).toBeGreaterThan(0.05);
  });

  it('is the same function as its ONNX graph, on scenes of any size', async () => {
    const network = new ImageNetwork(engine.tf, IMAGE_MODEL, 9);
    const session = await ort.InferenceSession.create(imageModelToOnnx(IMAGE_MODEL, network.weights, {}));
    const [height, width] = [32, 64];
    const pixels = imagesOf(height * width * 4);
    const planes = new Float32Array(pixels.length);
    for (let i = 0; i < height * width; i++) {
      for (let band = 0; band < 4; band++)
        planes[band * height * width + i] = (pixels[i * 4 + band] as number) * COUNT_SCALE;
    }
    const expected = network.logits(pixels, [1, height, width, 4]);
    const outputs = await session.run({ counts: new ort.Tensor('float32', planes, [1, 4, height, width]) });
    const logits = outputs['logits']?.data as Float32Array;
    expect(outputs['logits']?.dims).toEqual([1, 4, 2, 4]);
    for (let place = 0; place < 8; place++) {
      for (let c = 0; c < 4; c++) {
        expect(Math.abs((logits[c * 8 + place] as number) - (expected[place * 4 + c] as number))).toBeLessThan(1e-4);
      }
    }
    expect(Math.max(...expected.map(Math.abs))).toBeGreaterThan(0.1);
  });
});

describe('weightedCrossEntropy', () => {
  it('is the logarithm of the number of classes when nothing is known', () => {
    // log 4, whatever the weights
    expect(weightedCrossEntropy(new Float32Array(16), Uint8Array.of(0, 1, 2, 3)).loss).toBeCloseTo(Math.log(4), 6);
  });

  it('counts a patch of a target four times', () => {
    // one clear patch (weight 1) and one of a ship (4), each with a derivative of 1/4 - 1 at its own class
    const { gradient } = weightedCrossEntropy(new Float32Array(8), Uint8Array.of(0, 2));
    expect(gradient[0]).toBeCloseTo((1 / 5) * -0.75, 6);
    expect(gradient[6]).toBeCloseTo((4 / 5) * -0.75, 6);
  });
});

describe('trainImageModel', () => {
  it('gives the same bytes for the same options, and others for another seed', async () => {
    const [first, again, other] = [
      await trainImageModel({ seed: 2, scenes: 32, calibrationScenes: 16 }),
      await trainImageModel({ seed: 2, scenes: 32, calibrationScenes: 16 }),
      await trainImageModel({ seed: 3, scenes: 32, calibrationScenes: 16 }),
    ];
    expect(Buffer.from(again).equals(first)).toBe(true);
    expect(Buffer.from(other).equals(first)).toBe(false);
  }, 60_000);

  it('learns: the loss falls', async () => {
    const losses: number[] = [];
    await trainImageModel({
      ...{ seed: 2, scenes: 640, calibrationScenes: 16 },
      onProgress: ({ loss }) => losses.push(loss),
    });
    expect(losses.at(-1)).toBeLessThan(0.9 * (losses[0] as number));
  }, 120_000);

  it('refuses a number of scenes that is no whole number of batches', async () => {
    await expect(trainImageModel({ seed: 1, scenes: 20 })).rejects.toMatchObject({ code: 'MISUSE' });
  });
});
