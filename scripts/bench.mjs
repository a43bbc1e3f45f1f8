// `npm run bench -- [options]`: the benchmarks on the compiled code, with the collector exposed for heap growth.
import process from 'node:process';
import { prepare } from './build.mjs';
import { main, runNode } from './run.mjs';

await main(async () => {
  const built = await prepare();
  return built !== 0 ? built : runNode(['--expose-gc', 'dist/bench/main.js', ...process.argv.slice(2)]);
});
