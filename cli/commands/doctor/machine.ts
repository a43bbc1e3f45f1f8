import { arch, availableParallelism, cpus, freemem, platform, totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import type { LearningEngine } from '../../../training/index.ts';

/** What the machine offers to this process. Memory in bytes. */
export interface Machine {
  readonly node: string;
  readonly platform: string;
  readonly arch: string;
  readonly cpu: string;
  /** Cores this process may use; containers and affinity counted. */
  readonly cores: number;
  /** Memory of the machine or of the container, whichever is less. */
  readonly memoryBytes: number;
  readonly freeMemoryBytes: number;
  /** Limit of the JavaScript heap; typed arrays live outside it. */
  readonly heapLimitBytes: number;
}

/** Something that is missing or short, what that means, and how to get it. */
export interface Finding {
  readonly what: string;
  readonly effect: string;
  readonly remedy: string;
}

const GIB = 2 ** 30;
/** Oldest Node of `engines` in package.json. */
const OLDEST_NODE = [20, 19] as const;
/** Demo and tests with their workers stay below this. */
const ENOUGH_MEMORY_BYTES = 3 * GIB;

export function readMachine(): Machine {
  const constrained = process.constrainedMemory();
  const total = totalmem();
  const memoryBytes = constrained > 0 && constrained < total ? constrained : total;
  return {
    node: process.versions.node,
    platform: platform(),
    arch: arch(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryBytes,
    freeMemoryBytes: Math.min(freemem(), memoryBytes),
    heapLimitBytes: getHeapStatistics().heap_size_limit,
  };
}

/** What to mend, most telling first; empty when nothing is missing. */
export function findings(machine: Machine, engine: Pick<LearningEngine, 'name' | 'versions'>): readonly Finding[] {
  const found: Finding[] = [];
  if (!isAtLeast(machine.node, OLDEST_NODE)) {
    found.push({
      what: `Node ${machine.node}`,
      effect: `older than ${OLDEST_NODE.join('.')}, the oldest that is supported`,
      remedy: 'Install a newer Node; `nvm install` reads .nvmrc.',
    });
  }
  if (engine.name === 'cpu') {
    found.push({
      what: 'the WASM engine',
      effect: 'learning runs in plain JavaScript, many times slower',
      remedy: 'Run `npm ci` to restore @tensorflow/tfjs-backend-wasm.',
    });
  }
  if (engine.name === 'wasm' && engine.versions['simd'] === 'no') {
    found.push({
      what: 'WebAssembly SIMD',
      effect: 'learning runs several times slower',
      remedy: 'Use Node without --no-wasm-simd or --jitless, on a processor with SSE4.1 or NEON.',
    });
  }
  if (engine.name === 'wasm' || engine.name === 'cpu') {
    found.push({
      what: 'the native engine (libtensorflow)',
      effect: `learning uses ${engine.name}, which is slower on large batches; nothing else changes`,
      remedy: 'Optional: `npm run setup:native` builds it on Linux x64 from package registries alone.',
    });
  }
  if (machine.cores < 2) {
    found.push({
      what: 'a second core',
      effect: 'rollouts and learning take turns; training takes about twice as long',
      remedy: 'Give the container or virtual machine two cores or more.',
    });
  }
  if (machine.memoryBytes < ENOUGH_MEMORY_BYTES) {
    found.push({
      what: 'memory',
      effect: `${formatGiB(machine.memoryBytes)} in all; large constellations and many workers may not fit`,
      remedy: `Give it ${formatGiB(ENOUGH_MEMORY_BYTES)} or more, or use fewer workers.`,
    });
  }
  return found;
}

function isAtLeast(version: string, oldest: readonly [number, number]): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldest[0] || (major === oldest[0] && minor >= oldest[1]);
}

/** `7.8 GiB`. */
export function formatGiB(bytes: number): string {
  return `${(bytes / GIB).toFixed(1)} GiB`;
}
