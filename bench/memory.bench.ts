import process from 'node:process';
import { Constellation } from '../agents/index.ts';
import type { World } from '../environment/index.ts';
import { createBaseline } from '../policies/index.ts';
import type { Figure } from './figures.ts';
import { HEURISTIC, createWorlds, loadFixture } from './fixture.ts';

const WORLDS = 4;
const EPISODE_S = 60;
const SAMPLES = 5;
const DECISIONS = 1_000_000;
/** Every world has played an episode and been replaced: 4 x 60 s at 3,500 decisions per second. */
const WARM_UP_DECISIONS = 1_000_000;

/** Memory after collection at marks over 1 M decisions, against the memory after warm-up; worlds are replaced as in training. */
export function measure(): Figure[] {
  const { model } = loadFixture();
  const worlds = createWorlds(model, WORLDS, EPISODE_S);
  let seed = WORLDS;
  const constellation = new Constellation({
    worlds,
    policy: createBaseline(HEURISTIC, 1),
    fallback: createBaseline(HEURISTIC, 1),
    layout: { gatewayCount: model.gatewayCount, dataCentreCount: model.dataCentreCount },
    handoverS: model.scenario.handoverS,
  });
  const run = (maxDecisions: number): void => {
    constellation.runSync({
      untilS: Infinity,
      maxDecisions,
      onBatch: () => {
        for (const world of worlds) world.transitions.n = 0;
      },
      onWorldEnd: (index) => {
        const world = worlds[index] as World;
        world.finish();
        world.reset({ seed: ++seed, runS: EPISODE_S });
        return world;
      },
    });
  };
  run(WARM_UP_DECISIONS);
  const before = memory();
  const heap: number[] = [];
  const columns: number[] = [];
  for (let i = 0; i < SAMPLES; i++) {
    run(DECISIONS / SAMPLES);
    const now = memory();
    heap.push((100 * (now.heapUsed - before.heapUsed)) / before.heapUsed);
    columns.push((100 * (now.arrayBuffers - before.arrayBuffers)) / before.arrayBuffers);
  }
  constellation.close();
  return [
    { name: 'memory/heap', samples: heap, note: megabytes(before.heapUsed) },
    { name: 'memory/columns', samples: columns, note: megabytes(before.arrayBuffers) },
  ];
}

/** Memory in use after everything that can be collected is gone. */
function memory(): NodeJS.MemoryUsage {
  if (globalThis.gc === undefined) throw new Error('Expected Node to run with --expose-gc.');
  for (let i = 0; i < 3; i++) globalThis.gc();
  return process.memoryUsage();
}

function megabytes(bytes: number): string {
  return `of ${(bytes / 1e6).toFixed(1)} MB after warm-up`;
}
