// `npm run demo -- [options]`: the whole loop, from a fresh clone. Options are those of `spacecloud demo`.
import process from 'node:process';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { runNode } from './run.mjs';

await ensureInstalled();
const built = await ensureBuilt();
process.exitCode = built !== 0 ? built : await runNode(['dist/cli/main.js', 'demo', ...process.argv.slice(2)]);
