export { Constellation, type ConstellationOptions } from './constellation.ts';
export type { Decider } from './decider.ts';
export * from './node/index.ts';
export type { RunOptions, RunResult } from './run.ts';
export type { BundleRefusal } from './satellite.machine.ts';
export type { SavedModes } from './saved-modes.ts';
export type { DecidedBatch } from './streams/frames.ts';
export type { WorldPort } from './world-port.ts';
