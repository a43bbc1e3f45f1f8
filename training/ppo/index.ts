export { clone } from './clone.ts';
export type { Agreement } from './cloner.ts';
export * from './config.ts';
export type { LearningEngine } from './engines/gradient-engine.ts';
export * from './engines/load-learning-engine.ts';
export * from './learner.ts';
export type { UpdateMetrics } from './update-metrics.ts';
