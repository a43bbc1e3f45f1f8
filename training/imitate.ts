import { Rng } from '../core/index.ts';
import type { Architecture } from '../policies/index.ts';
import { loadEngine } from '../policies/networks/index.ts';
import { trainingSeeds } from './evaluation/seed-ranges.ts';
import { type Agreement, type InitialPolicy, clone } from './ppo/index.ts';
import { CollectorPool } from './rollout/collector-pool.ts';
import type { EpisodePlan } from './rollout/episode-worlds.ts';
import type { ImitationConfig, TrainConfig } from './train-options.ts';

export interface ImitateOptions {
  readonly plan: EpisodePlan;
  readonly config: TrainConfig;
  readonly imitation: ImitationConfig;
  readonly initial: InitialPolicy & { readonly architecture: Architecture };
  readonly onRollout?: (agreement: Agreement, decisions: number) => void;
}

/** Seeds of a run from here on are of the episodes in which its teacher acts; learning never gets that far. */
const TEACHER_SEEDS = 500_000;

/**
 * Behaviour cloning before learning: a baseline plays, the network is taught its choices, and its critic the returns. Bit-exact
 * per engine: the learner's TensorFlow.js engine does it, whatever engine learns afterwards.
 */
export async function imitate(
  options: ImitateOptions,
): Promise<{ readonly weights: Float32Array; readonly returnStatistics: Float64Array }> {
  const { plan, config, imitation, initial, onRollout } = options;
  const weights = new Float32Array(new SharedArrayBuffer(initial.weights.byteLength));
  weights.set(initial.weights);
  const pool = await CollectorPool.start(
    Array.from({ length: config.workers }, (_, i) => ({
      plan,
      architecture: initial.architecture,
      normaliser: initial.normaliser,
      weights: [weights],
      fallback: config.fallback,
      teacher: imitation.policy,
      collector: {
        worldCount: config.worldsPerWorker,
        rows: Math.ceil(config.rowsPerIteration / config.workers),
        discountUnitS: config.discountUnitS,
        firstSeed: trainingSeeds(config.seed).first + TEACHER_SEEDS + i,
        seedStride: config.workers,
        bufferCount: 1,
      },
    })),
  );
  try {
    const { weights: taught, returnStatistics } = await clone({
      engine: await loadEngine('auto'),
      initial,
      collect: async () => (await pool.collect()).buffers,
      rng: new Rng(config.seed, 'imitation'),
      untilAgreement: imitation.untilAgreement,
      rows: imitation.decisions,
      ...(onRollout === undefined ? {} : { onRollout }),
    });
    return { weights: taught, returnStatistics };
  } finally {
    await pool.close();
  }
}
