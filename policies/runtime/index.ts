export * from './actor.ts';
export * from './architecture.ts';
export * from './columns.ts';
export * from './init.ts';
export * from './learned-policy.ts';
export * from './memory-states.ts';
export * from './normaliser.ts';
export * from './scorer.kernel.ts';
