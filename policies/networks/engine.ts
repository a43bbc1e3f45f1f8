import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import process from 'node:process';
import util from 'node:util';
import { SpaceCloudError } from '../../core/index.ts';
import { registerMissingGradients } from './gradients.ts';
import type { Tf } from './tf.ts';

export const ENGINE_NAMES = ['node', 'wasm', 'cpu'] as const;
/** `node`: libtensorflow through @tensorflow/tfjs-node; `wasm`: WebAssembly SIMD; `cpu`: plain JavaScript. */
export type EngineName = (typeof ENGINE_NAMES)[number];
export type EnginePreference = 'auto' | EngineName;

/** A TensorFlow.js backend that has passed a real operation. One per process (worker): TensorFlow.js is global. */
export interface Engine {
  readonly name: EngineName;
  /** Why this one, and why not the ones before it; for `spacecloud doctor` and run manifests. */
  readonly reason: string;
  readonly tf: Tf;
  /** Package versions, e.g. `tfjs-core`, `tfjs-backend-wasm`, `libtensorflow`, `node`. */
  readonly versions: Readonly<Record<string, string>>;
}

const BACKEND_OF: Readonly<Record<EngineName, string>> = { node: 'tensorflow', wasm: 'wasm', cpu: 'cpu' };
const HINT_OF: Readonly<Record<EngineName, string>> = {
  node: 'Run `npm run setup:native` to install the native engine, or ask for `auto` or `wasm`.',
  wasm: 'Run `npm ci` to restore @tensorflow/tfjs-backend-wasm, or ask for `auto` or `cpu`.',
  cpu: 'Run `npm ci` to restore @tensorflow/tfjs-backend-cpu.',
};

/**
 * Loads a TensorFlow.js backend and makes it the current one. `auto` takes the first of node, wasm, cpu that computes a
 * known product correctly; a named engine is taken or refused, never replaced.
 *
 * The caller passes the preference; nothing here reads the environment. Do not mix engines within one run or resume:
 * results are reproducible per engine only.
 *
 * @throws SpaceCloudError `ENGINE_UNAVAILABLE` when the named engine (for `auto`: every engine) does not load.
 */
export async function loadEngine(preference: EnginePreference = 'auto'): Promise<Engine> {
  const tf: Tf = await import('@tensorflow/tfjs-core');
  tf.enableProdMode(); // silences the "Hi, looks like you are running TensorFlow.js in Node.js" banner
  const wanted = preference === 'auto' ? ENGINE_NAMES : [preference];
  const failures: string[] = [];
  let cause: unknown;
  for (const name of wanted) {
    try {
      const versions = await activate(tf, name);
      const chosen = preference === 'auto' ? `${name} is the first engine that works` : `${name} was asked for`;
      const reason = [chosen, ...failures].join('; ');
      return { name, reason, tf, versions: { ...versions, node: process.versions.node } };
    } catch (error) {
      cause = error;
      failures.push(`${name} does not load: ${firstLine(error)}`);
    }
  }
  const expected = preference === 'auto' ? `one of ${ENGINE_NAMES.join(', ')}` : `'${preference}'`;
  throw new SpaceCloudError('ENGINE_UNAVAILABLE', `Expected engine ${expected} to load: ${failures.join('; ')}.`, {
    hint: HINT_OF[preference === 'auto' ? 'cpu' : preference],
    cause,
  });
}

async function activate(tf: Tf, name: EngineName): Promise<Record<string, string>> {
  const versions = await LOADERS[name](tf);
  const previous = tf.engine().backendName;
  try {
    const ready = await tf.setBackend(BACKEND_OF[name]);
    if (!ready) throw new Error(`backend '${BACKEND_OF[name]}' did not initialise`);
    registerMissingGradients(tf);
    probe(tf);
  } catch (error) {
    if (previous !== undefined && tf.findBackend(previous) !== null) await tf.setBackend(previous);
    throw error;
  }
  return { 'tfjs-core': tf.version_core, ...versions };
}

