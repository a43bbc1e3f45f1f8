// `npm run bench -- [options]`: the benchmarks on the compiled code, with the collector exposed for heap growth.
import process from 'node:process';
import { ensureBuilt } from './build.mjs';
import { ensureInstalled } from './install.mjs';
import { runNode } from './run.mjs';

await ensureInstalled();
const built = await ensureBuilt();
process.exitCode = built !== 0 ? built : await runNode(['--expose-gc', 'dist/bench/main.js', ...process.argv.slice(2)]);
