// `npm run results -- [options]`: trains and compares what docs/RESULTS.md claims, on the compiled code.
import process from 'node:process';
import { prepare } from './build.mjs';
import { main, runNode } from './run.mjs';

await main(async () => {
  const built = await prepare();
  return built !== 0 ? built : runNode(['dist/bench/results/main.js', ...process.argv.slice(2)]);
});
