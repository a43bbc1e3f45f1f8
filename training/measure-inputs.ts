import { Constellation } from '../agents/index.ts';
import { type DecisionBatch, Rng, SPACE_CLOUD_SPEC } from '../core/index.ts';
import {
  type Architecture,
  type DecisionColumns,
  LearnedPolicy,
  type Normaliser,
  NormaliserMeter,
  Scorer,
  actorOf,
  createBaseline,
  identityNormaliser,
} from '../policies/index.ts';
import { FIRST_TRAINING_SEED } from './evaluation/seed-ranges.ts';
import { type EpisodePlan, EpisodeWorlds } from './rollout/episode-worlds.ts';
import type { TrainConfig } from './train-options.ts';

export interface MeasureInputsOptions {
  readonly plan: EpisodePlan;
  readonly architecture: Architecture;
  readonly weights: Float32Array;
  readonly config: TrainConfig;
}

/**
 * Measures the input normalisation from the decisions of the untrained policy (the prior) in several windows, variants and
 * stages of the training. Frozen from then on, so that rollout, learner and node never disagree on it.
 */
export async function measureInputs(options: MeasureInputsOptions): Promise<Normaliser> {
  const { plan, architecture, weights, config } = options;
  const episodes = new EpisodeWorlds(plan);
  const actor = actorOf({ architecture, weights, normaliser: identityNormaliser(SPACE_CLOUD_SPEC) });
  const scorer = new Scorer(SPACE_CLOUD_SPEC, actor.architecture, actor.weights, actor.normaliser);
  const policy = new LearnedPolicy(scorer, { name: 'prior', mode: 'sample', rng: new Rng(config.seed, 'calibration') });
  const meter = new NormaliserMeter(SPACE_CLOUD_SPEC, architecture.global);
  const stages = plan.curriculum.length + 1;
  const worlds = Array.from({ length: config.worldsPerWorker }, (_, i) => {
    // Seeds below the training seeds' first and above any that evaluation may use. The final variation comes first: it is
    // what most of the training and every evaluation meets.
    return episodes.create(FIRST_TRAINING_SEED + i, (stages - 1 + i) % stages);
  });
  const withGlobal = (batch: DecisionBatch): DecisionColumns => {
    const global = new Float32Array(batch.n * architecture.global);
    for (let row = 0; row < batch.n; row++) {
      worlds[batch.world[row] as number]?.observeGlobal(batch, row, global, row * architecture.global);
    }
    return { ...batch, global };
  };
  const constellation = new Constellation({ worlds, policy, fallback: createBaseline(config.fallback, config.seed) });
  await constellation.run({
    untilS: Infinity,
    maxDecisions: config.calibrationDecisions,
    onBatch: ({ batch }) => meter.add(architecture.global > 0 ? withGlobal(batch) : batch),
  });
  constellation.close();
  return meter.finish();
}
