import type { Figure } from './figures.ts';

/** The bench groups, in the order they run; each runs in a process of its own. */
export const GROUPS: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  decision: async () => (await import('./decision.bench.ts')).measure(),
  start: async () => (await import('./start.bench.ts')).measure(),
  world: async () => (await import('./world.bench.ts')).measure(),
  agents: async () => (await import('./agents.bench.ts')).measure(),
  memory: async () => (await import('./memory.bench.ts')).measure(),
  'scale-paths': async () => (await import('./scale.bench.ts')).measurePaths(),
  'scale-neighbours': async () => (await import('./scale.bench.ts')).measureNeighbours(),
  'scale-world': async () => (await import('./scale-world.bench.ts')).measure(),
  geometry: async () => (await import('./geometry.bench.ts')).measure(),
  rollout: async () => (await import('./rollout.bench.ts')).measure(),
  'train-fused': async () => (await import('./train.bench.ts')).measure('fused-fma'),
  'train-wasm': async () => (await import('./train.bench.ts')).measure('wasm'),
  'train-node': async () => (await import('./train.bench.ts')).measure('node'),
  audit: async () => (await import('./audit.bench.ts')).measure(),
  bus: async () => (await import('./bus.bench.ts')).measure(),
  pytorch: async () => (await import('./pytorch.bench.ts')).measure(),
};
