import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** `npm run test:learning` sets it: the full learning proofs (minutes) instead of the quick forms. */
const fullLearning = process.env['SPACECLOUD_LEARNING'] === 'full';
/** Set to `node`, `wasm` or `cpu`: only the engine tests, on that engine. */
const engine = process.env['SPACECLOUD_ENGINE'];

function testFiles(): string[] {
  if (fullLearning) return ['test/learning/**/*.test.ts'];
  if (engine !== undefined) return ['test/**/engine*.test.ts'];
  return ['test/**/*.test.ts'];
}

export default defineConfig({
  resolve: {
    alias: [
      { find: /^spacecloud$/, replacement: here('index.ts') },
      { find: /^spacecloud\/runtime$/, replacement: here('policies/runtime/index.ts') },
    ],
  },
  test: {
    include: testFiles(),
    exclude: [...configDefaults.exclude, 'dist/**', ...(fullLearning ? [] : ['test/learning/**/*.full.test.ts'])],
    pool: 'forks',
    // The default leaves one core idle, which on two is half of them.
    maxWorkers: availableParallelism(),
    env: { TF_CPP_MIN_LOG_LEVEL: '2' },
    testTimeout: fullLearning ? 30 * 60_000 : 60_000,
    hookTimeout: 60_000,
  },
});
