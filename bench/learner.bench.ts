/**
 * Rows trained per second: `npx tsx bench/learner.bench.ts [--json]`. One update of 16,384 decisions of the space cloud
 * (80 % forward, 10 % place, 10 % cache; 3 to 8 candidates, 5.5 on average), hidden width 32, 4 epochs, on the engine
 * SPACECLOUD_ENGINE names (default auto). Row-epochs per second = 4 x 16,384 / time of one update; the bar for collecting
 * and training 8,000 decisions/s leaves the update 45,000.
 */
import process from 'node:process';
import { bench, do_not_optimize, group, run } from 'mitata';
import { Rng, SPACE_CLOUD_SPEC, createDecisionBatch } from '../core/index.ts';
import {
  LearnedPolicy,
  Scorer,
  architectureOf,
  identityNormaliser,
  initialWeights,
} from '../policies/runtime/index.ts';
import {
  Learner,
  type LearningEnginePreference,
  type RolloutBuffer,
  createRolloutBuffer,
  loadLearningEngine,
} from '../training/index.ts';

const ROWS = 16_384;
const EPOCHS = 4;
/** Satellites taking turns: a decision's successor is so many rows later. */
const STRIDE = 66;
const spec = SPACE_CLOUD_SPEC;
const architecture = architectureOf(spec);
const normaliser = identityNormaliser(spec);
const weights = initialWeights(architecture, 1);
const engine = await loadLearningEngine((process.env['SPACECLOUD_ENGINE'] ?? 'auto') as LearningEnginePreference);
const rollout = randomRollout();

group(`update of ${ROWS} decisions, ${EPOCHS} epochs, ${engine.name}`, () => {
  for (const minibatchRows of [1024, 2048, 4096]) {
    // Learning rate 0: every update does the same work on the same weights.
    const learner = Learner.create(
      engine,
      { architecture, normaliser, weights },
      { minibatchRows, epochs: EPOCHS, learningRate: 0 },
    );
    const rng = new Rng(1, 'bench-shuffle');
    bench(`minibatches of ${minibatchRows}`, () => {
      do_not_optimize(learner.update([rollout], rng, { iteration: 1, iterations: 1 }));
    });
  }
});

const results = await run(process.argv.includes('--json') ? { format: 'json' } : {});
if (!process.argv.includes('--json')) {
  for (const trial of results.benchmarks) {
    const medianNs = trial.runs[0]?.stats?.p50;
    if (medianNs !== undefined) {
      const thousands = (ROWS * EPOCHS) / (medianNs / 1e9) / 1000;
      console.log(`${trial.alias}: ${thousands.toFixed(0)} thousand row-epochs/s (median)`);
    }
  }
}

function randomRollout(): RolloutBuffer {
  const rng = new Rng(1, 'bench-rows');
  const batch = createDecisionBatch(spec, ROWS);
  const { contextStride, candidateStride, maxCandidates } = batch;
  batch.n = ROWS;
  for (let r = 0; r < ROWS; r++) {
    const u = rng.uniform();
    batch.kind[r] = u < 0.8 ? 0 : u < 0.9 ? 1 : 2;
    const count = 3 + rng.int(6);
    batch.candidateCount[r] = count;
    for (let k = 0; k < count; k++) batch.actionMask[r * maxCandidates + k] = 1;
  }
  // From 0 to 1 every feature is within its bounds.
  batch.context.forEach((_, i) => (batch.context[i] = rng.uniform()));
  batch.candidates.forEach((_, i) => (batch.candidates[i] = rng.uniform()));
  const actor = new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), {
    name: 'bench',
    mode: 'sample',
    rng: new Rng(1, 'bench-actions'),
  });
  const buffer = createRolloutBuffer({ capacity: ROWS, contextStride, candidateStride, maxCandidates });
  actor.choose(batch, buffer.action);
  buffer.n = ROWS;
  for (const name of ['kind', 'candidateCount', 'context', 'candidates', 'actionMask'] as const) {
    buffer[name].set(batch[name]);
  }
  buffer.logProb.set(actor.logProb);
  for (let r = 0; r < ROWS; r++) {
    buffer.reward[r] = rng.normal();
    buffer.elapsed[r] = 1;
    buffer.next[r] = r + STRIDE < ROWS ? r + STRIDE : -1;
  }
  return buffer;
}
