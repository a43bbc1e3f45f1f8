export {
  DEFAULT_ANCHORS,
  DEFAULT_RIVALS,
  type EvaluateOptions,
  type EvaluateResult,
  allRivals,
  evaluate,
  expectAnchors,
} from './evaluate.ts';
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
export { RecordStore } from './evaluation/record-store.ts';
export { type ExportOptions, exportPolicy } from './export-policy.ts';
export {
  type LoadedTrainingFile,
  type TrainingFile,
  isTrainingFile,
  loadTrainingFile,
  overridesOf,
  parseTrainingFile,
  trainingJsonSchema,
} from './file/index.ts';
export { type ImageTrainingOptions, trainImageModel } from './payload/index.ts';
export { type PolicyGroup, resolvePolicyGroup } from './policy-group.ts';
export { PRIOR, type PolicyReferenceOptions, resolvePolicy } from './policy-reference.ts';
export {
  LEARNING_ENGINE_NAMES,
  Learner,
  type LearningEngine,
  type LearningEngineName,
  type LearningEnginePreference,
  PPO_DEFAULTS,
  type PpoConfig,
  loadLearningEngine,
} from './ppo/index.ts';
export { type RolloutBuffer, createRolloutBuffer } from './rollout/buffer.ts';
export { CollectorPool } from './rollout/collector-pool.ts';
export type { EpisodePlan, ScenarioShare } from './rollout/episode-worlds.ts';
export {
  CLASSIC_CACHES,
  type CacheBoundOptions,
  type CacheBoundResult,
  type CacheBoundRow,
  LEAST_GAP_FRAC,
  cacheBound,
  gapClosedFrac,
} from './cache-bound.ts';
export * from './study/index.ts';
export { CHECKPOINT_FILE, EVALUATIONS_FILE, METRICS_FILE } from './run-files.ts';
export { type TrainResult, train } from './train.ts';
export { TRAIN_DEFAULTS, trainConfig } from './train-config.ts';
export type { TrainConfig, TrainOptions, TrainOverrides, TrainPhases, TrainProgress } from './train-options.ts';
export { type TrainedPolicy, readTrainedPolicy } from './trained-policy.ts';
export { trainingNotes } from './trained-on.ts';
export {
  SWEPT_QUANTITIES,
  type SweepAxis,
  type SweepOptions,
  type SweepResult,
  type SweptQuantity,
  sweep,
} from './sweep.ts';
export { sweepCsv, sweepCurves, sweepJson, sweepTable } from './sweep-output.ts';
export {
  type SearchFile,
  type SearchMethod,
  type SearchResult,
  loadSearchFile,
  remembered,
  searchEffort,
  searchSettings,
  trainTrials,
} from './search/index.ts';
export {
  AGENT_STATUS,
  type CheckEnvironmentOptions,
  type CheckFinding,
  ENVIRONMENT_CHECKS,
  type EnvironmentCheck,
  type EpisodeResult,
  type MultiAgentEnvironment,
  type ObservationRow,
  type PlayEpisodesOptions,
  type TrainEnvironmentOptions,
  type TrainedEnvironment,
  actionSpec,
  candidateSpec,
  checkEnvironment,
  playEpisodes,
  requireAllowed,
  trainEnvironment,
  writeActions,
} from './environments/index.ts';
export * from './terminal/index.ts';
export { type TwinReportText, renderTwinReport } from './twin-report.ts';