/** Forward and gradient of x^T x at (3, 4): 25 and (6, 8). Loading alone proves nothing (on Node >= 23 it loads and every operation fails). */
function probe(tf: Tf): void {
  const [value, gradient] = tf.tidy(() => {
    const result = tf.valueAndGrad((x) => tf.sum(tf.matMul(x, x, true, false)))(tf.tensor2d([3, 4], [2, 1]));
    return [result.value.dataSync()[0], Array.from(result.grad.dataSync())];
  });
  if (value !== 25 || gradient[0] !== 6 || gradient[1] !== 8) {
    throw new Error(`the gradient of 3^2 + 4^2 came out as ${value}, (${gradient.join(', ')})`);
  }
}

const LOADERS: Readonly<Record<EngineName, (tf: Tf) => Promise<Record<string, string>>>> = {
  node: loadNode,
  wasm: loadWasm,
  cpu: async () => {
    const { version_cpu } = await import('@tensorflow/tfjs-backend-cpu');
    return { 'tfjs-backend-cpu': version_cpu };
  },
};

/** The part of @tensorflow/tfjs-node used here; the package is optional and may be absent when types are checked. */
interface TfjsNodeModule {
  readonly version: Readonly<Record<string, string>>;
  readonly backend: () => { readonly binding?: { readonly TF_Version?: string } };
}

async function loadNode(tf: Tf): Promise<Record<string, string>> {
  restoreIsNullOrUndefined();
  // libtensorflow reads these: no notes on instruction sets, and no oneDNN, whose results vary with the CPU
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '1';
  process.env['TF_ENABLE_ONEDNN_OPTS'] ??= '0';
  const specifier: string = '@tensorflow/tfjs-node';
  const namespace = (await import(specifier)) as { readonly default?: TfjsNodeModule } & Partial<TfjsNodeModule>;
  const module = (namespace.version === undefined ? namespace.default : namespace) as TfjsNodeModule;
  if (tf.findBackend(BACKEND_OF.node) === null) {
    throw new Error('@tensorflow/tfjs-node brought its own copy of @tensorflow/tfjs-core; run `npm dedupe`');
  }
  await tf.setBackend(BACKEND_OF.node);
  const libtensorflow = module.backend().binding?.TF_Version;
  return {
    'tfjs-node': module.version['tfjs-node'] ?? 'unknown',
    ...(libtensorflow === undefined ? {} : { libtensorflow }),
  };
}

/** tfjs-node 4.22 calls `util.isNullOrUndefined`, which Node 23 removed (tfjs#8425) and Node 22 warns about. */
function restoreIsNullOrUndefined(): void {
  Object.defineProperty(util, 'isNullOrUndefined', {
    value: (value: unknown) => value === null || value === undefined,
    configurable: true,
    writable: true,
  });
}

async function loadWasm(tf: Tf): Promise<Record<string, string>> {
  const { setWasmPaths, version_wasm } = await import('@tensorflow/tfjs-backend-wasm');
  if (tf.engine().registry['wasm'] === undefined) {
    const entry = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
    setWasmPaths(join(dirname(entry), sep));
    await withoutNewProcessListeners(() => tf.setBackend('wasm'));
  }
  const simd = await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT');
  return { 'tfjs-backend-wasm': version_wasm, simd: simd ? 'yes' : 'no' };
}

/**
 * The backend's emscripten glue adds process-wide handlers that rethrow every uncaught error from inside its minified
 * file, which hides the real place. Handlers added during `start` are removed again.
 */
async function withoutNewProcessListeners(start: () => Promise<unknown>): Promise<void> {
  const events = ['uncaughtException', 'unhandledRejection'] as const;
  const before = events.map((event) => new Set<unknown>(process.listeners(event as 'uncaughtException')));
  await start();
  events.forEach((event, i) => {
    for (const listener of process.listeners(event as 'uncaughtException')) {
      if (before[i]?.has(listener) !== true) process.removeListener(event, listener);
    }
  });
}

function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.split('\n', 1)[0] ?? '';
}
