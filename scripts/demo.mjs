// `npm run demo -- [options]`: the whole loop, from a fresh clone. Options are those of `spacecloud demo`.
import process from 'node:process';
import { prepare } from './build.mjs';
import { main, runNode } from './run.mjs';

await main(async () => {
  const built = await prepare();
  return built !== 0 ? built : runNode(['dist/cli/main.js', 'demo', ...process.argv.slice(2)]);
});
