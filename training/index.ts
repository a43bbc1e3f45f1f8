export * from './evaluation/index.ts';
export { type EpisodeOptions, type EpisodePolicy, runEpisode } from './evaluation/episode.ts';
export { type NetworkData, type PolicySource, baselineSource, createPolicy } from './evaluation/policy-source.ts';
export { type EvaluationRunOptions, FIRST_TRAINING_SEED, runEvaluation } from './evaluation/run.ts';
export { PPO_DEFAULTS, type PpoConfig } from './ppo/index.ts';
export { CHECKPOINT_FILE, METRICS_FILE, TRAIN_DEFAULTS, type TrainResult, train, trainConfig } from './train.ts';
export type { TrainConfig, TrainOptions, TrainProgress } from './train-options.ts';
