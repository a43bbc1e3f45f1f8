import { CRITIC_WIDTH, SPACE_CLOUD_SPEC, SpaceCloudError } from '../core/index.ts';
import { type Architecture, architectureOf } from '../policies/index.ts';
import { ppoConfig } from './ppo/index.ts';
import type { TrainConfig, TrainOverrides } from './train-options.ts';

/** Defaults; where they come from stands with the fields of `PpoConfig` and in docs/DECISIONS.md. */
export const TRAIN_DEFAULTS: Omit<TrainConfig, 'ppo'> = {
  seed: 1,
  decisions: 1_000_000,
  rowsPerIteration: 32_768,
  workers: 2,
  worldsPerWorker: 1,
  lag: 0,
  episodeS: 15,
  discountUnitS: 1,
  algorithm: 'ippo',
  network: { hidden: 32, prior: 'added', attention: 0, memory: 0 },
  from: null,
  imitation: null,
  calibrationDecisions: 20_000,
  fallback: 'load-aware+greedy-finish+gdsf',
  variation: {},
  curriculum: [],
  evaluation: null,
  checkpointEveryIterations: 20,
};

/**
 * The defaults with `overrides`. `learnsInOneThread` settles `lag` where it is left open. With a lag, rollouts are not of the
 * learner's own policy, so the check of that is off unless asked for.
 *
 * Errors: MISUSE for a PPO field out of range.
 */
export function trainConfig(overrides: TrainOverrides = {}, learnsInOneThread = false): TrainConfig {
  const { ppo, network, lag = 'auto', ...rest } = overrides;
  const settled = lag === 'auto' ? (learnsInOneThread ? 1 : 0) : lag;
  if (settled === 1 && ppo?.maxRatioDeviation !== undefined && ppo.maxRatioDeviation !== null) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected ppo.maxRatioDeviation to be null with lag 1, got ${ppo.maxRatioDeviation}.`,
      { hint: 'Rollouts that lag behind are of older weights; set lag to 0 to have the ratios checked.' },
    );
  }
  return {
    ...TRAIN_DEFAULTS,
    ...rest,
    lag: settled,
    network: { ...TRAIN_DEFAULTS.network, ...network },
    ppo: ppoConfig(settled === 1 ? { ...ppo, maxRatioDeviation: null } : ppo),
  };
}

/** The network that a configuration asks for. Errors: MISUSE. */
export function architectureFor(config: Pick<TrainConfig, 'network' | 'algorithm'>): Architecture {
  const global = config.algorithm === 'mappo' ? CRITIC_WIDTH : 0;
  return architectureOf(SPACE_CLOUD_SPEC, { ...config.network, global });
}
