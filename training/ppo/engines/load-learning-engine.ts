import process from 'node:process';
import { setFlagsFromString } from 'node:v8';
import { SpaceCloudError } from '../../../core/index.ts';
import type { Architecture } from '../../../policies/index.ts';
import { ENGINE_NAMES, type EngineName, loadEngine } from '../../../policies/networks/index.ts';
import { FusedEngine } from './fused/fused-engine.ts';
import { type FusedName, fusedObstacle } from './fused/kernels.ts';
import type { LearningEngine } from './gradient-engine.ts';
import { tensorflowEngine } from './tensorflow-engine.ts';

const FUSED_NAMES = ['fused-fma', 'fused'] as const;

/**
 * `fused-fma` and `fused`: the default network in WebAssembly SIMD on all cores, with and without fused multiply-adds;
 * the others: TensorFlow.js backends, for every network.
 */
export type LearningEngineName = FusedName | EngineName;
export type LearningEnginePreference = 'auto' | LearningEngineName;
export const LEARNING_ENGINE_NAMES: readonly LearningEngineName[] = [...FUSED_NAMES, ...ENGINE_NAMES];

/** What of a network decides which engines serve it. */
type NetworkNeeds = Pick<Architecture, 'attention' | 'memory'>;

/**
 * An engine for a network. `auto` takes the first of fused-fma, fused, node, wasm, cpu that serves it here; a named engine
 * is taken or refused, never replaced. Results are reproducible per engine only.
 *
 * Errors: ENGINE_UNAVAILABLE.
 */
export async function loadLearningEngine(
  preference: LearningEnginePreference = 'auto',
  network: NetworkNeeds = { attention: 0, memory: 0 },
): Promise<LearningEngine> {
  const obstacles: string[] = [];
  for (const name of FUSED_NAMES) {
    if (preference !== 'auto' && preference !== name) continue;
    const obstacle = networkObstacle(network) ?? obstacleHere(name);
    if (obstacle === undefined) {
      const chosen =
        preference === 'auto' ? `${name} is the fastest engine that serves the network` : `${name} was asked for`;
      const reason = [chosen, ...obstacles].join('; ');
      return { name, reason, versions: fusedVersions(), create: (initial) => new FusedEngine(name, initial) };
    }
    obstacles.push(`${name} does not: ${obstacle}`);
  }
  if (preference === 'fused' || preference === 'fused-fma') {
    throw new SpaceCloudError(
      'ENGINE_UNAVAILABLE',
      `Expected engine '${preference}' to serve, but ${obstacles.join('; ')}.`,
      {
        hint: 'Ask for `auto`, which takes the fastest engine that serves.',
      },
    );
  }
  const engine = tensorflowEngine(await loadEngine(preference));
  return obstacles.length === 0 ? engine : { ...engine, reason: [engine.reason, ...obstacles].join('; ') };
}

function networkObstacle({ attention, memory }: NetworkNeeds): string | undefined {
  if (attention > 0) return 'the network has attention';
  return memory > 0 ? 'the network has memory' : undefined;
}

function obstacleHere(name: FusedName): string | undefined {
  // Node 20 has relaxed SIMD behind this flag; later ones have it without, and take the flag for known.
  if (name === 'fused-fma') setFlagsFromString('--experimental-wasm-relaxed-simd');
  return fusedObstacle(name);
}

function fusedVersions(): Record<string, string> {
  return { node: process.versions.node, v8: process.versions.v8 };
}
