import { SpaceCloudError, StrictMath } from '../../core/index.ts';
import {
  PATCH_CLASSES,
  type Scene,
  SceneGenerator,
  type SceneOptions,
  type ScenePurpose,
} from '../../environment/index.ts';
import { loadEngine } from '../../policies/networks/index.ts';
import { adamStep, createAdamState } from '../ppo/adam.kernel.ts';
import { batchOf } from './batches.ts';
import { targetMargins } from './calibrate.ts';
import { imageModelToOnnx } from './image-onnx.ts';
import { ImageNetwork } from './image-network.ts';
import { IMAGE_MODEL, layerSlots } from './layers.ts';
import { weightedCrossEntropy } from './loss.ts';

const BATCH = 16;
const LEARNING_RATE = 3e-3;
const WARM_UP_STEPS = 50;
/** Share of patches without a target that may be taken for a ship, and for a fire, on the scenes of calibration. */
const FALSE_FRAC = 1e-3;
const CALIBRATION_SCENES = 2000;

export interface ImageTrainingOptions {
  readonly seed: number;
  /** Scenes to learn from, each drawn once; a whole number of batches of 16. */
  readonly scenes: number;
  /** Scenes to set the margins of targets by; default 2,000. */
  readonly calibrationScenes?: number;
  readonly onProgress?: (progress: { readonly scenes: number; readonly loss: number }) => void;
}

/**
 * Trains the image model of the payload and gives its ONNX file. Every scene is drawn for its batch and seen once, so nothing
 * can be learned by heart; TensorFlow.js on WebAssembly, one thread: the same options give the same bytes.
 *
 * @throws SpaceCloudError MISUSE for a number of scenes that is no whole number of batches, ENGINE_UNAVAILABLE
 */
export async function trainImageModel(options: ImageTrainingOptions): Promise<Uint8Array<ArrayBuffer>> {
  const { seed, scenes, onProgress } = options;
  if (!Number.isInteger(scenes / BATCH) || scenes < BATCH) {
    const message = `Expected a number of scenes that is a multiple of ${BATCH}, got ${scenes}.`;
    throw new SpaceCloudError('MISUSE', message, { hint: `Give ${Math.max(1, Math.round(scenes / BATCH)) * BATCH}.` });
  }
  const { tf } = await loadEngine('wasm');
  const network = new ImageNetwork(tf, IMAGE_MODEL, seed);
  const gradient = new Float32Array(network.weights.length);
  const state = createAdamState(network.weights.length);
  const draw = sceneSource(seed, 'training', (index) => ({ targetFrac: 0.9, ...lessCloud(index) }));
  const steps = scenes / BATCH;
  let recentLoss = 0;
  for (let step = 0; step < steps; step++) {
    const { images, shape, labels } = batchOf(draw(step * BATCH, BATCH));
    network.gradientInto(gradient, images, shape, (logits) => {
      const result = weightedCrossEntropy(logits, labels);
      recentLoss = step === 0 ? result.loss : 0.98 * recentLoss + 0.02 * result.loss;
      return result.gradient;
    });
    const decay = 0.5 * (1 + StrictMath.cos((Math.PI * step) / steps));
    const learningRate = LEARNING_RATE * Math.min(1, (step + 1) / WARM_UP_STEPS) * decay;
    adamStep(network.weights, gradient, state, {
      learningRate,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      maxGradNorm: 5,
    });
    onProgress?.({ scenes: (step + 1) * BATCH, loss: recentLoss });
  }
  calibrate(network, seed, options.calibrationScenes ?? CALIBRATION_SCENES);
  return imageModelToOnnx(IMAGE_MODEL, network.weights, { seed: String(seed), scenes: String(scenes) });
}

function calibrate(network: ImageNetwork, seed: number, scenes: number): void {
  const draw = sceneSource(seed, 'calibration', () => ({}));
  const all = draw(0, scenes);
  const parts: number[] = [];
  for (let at = 0; at < all.length; at += BATCH) {
    const { images, shape } = batchOf(all.slice(at, at + BATCH));
    for (const logit of network.logits(images, shape)) parts.push(logit);
  }
  const margins = targetMargins(Float32Array.from(parts), all, FALSE_FRAC);
  const { slots, weights } = layerSlots(IMAGE_MODEL);
  const biasAt = slots.at(-1)?.biasAt ?? weights - PATCH_CLASSES.length;
  margins.forEach((margin, c) => {
    network.weights[biasAt + c] = (network.weights[biasAt + c] as number) - margin;
  });
}

/** Every other scene to learn from has at most half of it under cloud, for little is learned of targets under more. */
function lessCloud(index: number): Partial<SceneOptions> {
  return index % 2 === 0 ? {} : { cloudFrac: (index % 64) / 128 };
}

function sceneSource(
  seed: number,
  purpose: ScenePurpose,
  optionsOf: (index: number) => Partial<SceneOptions>,
): (at: number, n: number) => Scene[] {
  const generator = new SceneGenerator();
  return (at, n) =>
    Array.from({ length: n }, (_, i) => generator.generate({ seed, purpose, index: at + i, ...optionsOf(at + i) }));
}
