import { describe, expect, it } from 'vitest';
import { Constellation } from '../../agents/index.ts';
import { World, buildGeometry, createWorldModel, loadScenario } from '../../environment/index.ts';
import { createBaseline } from '../../policies/index.ts';

/**
 * Trajectories on record. A changed hash means that the same scenario, policy and seed no longer do the same: either a defect,
 * or a change of the world or of a baseline that was meant; then the new hash is entered here with that change.
 */
const GOLDEN = [
  { policy: 'random+random+random', seed: 1, hash: '35671d542e41bf365f348cf34bbf9d11' },
  { policy: 'load-aware+greedy-finish+gdsf', seed: 1, hash: '2505dae36a6cba2b70ffad8370f310a7' },
  { policy: 'shortest-delay+bent-pipe+sieve', seed: 2, hash: 'efbf76ee13b1d1b2cb1125c5c043a83f' },
] as const;

const scenario = loadScenario('scenarios/test-12.yaml');
const model = createWorldModel(scenario, buildGeometry(scenario));

describe('golden trajectories of test-12', () => {
  it.each(GOLDEN)('ENV-02 $policy, seed $seed', ({ policy, seed, hash }) => {
    const world = new World(model, { seed, runS: 60 });
    const constellation = new Constellation({
      worlds: [world],
      policy: createBaseline(policy, seed),
      fallback: createBaseline('shortest-delay+at-source+bypass', seed),
      layout: { gatewayCount: model.gatewayCount, dataCentreCount: model.dataCentreCount },
    });
    constellation.runSync();
    constellation.close();
    world.finish();
    expect(world.trajectoryHash).toBe(hash);
  });
});
