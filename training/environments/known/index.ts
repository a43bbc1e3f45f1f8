export * from './cart-pole.ts';
export * from './foraging.ts';
export * from './identity.ts';
export * from './masked-bandit.ts';
export * from './matrix-game.ts';
export * from './settings.ts';
export * from './simple-spread.ts';
