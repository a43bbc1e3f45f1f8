// `npm test -- [vitest options and files]`: the tests, from a fresh clone. With `--learning` first: the full learning proofs; with
// `--faults`: a thousand random faults of a fleet.
import process from 'node:process';
import { prepare } from './build.mjs';
import { main, packageFile, runNode } from './run.mjs';

/** Long forms: what they set, and which files they run. */
const LONG = {
  '--learning': { env: { SPACECLOUD_LEARNING: 'full' } },
  '--faults': { env: { SPACECLOUD_FAULTS: 'full' }, files: ['test/e2e/faults/random.test.ts'] },
};

await main(async () => {
  const long = LONG[process.argv[2]];
  const args = process.argv.slice(long === undefined ? 2 : 3);
  const built = await prepare();
  if (built !== 0) return built;
  const { env = {}, files = [] } = long ?? {};
  return runNode([packageFile('vitest', 'vitest.mjs'), 'run', ...files, ...args], { env });
});
