import { createHash } from 'node:crypto';
import { loadEngine } from '../../../policies/networks/index.ts';
import { loadCheckpoint, saveCheckpoint } from '../../../training/checkpoint.ts';
import { CartPole, EnvironmentTraining } from '../../../training/environments/index.ts';

/**
 * `resume-worker.ts start|resume <checkpoint> <iterations>`: runs so many iterations of a CartPole training from the start
 * or from the checkpoint, writes the checkpoint, and prints the SHA-256 of the weights.
 */
const [, , mode, path, iterations] = process.argv as [string, string, string, string, string];
const IDENTITY = { task: 'cart-pole', engine: 'wasm' };
const run = new EnvironmentTraining({
  make: () => new CartPole(),
  engine: await loadEngine('wasm'),
  seed: 3,
  copies: 4,
  rowsPerIteration: 64,
  iterations: 200,
  ppo: { minibatchRows: 32, epochs: 2, learningRate: 1e-3 },
  network: {},
  reward: 'own',
  calibrationDecisions: 0,
});
if (mode === 'resume') run.restoreState(loadCheckpoint(path, IDENTITY).sections);
for (let i = 0; i < Number(iterations); i++) run.next();
saveCheckpoint(path, { manifest: { identity: IDENTITY, state: {} }, sections: run.saveState() });
console.log(createHash('sha256').update(run.learner.weights).digest('hex'));
