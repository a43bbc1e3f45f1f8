import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Constellation } from '../../../agents/index.ts';
import { World, buildGeometry, checkConservation, createWorldModel, loadScenario } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { checkStates } from './check-states.ts';
import { randomCase } from './random-sky.ts';
import { smallWorld } from './small-world.ts';

const FALLBACK = 'shortest-delay+at-source+bypass';

/** Runs to `endS` through the agents, checking every `everyS`; then to the end of the run. */
function runAndCheck(
  world: World,
  policy: string,
  seed: number,
  { everyS, endS }: { everyS: number; endS: number },
): void {
  const { gatewayCount, dataCentreCount } = world.model;
  const constellation = new Constellation({
    worlds: [world],
    policy: createBaseline(policy, seed),
    fallback: createBaseline(FALLBACK, 0),
    layout: { gatewayCount, dataCentreCount },
  });
  for (let untilS = world.startS + everyS; untilS <= endS; untilS += everyS) {
    constellation.runSync({ untilS });
    checkConservation(world.columns);
    checkStates(world);
  }
  constellation.close();
  const { statistics } = world.columns;
  const kpis = world.finish();
  const { bitsError, bufferError, tasksMissing, energyError } = checkConservation(world.columns);
  expect(Math.max(bitsError, bufferError, energyError)).toBeLessThan(1e-9);
  expect([tasksMissing, world.liveTasks]).toEqual([0, 0]);
  // Every task has one end: delivered, or dropped for one reason.
  const total = (counts: Int32Array): number => counts.reduce((sum, n) => sum + n, 0);
  expect(total(statistics.delivered) + total(statistics.dropped)).toBe(kpis['tasks']);
}

describe('conservation', () => {
  it('ENV-60 holds for random networks, policies, loads and seeds', () => {
    let tasks = 0;
    const reasons = new Set<string>();
    fc.assert(
      fc.property(randomCase, ({ sky, fields, policy, seed }) => {
        const world = smallWorld(sky, fields, { seed });
        runAndCheck(world, policy, seed, { everyS: 4, endS: sky.ticks * sky.tickS });
        const kpis = world.kpis();
        tasks += kpis['tasks'] as number;
        for (const [key, value] of Object.entries(kpis)) if (key.startsWith('drop.') && value > 0) reasons.add(key);
      }),
      { seed: 20260722, numRuns: 40 },
    );
    // The cases must have met every way to end that exists today, or they prove too little.
    expect(tasks).toBeGreaterThan(5_000);
    expect([...reasons].sort()).toEqual([
      'drop.buffer-full',
      'drop.deadline',
      'drop.end-of-run',
      'drop.hop-limit',
      'drop.no-allowed-candidate',
      'drop.source-unattached',
    ]);
  });

  it.each(['random+random+random', 'load-aware+greedy-finish+gdsf'])('ENV-60 holds for test-12 under %s', (policy) => {
    const scenario = loadScenario('scenarios/test-12.yaml');
    const world = new World(createWorldModel(scenario, buildGeometry(scenario)), { seed: 5, runS: 120 });
    runAndCheck(world, policy, 5, { everyS: 5, endS: world.startS + 120 });
  });
});
