import { Constellation } from '../agents/index.ts';
import { Rng, SPACE_CLOUD_SPEC } from '../core/index.ts';
import { type Geometry, type Scenario, World, createWorldModel } from '../environment/index.ts';
import {
  type Architecture,
  LearnedPolicy,
  type Normaliser,
  NormaliserMeter,
  Scorer,
  createBaseline,
  identityNormaliser,
} from '../policies/index.ts';
import { FIRST_TRAINING_SEED } from './evaluation/run.ts';
import type { TrainConfig } from './train-options.ts';

export interface MeasureInputsOptions {
  readonly scenario: Scenario;
  readonly geometry: Geometry;
  readonly architecture: Architecture;
  readonly weights: Float32Array;
  readonly config: TrainConfig;
}

/**
 * Measures the input normalisation from the decisions of the untrained policy (the prior) in several windows of the
 * scenario. Frozen from then on, so that rollout, learner and node never disagree on it.
 */
export async function measureInputs(options: MeasureInputsOptions): Promise<Normaliser> {
  const { scenario, geometry, architecture, weights, config } = options;
  const model = createWorldModel(scenario, geometry);
  const scorer = new Scorer(SPACE_CLOUD_SPEC, architecture, weights, identityNormaliser(SPACE_CLOUD_SPEC));
  const policy = new LearnedPolicy(scorer, { name: 'prior', mode: 'sample', rng: new Rng(config.seed, 'calibration') });
  const meter = new NormaliserMeter(SPACE_CLOUD_SPEC);
  const worlds = Array.from({ length: config.worldsPerWorker }, (_, i) => {
    // Seeds below the training seeds' first and above any that evaluation may use.
    return new World(model, { seed: FIRST_TRAINING_SEED + i, runS: config.episodeS, part: 'training' });
  });
  const constellation = new Constellation({
    worlds,
    policy,
    fallback: createBaseline(config.fallback, config.seed),
    layout: { gatewayCount: model.gatewayCount, dataCentreCount: model.dataCentreCount },
    handoverS: scenario.handoverS,
  });
  await constellation.run({
    untilS: Infinity,
    maxDecisions: config.calibrationDecisions,
    onBatch: ({ batch }) => meter.add(batch),
  });
  constellation.close();
  return meter.finish();
}
