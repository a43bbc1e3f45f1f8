export { DEFAULT_RIVALS, type EvaluateOptions, type EvaluateResult, evaluate } from './evaluate.ts';
export * from './evaluation/index.ts';
export { type EpisodeOptions, type EpisodePolicy, runEpisode } from './evaluation/episode.ts';
export {
  type BaselineSource,
  type CustomSource,
  type NetworkData,
  type NetworkSource,
  type PolicySource,
  baselineSource,
  createPolicy,
  customSource,
} from './evaluation/policy-source.ts';
export { type ExportOptions, exportPolicy } from './export-policy.ts';
export { PRIOR, type PolicyReferenceOptions, resolvePolicy } from './policy-reference.ts';
export { Learner, PPO_DEFAULTS, type PpoConfig } from './ppo/index.ts';
export { type RolloutBuffer, createRolloutBuffer } from './rollout/buffer.ts';
export { CollectorPool } from './rollout/collector-pool.ts';
export { CHECKPOINT_FILE, METRICS_FILE, TRAIN_DEFAULTS, type TrainResult, train, trainConfig } from './train.ts';
export type { TrainConfig, TrainOptions, TrainProgress } from './train-options.ts';
export { type TrainedPolicy, readTrainedPolicy } from './trained-policy.ts';
