export * from './cart-pole.ts';
export * from './collector.ts';
export * from './identity.ts';
export * from './learning-environment.ts';
export * from './masked-bandit.ts';
export * from './matrix-game.ts';
export * from './toy-run.ts';
export * from './toy-tasks.ts';
