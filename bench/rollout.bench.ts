import { CollectorPool, FIRST_TRAINING_SEED, TRAIN_DEFAULTS } from '../training/index.ts';
import type { Figure } from './figures.ts';
import { HEURISTIC, createNetwork, loadFixture } from './fixture.ts';
import { lapAsync } from './stopwatch.ts';

const WORKERS = 2;
const WARM_UPS = 4;
const SAMPLES = 7;
/** Rollouts per sample. */
const ROLLOUTS = 2;

/** Rollouts of the learned policy in worker threads, as `train` collects them. */
export async function measure(): Promise<Figure[]> {
  const { scenario, geometry, model } = loadFixture();
  const network = createNetwork(model);
  const weights = new Float32Array(new SharedArrayBuffer(network.weights.byteLength));
  weights.set(network.weights);
  const scenarios = [{ scenario, geometry, weight: 1 }];
  const { rowsPerIteration, worldsPerWorker, episodeS, discountUnitS } = TRAIN_DEFAULTS;
  const pool = await CollectorPool.start(
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
