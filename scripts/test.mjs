// `npm test -- [vitest options and files]`: the tests, from a fresh clone. With `--learning` first: the full learning proofs.
import process from 'node:process';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { packageFile, runNode } from './run.mjs';

const learning = process.argv[2] === '--learning';
const args = process.argv.slice(learning ? 3 : 2);

await ensureInstalled();
const built = await ensureBuilt();
process.exitCode =
  built !== 0
    ? built
    : await runNode([packageFile('vitest', 'vitest.mjs'), 'run', ...args], {
        env: learning ? { SPACECLOUD_LEARNING: 'full' } : {},
      });
