import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Rng, SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import { architectureOf, initialWeights } from '../../../policies/index.ts';
import { loadEngine } from '../../../policies/networks/index.ts';
import { CollectorPool, Learner, readTrainedPolicy, train, trainConfig } from '../../../training/index.ts';
import { twoScenarios } from './run-lab.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-lag-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const WORKERS = 2;
const ITERATIONS = 5;
const ROWS = 120;

/**
 * The schedule's slow twin: one rollout after another, each with the weights after update i - 1 - lag, kept in a list.
 */
it.each([0, 1] as const)(
  'lag %i: rollout i is collected with the weights after update i - 1 - lag',
  async (lag) => {
    const [shared] = twoScenarios();
    if (shared === undefined) throw new Error('Expected a scenario.');
    const overrides = {
      ...{ decisions: ROWS * ITERATIONS, rowsPerIteration: ROWS, workers: WORKERS, worldsPerWorker: 2, seed: 5, lag },
      ...{ calibrationDecisions: 300, network: { hidden: 4 }, ppo: { epochs: 2, minibatchRows: 60 } },
    };
    const runFolder = join(folder, `run-${lag}`);
    const result = await train({ ...shared, runFolder, config: overrides, engine: 'wasm', clockMs: Date.now });

    const config = trainConfig(overrides);
    const { normaliser } = readTrainedPolicy(runFolder).network;
    const architecture = architectureOf(SPACE_CLOUD_SPEC, { hidden: 4 });
    const weights = initialWeights(architecture, config.seed);
    const learner = Learner.create(await loadEngine('wasm'), { architecture, normaliser, weights }, config.ppo);
    const acting = new Float32Array(new SharedArrayBuffer(weights.byteLength));
    const pool = await CollectorPool.start(
      Array.from({ length: WORKERS }, (_, i) => ({
        plan: { scenarios: [{ ...shared, weight: 1 }], variation: {}, curriculum: [], episodeS: config.episodeS },
        ...{ architecture, normaliser, weights: [acting], fallback: config.fallback },
        collector: {
          ...{ worldCount: 2, rows: ROWS / WORKERS, discountUnitS: 1, bufferCount: 1 },
          // Training run 5 draws from here on.
          firstSeed: 1_000_000 + 5 * 1_000_000 + i,
          seedStride: WORKERS,
        },
      })),
    );
    const shuffle = new Rng(config.seed, 'shuffle');
    const after = [weights.slice()];
    for (let i = 1; i <= ITERATIONS; i++) {
      acting.set(after[Math.max(0, i - 1 - lag)] as Float32Array);
      const { buffers } = await pool.collect();
      learner.update(buffers, shuffle, { iteration: i, iterations: ITERATIONS });
      after.push(learner.weights.slice());
    }
    await pool.close();
    learner.dispose();
    expect(after[1]).not.toEqual(after[0]);
    expect(result.weights).toEqual(after[ITERATIONS]);
  },
  60_000,
);
