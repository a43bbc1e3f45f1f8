import { createHash } from 'node:crypto';
import { SpaceCloudError } from '../../core/index.ts';
import { PATCH_CLASSES, SCENE_BANDS, SCENE_PATCHES, SCENE_SIDE_PX } from '../../environment/index.ts';
import { type OnnxOutline, readOnnxOutline } from '../../policies/bundle/index.ts';
import { DENSE_FLOPS, DENSE_LAYER, denseLayerOnnx } from './dense-rate.ts';

const DENSE_RUNS = 30;

/** The image model, ready to run in this process. */
export interface ImageModel {
  readonly outline: OnnxOutline;
  /** SHA-256 of the file, hexadecimal. */
  readonly sha256: string;
  /** Name and version of what runs it. */
  readonly runtime: string;
  /** [SCENE_PATCHES] class per patch of one scene of counts. */
  classify(counts: Uint16Array): Promise<Uint8Array>;
  /** Operations per second of a dense layer in this process [GFLOP/s], the best of several runs by the given clock [ms]. */
  denseGflops(nowMs: () => number): Promise<number>;
}

/** The part of onnxruntime-web used here. */
interface Runtime {
  readonly env: {
    readonly wasm: { numThreads?: number | undefined };
    readonly versions: { readonly common: string };
    logLevel?: unknown;
  };
  readonly InferenceSession: {
    create(
      bytes: Uint8Array,
    ): Promise<{ run(feeds: Record<string, unknown>): Promise<Record<string, { data: unknown }>> }>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => unknown;
}

/**
 * Loads an image model into ONNX Runtime (WebAssembly, one thread).
 *
 * @throws SpaceCloudError ENGINE_UNAVAILABLE when onnxruntime-web is not installed, FILE_READ for a file that is no image model
 */
export async function loadImageModel(bytes: Uint8Array): Promise<ImageModel> {
  const outline = readOnnxOutline(bytes);
  const { bands, classes } = outline.metadata;
  if (bands !== SCENE_BANDS.join(',') || classes !== PATCH_CLASSES.join(',')) {
    const got = `bands '${bands ?? 'none'}' and classes '${classes ?? 'none'}'`;
    throw new SpaceCloudError('FILE_READ', `Expected an image model of bands ${SCENE_BANDS.join(',')}, got ${got}.`, {
      hint: 'Train one with `spacecloud payload train`.',
    });
  }
  const ort = await loadRuntime();
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = 'error';
  const session = await ort.InferenceSession.create(bytes);
  const dims = [1, SCENE_BANDS.length, SCENE_SIDE_PX, SCENE_SIDE_PX];
  return {
    outline,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    runtime: `onnxruntime-web ${ort.env.versions.common}`,
    async classify(counts) {
      const outputs = await session.run({ counts: new ort.Tensor('float32', Float32Array.from(counts), dims) });
      const found = outputs['classes']?.data as BigInt64Array;
      return Uint8Array.from({ length: SCENE_PATCHES }, (_, patch) => Number(found[patch]));
    },
    async denseGflops(nowMs) {
      const dense = await ort.InferenceSession.create(denseLayerOnnx());
      const { pixels, channels } = DENSE_LAYER;
      const x = new ort.Tensor('float32', new Float32Array(pixels * channels).fill(0.5), [pixels, channels]);
      let bestMs = Infinity;
      for (let run = 0; run < DENSE_RUNS; run++) {
        const startMs = nowMs();
        await dense.run({ x });
        bestMs = Math.min(bestMs, nowMs() - startMs);
      }
      return DENSE_FLOPS / bestMs / 1e6;
    },
  };
}

async function loadRuntime(): Promise<Runtime> {
  const specifier: string = 'onnxruntime-web';
  try {
    return (await import(specifier)) as Runtime;
  } catch (cause) {
    throw new SpaceCloudError('ENGINE_UNAVAILABLE', 'Expected onnxruntime-web to load, got an error.', {
      hint: 'It is an optional package: install it with `npm install onnxruntime-web`.',
      cause,
    });
  }
}
