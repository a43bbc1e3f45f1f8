// `npm run build:payload -- [options]`: trains the image model that is shipped, and measures the profile that scenarios use.
import process from 'node:process';
import { prepare } from './build.mjs';
import { main, runNode } from './run.mjs';

const MODEL = 'scenarios/payload/scene-classes.onnx';
const PROFILE = 'scenarios/profiles/scene-classes.json';

await main(async () => {
  const built = await prepare();
  if (built !== 0) return built;
  const command = ['dist/cli/main.js', 'payload'];
  const trained = await runNode([...command, 'train', '--out', MODEL, ...process.argv.slice(2)]);
  return trained !== 0 ? trained : runNode([...command, 'profile', '--out', PROFILE]);
});
