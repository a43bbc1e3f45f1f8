export * from './candidate-scorer.ts';
export * from './engine.ts';
