/**
 * Trains a policy on a small scenario, for seconds; a policy worth flying needs some 600,000 decisions.
 *
 *     npx tsx examples/train.ts [folder]
 */
import { join } from 'node:path';
import { loadScenario, train } from 'spacecloud';

const folder = process.argv[2] ?? 'runs/examples';
const scenario = loadScenario('test-12');

const result = await train({
  scenario,
  runFolder: join(folder, 'run'),
  config: {
    seed: 1,
    decisions: 4096,
    rowsPerIteration: 1024,
    workers: 1,
    worldsPerWorker: 4,
    calibrationDecisions: 1000,
    ppo: { epochs: 2 },
  },
  onProgress: ({ iteration, iterations, metrics }) =>
    console.log(`iteration ${iteration} of ${iterations}: mean return ${metrics.returnMean.toFixed(3)}`),
});

console.log(`Trained on ${result.decisions} decisions of '${scenario.name}' with the ${result.engine} engine.`);
console.log(`Checkpoint: ${result.checkpointFile}`);
