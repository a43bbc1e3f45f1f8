export * from './config.ts';
export * from './learner.ts';
export type { UpdateMetrics } from './update-metrics.ts';
