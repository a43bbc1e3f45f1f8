import type { Geometry, Scenario } from '../environment/index.ts';
import { CollectorPool, FIRST_TRAINING_SEED, TRAIN_DEFAULTS } from '../training/index.ts';
import type { Figure } from './figures.ts';
import { HEURISTIC, type LearnedNetwork, createNetwork, loadFixture } from './fixture.ts';
import { lapAsync } from './stopwatch.ts';

const WORKERS = 2;
const WARM_UPS = 4;
const SAMPLES = 7;
/** Rollouts per sample. */
const ROLLOUTS = 2;

/** Workers that collect with a network, as `train` starts them. */
export function startRollouts(
  world: { readonly scenario: Scenario; readonly geometry: Geometry },
  network: LearnedNetwork,
): Promise<CollectorPool> {
  const weights = new Float32Array(new SharedArrayBuffer(network.weights.byteLength));
  weights.set(network.weights);
  const scenarios = [{ ...world, weight: 1 }];
  const { rowsPerIteration, worldsPerWorker, episodeS, discountUnitS } = TRAIN_DEFAULTS;
  return CollectorPool.start(
    Array.from({ length: WORKERS }, (_, i) => ({
      plan: { scenarios, variation: {}, curriculum: [], episodeS },
      architecture: network.architecture,
      normaliser: network.normaliser,
      weights: [weights],
      fallback: HEURISTIC,
      collector: {
        worldCount: worldsPerWorker,
        rows: rowsPerIteration / WORKERS,
        discountUnitS,
        firstSeed: FIRST_TRAINING_SEED + i,
        seedStride: WORKERS,
        bufferCount: 1,
      },
    })),
  );
}

/** Rollouts of the learned policy in worker threads, as `train` collects them. */
export async function measure(): Promise<Figure[]> {
  const { scenario, geometry, model } = loadFixture();
  const pool = await startRollouts({ scenario, geometry }, createNetwork(model));
  const samples: number[] = [];
  const idleSamples: number[] = [];
  try {
    for (let i = 0; i < WARM_UPS; i++) await pool.collect();
    for (let i = 0; i < SAMPLES; i++) {
      let rows = 0;
      const time = await lapAsync(async () => {
        for (let r = 0; r < ROLLOUTS; r++) {
          for (const summary of (await pool.collect()).summaries) rows += summary.rows;
        }
      });
      samples.push(rows / time.wallS);
      idleSamples.push((rows * WORKERS) / time.cpuS);
    }
  } finally {
    await pool.close();
  }
  return [{ name: 'rollout/2-workers', samples, idleSamples }];
}
