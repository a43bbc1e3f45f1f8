export * from './geometry/index.ts';
export * from './scenario/index.ts';
export * from './world/index.ts';
