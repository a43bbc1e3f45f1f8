import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { SPACE_CLOUD_SPEC, createDecisionBatch } from '../core/index.ts';
import { World } from '../environment/index.ts';
import type { Figure } from './figures.ts';
import { loadFixture } from './fixture.ts';

const SAMPLES = 7;

/** From nothing to the first decision, each time in a new process. */
export function measure(): Figure[] {
  loadFixture(); // fills the cache
  const runs = Array.from({ length: SAMPLES }, () => {
    const out = execFileSync(process.execPath, [fileURLToPath(new URL('./start-once.js', import.meta.url))]);
    return JSON.parse(out.toString()) as StartTimes;
  });
  return [
    { name: 'start/scenario', samples: runs.map(({ scenarioS }) => scenarioS) },
    { name: 'start/process', samples: runs.map(({ processS }) => processS) },
  ];
}

export interface StartTimes {
  /** Scenario file to first decision, s. */
  readonly scenarioS: number;
  /** Start of the process to first decision, s. */
  readonly processS: number;
}

/** One start in this process, which must not have loaded a scenario before. */
export function startOnce(): StartTimes {
  const startMs = performance.now();
  const world = new World(loadFixture().model, { seed: 1, runS: 600 });
  const batch = createDecisionBatch(SPACE_CLOUD_SPEC, 64, [world.knowledge]);
  if (world.advance(batch, 0, Infinity) === 0) throw new Error('Expected a decision, got none in 600 s.');
  const endMs = performance.now();
  return { scenarioS: (endMs - startMs) / 1e3, processS: endMs / 1e3 };
}
