export * from './check-environment.ts';
export * from './environment-copies.ts';
export * from './environment-training.ts';
export * from './known/index.ts';
export * from './multi-agent-environment.ts';
export * from './play-episodes.ts';
export * from './train-environment.ts';
