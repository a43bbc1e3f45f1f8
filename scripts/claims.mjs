// `npm run claims -- [options]`: runs all studies in full and writes docs/CLAIMS.md, on the compiled code.
import process from 'node:process';
import { prepare } from './build.mjs';
import { main, runNode } from './run.mjs';

await main(async () => {
  const built = await prepare();
  return built !== 0 ? built : runNode(['dist/bench/claims/main.js', ...process.argv.slice(2)]);
});
