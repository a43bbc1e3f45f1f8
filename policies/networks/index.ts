export * from './candidate-scorer.ts';
export * from './engine.ts';
export type { Tf } from './tf.ts';
