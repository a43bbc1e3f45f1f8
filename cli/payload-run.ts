import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SpaceCloudError } from '../core/index.ts';
import type { PayloadProfile, Scene } from '../environment/index.ts';
import { packageInfo } from './package-info.ts';

/** The image model that is shipped. */
export function shippedModel(): string {
  return join(packageInfo().root, 'scenarios', 'payload', 'scene-classes.onnx');
}

/** The accelerator that profiles are scaled to unless told otherwise: one of the three of a satellite of 250 TFLOPS. */
export const ACCELERATOR: PayloadProfile['accelerator'] = {
  name: 'NVIDIA L40S',
  peakTflops: 91.6,
  memoryGBps: 864,
  kernelEfficiency: 0.5,
  grade: 'peak and memory: vendor data sheet; kernel efficiency: project choice',
};

export interface PayloadRunOptions {
  readonly model: string;
  readonly scenes: number;
  readonly seed: number;
  readonly prevalence: { readonly ship: number; readonly fire: number };
  readonly onScene?: (done: number) => void;
}

/** Name that the node of a payload run goes by. */
const SATELLITE = 'payload';

/**
 * Runs the image model on generated scenes in a node process of its own (`spacecloud node --payload`), which gets raw captures
 * over a socket and sends back products; what is known of the scenes stays here.
 *
 * Errors: FILE_NOT_FOUND, FILE_READ, ENGINE_UNAVAILABLE, NODE_CONNECT, NODE_PROTOCOL.
 */
export async function runPayload(options: PayloadRunOptions): Promise<PayloadProfile> {
  const { PayloadTally, graphCost, sceneFacts, servePayload } = await import('../agents/index.ts');
  const { PROFILE_FORMAT, SCENE_BANDS, SCENE_SIDE_PX, SceneGenerator } = await import('../environment/index.ts');
  const { readOnnxOutline } = await import('../policies/bundle/index.ts');
  const outline = outlineOf(options.model, readOnnxOutline);
  const cost = graphCost(outline, [SCENE_BANDS.length, SCENE_SIDE_PX, SCENE_SIDE_PX]);
  const generator = new SceneGenerator();
  const tally = new PayloadTally();
  const waiting = new Map<number, Scene>();
  const modelMs: number[] = [];
  const totalMs: number[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'spacecloud-'));
  const address = { socketPath: join(folder, 'payload.sock') };
  let kill = (): void => undefined;
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_, reject) => (fail = reject));
  failed.catch(() => undefined);
  try {
    const hello = await servePayload({
      address,
      scenes: options.scenes,
      failed,
      capture: (index) => {
        const scene = generator.generate({ seed: options.seed, purpose: 'evaluation', index });
        waiting.set(index, scene);
        return scene.counts;
      },
      onAnswer: (answer) => {
        const scene = waiting.get(answer.index);
        if (scene === undefined) return;
        waiting.delete(answer.index);
        tally.add(scene, answer.classes, answer.product.length);
        modelMs.push(answer.modelMs);
        totalMs.push(answer.totalMs);
        options.onScene?.(modelMs.length);
      },
      onListening: () => (kill = startPayloadNode(options.model, address.socketPath, fail)),
    });
    const pixels = SCENE_SIDE_PX ** 2;
    const modelMsP50 = quantile(modelMs, 0.5);
    return {
      format: PROFILE_FORMAT,
      model: { sha256: hello.modelSha256, opset: outline.opset, runtime: hello.runtime },
      scenes: sceneFacts(options.seed, options.scenes),
      prevalence: { ...options.prevalence, grade: 'project choice' },
      ...tally.counts(),
      work: { flopsPerPixel: cost.flops / pixels, bytesPerPixel: cost.bytesMoved / pixels },
      accelerator: ACCELERATOR,
      measured: {
        modelMsP50,
        modelMsP95: quantile(modelMs, 0.95),
        totalMsP50: quantile(totalMs, 0.5),
        gflops: cost.flops / modelMsP50 / 1e6,
        denseGflops: hello.denseGflops,
        cpu: cpus()[0]?.model ?? 'unknown',
      },
    };
  } finally {
    kill();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Starts the node; `fail` gets its error when it ends badly. Returns what ends it. */
function startPayloadNode(model: string, socketPath: string, fail: (error: Error) => void): () => void {
  const main = fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? './main.ts' : './main.js', import.meta.url));
  const loader = main.endsWith('.ts') ? ['--import', 'tsx'] : [];
  const words = ['node', '--payload', model, '--satellite', SATELLITE, '--connect', socketPath];
  const child = spawn(process.execPath, [...loader, main, ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  let text = '';
  child.stderr.on('data', (bytes: Buffer) => (text += bytes.toString()));
  child.on('error', (cause) => fail(nodeEnded(String(cause))));
  child.on('exit', (code) => {
    if (code !== 0) fail(nodeEnded(text.trim()));
  });
  return () => void child.kill();
}

function nodeEnded(text: string): SpaceCloudError {
  return new SpaceCloudError('NODE_CONNECT', `Expected the payload node to run on, got its end: ${text}`);
}

/** The bytes of a model file. Errors: FILE_NOT_FOUND, FILE_READ. */
export function readModel(file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'an error';
    const kind = code === 'ENOENT' || code === 'ENOTDIR' ? 'FILE_NOT_FOUND' : 'FILE_READ';
    throw new SpaceCloudError(kind, `Expected an image model at '${file}', got ${code}.`, {
      place: { file },
      hint: 'Leave --model out for the one that is shipped, or train one with `spacecloud payload train`.',
      cause,
    });
  }
}

/** The outline of a model file. Errors: FILE_NOT_FOUND, and FILE_READ that names the file. */
function outlineOf<T>(file: string, read: (bytes: Uint8Array) => T): T {
  const bytes = readModel(file);
  try {
    return read(bytes);
  } catch (cause) {
    throw new SpaceCloudError('FILE_READ', `Expected an image model (ONNX), got '${file}', which is none.`, {
      place: { file },
      hint: 'Leave --model out for the one that is shipped, or train one with `spacecloud payload train`.',
      cause,
    });
  }
}

/** The value below which the given share of the samples lies, by the nearest rank. */
function quantile(samples: readonly number[], frac: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(frac * sorted.length))] as number;
}
