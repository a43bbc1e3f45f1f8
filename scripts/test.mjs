// `npm test -- [vitest options and files]`: the tests, from a fresh clone. With `--learning` first: the full learning proofs.
import process from 'node:process';
import { prepare } from './build.mjs';
import { main, packageFile, runNode } from './run.mjs';

await main(async () => {
  const learning = process.argv[2] === '--learning';
  const args = process.argv.slice(learning ? 3 : 2);
  const built = await prepare();
  if (built !== 0) return built;
  const env = learning ? { SPACECLOUD_LEARNING: 'full' } : {};
  return runNode([packageFile('vitest', 'vitest.mjs'), 'run', ...args], { env });
});
