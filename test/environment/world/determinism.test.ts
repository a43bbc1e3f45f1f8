import { describe, expect, it } from 'vitest';
import { Constellation } from '../../../agents/index.ts';
import { type Policy } from '../../../core/index.ts';
import { type SavedWorld, World, buildGeometry, createWorldModel, loadScenario } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { batchFor, drive } from './small-world.ts';

const scenario = loadScenario('scenarios/test-12.yaml');
const model = createWorldModel(scenario, buildGeometry(scenario));
const RUN_S = 60;
const options = (seed: number) => ({ seed, runS: RUN_S });
const policy = (): Policy => createBaseline('load-aware+greedy-finish+gdsf', 1);

function hashOf(world: World): string {
  drive(world, policy(), Infinity);
  world.finish();
  return world.trajectoryHash;
}

describe('determinism', () => {
  const alone = [1, 2, 3].map((seed) => hashOf(new World(model, options(seed))));

  it('ENV-02 same scenario, policy and seed give the same trajectory; another seed another', () => {
    expect(hashOf(new World(model, options(1)))).toBe(alone[0]);
    expect(new Set(alone).size).toBe(3);
  });

  it('ENV-02 another policy gives another trajectory', () => {
    const world = new World(model, options(1));
    drive(world, createBaseline('shortest-delay+at-source+bypass', 1), Infinity);
    world.finish();
    expect(world.trajectoryHash).not.toBe(alone[0]);
  });

  it('ENV-02 lock-step through the agents equals each world alone', () => {
    const worlds = [1, 2, 3].map((seed) => new World(model, options(seed)));
    const constellation = new Constellation({ worlds, policy: policy(), fallback: policy() });
    constellation.runSync();
    constellation.close();
    const hashes = worlds.map((world) => {
      world.finish();
      return world.trajectoryHash;
    });
    expect(hashes).toEqual(alone);
  });

  it('ENV-03 reset starts as a new world does', () => {
    const world = new World(model, options(2));
    drive(world, policy(), world.startS + 20);
    world.reset(options(1));
    expect(hashOf(world)).toBe(alone[0]);
  });

  it('ENV-04 a saved world, copied as a checkpoint would, goes on to the same trajectory in another world', () => {
    const world = new World(model, options(1));
    const batch = batchFor(world);
    const out = new Uint8Array(64);
    const decide = policy();
    let saved: SavedWorld | undefined;
    for (let round = 0; ; round++) {
      if (round === 500) saved = structuredClone(world.save());
      batch.n = 0;
      if (world.advance(batch, 0, Infinity) === 0) break;
      decide.choose(batch, out);
      world.apply(batch, 0, batch.n, out);
    }
    const midwayS = saved?.numbers['clock.timeS'] as number;
    expect(midwayS).toBeGreaterThan(world.startS);
    expect(midwayS).toBeLessThan(world.startS + RUN_S);
    // Another seed and another time: nothing of the old run may show through.
    const other = new World(model, options(9));
    drive(other, policy(), other.startS + 30);
    other.restore(saved as SavedWorld);
    expect(hashOf(other)).toBe(alone[0]);
    // Restoring copies: the saved columns serve a second time.
    other.restore(saved as SavedWorld);
    expect(hashOf(other)).toBe(alone[0]);
  });

  it('ENV-05 advancing in small steps changes nothing', () => {
    const world = new World(model, options(1));
    const decide = policy();
    for (let untilS = world.startS; untilS < world.startS + RUN_S; untilS += 0.37) drive(world, decide, untilS);
    expect(hashOf(world)).toBe(alone[0]);
  });

  it('ENV-06 refuses a run longer than the scenario and a start outside it', () => {
    expect(() => new World(model, { seed: 1, runS: 601 })).toThrow(/at most 600 s/);
    expect(() => new World(model, { seed: 1, runS: 300, startS: 310 })).toThrow(/from 0 to 300 s, got 310 s/);
    expect(() => new World(model, { seed: 1, runS: 300, startS: 15 })).toThrow(/multiple of the tick of 10 s/);
  });
});
