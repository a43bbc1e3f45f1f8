import process from 'node:process';
import { ENGINE_NAMES, type Engine, type EngineName, loadEngine } from '../../policies/networks/index.ts';

/** The engine that engine tests run on: the one SPACECLOUD_ENGINE names, else wasm, which works everywhere. */
export function engineName(): EngineName {
  const asked = process.env['SPACECLOUD_ENGINE'] ?? 'wasm';
  const name = ENGINE_NAMES.find((engine) => engine === asked);
  if (name === undefined)
    throw new Error(`SPACECLOUD_ENGINE is '${asked}'; expected one of ${ENGINE_NAMES.join(', ')}.`);
  return name;
}

/** Loads it; fails when it was asked for and is absent. */
export function engineUnderTest(): Promise<Engine> {
  return loadEngine(engineName());
}
