export * from './baselines/index.ts';
export * from './runtime/index.ts';
