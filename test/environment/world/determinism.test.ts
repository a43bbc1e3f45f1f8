import { describe, expect, it } from 'vitest';
import { Constellation } from '../../../agents/index.ts';
import { type DecisionBatch, Hash128, type Policy } from '../../../core/index.ts';
import { World, buildGeometry, createWorldModel, loadScenario } from '../../../environment/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { drive } from './small-world.ts';

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

/** Runs to the end by a fresh random policy; everything the agents see on the way, and how the run ends. */
function observed(world: World) {
  const hash = new Hash128();
  const seen = (batch: DecisionBatch): void => {
    const { n, contextStride: C, candidateStride: F, maxCandidates: K } = batch;
    for (let i = 0; i < n * C; i++) hash.number(batch.context[i] as number);
    for (let i = 0; i < n * K * F; i++) hash.number(batch.candidates[i] as number);
    for (let i = 0; i < n * K; i++) hash.word(batch.actionMask[i] as number);
  };
  const decisions = drive(world, createBaseline('random+random+random', 5), Infinity, seen);
  const kpis = world.finish();
  return { decisions, rows: hash.digest(), trajectory: world.trajectoryHash, kpis };
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
    const seed = 1;
    const savedAtS = 30.123; // between two beacons, with a report under way
    const world = new World(model, { ...options(seed), startS: 0 });
    drive(world, createBaseline('random+random+random', seed), savedAtS);
    const saved = structuredClone(world.save());
    const rest = observed(world);
    expect(rest.decisions).toBeGreaterThan(500);
    // Another seed, window and time: nothing of the old run may show through.
    const other = new World(model, options(9));
    drive(other, policy(), other.startS + 30);
    // Twice: restoring copies the saved columns.
    for (let i = 0; i < 2; i++) {
      other.restore(saved);
      expect(other.timeS).toBe(savedAtS);
      expect(observed(other)).toEqual(rest);
    }
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
