import { describe, expect, it } from 'vitest';
import { type DecisionBatch, SpaceCloudError, createDecisionBatch } from '../../../core/index.ts';
import {
  LearnedPolicy,
  MemoryStates,
  Scorer,
  architectureOf,
  identityNormaliser,
} from '../../../policies/runtime/index.ts';
import { SMALL_SPEC, randomBatch, randomWeights } from '../batches.ts';

/** One row per entry: world, agent, kind. */
function batchOf(...rows: (readonly [number, number, number])[]): DecisionBatch {
  const batch = createDecisionBatch(SMALL_SPEC, Math.max(1, rows.length));
  batch.n = rows.length;
  rows.forEach(([world, agent, kind], row) => {
    batch.world[row] = world;
    batch.agent[row] = agent;
    batch.kind[row] = kind;
  });
  return batch;
}

describe('MemoryStates', () => {
  it('has one state per world, agent and kind, and says which begin', () => {
    const states = new MemoryStates(2, 3);
    const batch = batchOf([0, 4, 0], [0, 4, 1], [1, 4, 0], [0, 4, 0], [0, 5, 0]);
    states.claim(batch);
    expect(states.slot[3]).toBe(states.slot[0]);
    expect(new Set(states.slot.subarray(0, 5)).size).toBe(4);
    expect([...states.began.subarray(0, 5)]).toEqual([1, 1, 1, 0, 1]);
    states.claim(batch);
    expect([...states.began.subarray(0, 5)]).toEqual([0, 0, 0, 0, 0]);
  });

  it('forgets a world, or one of its agents, and nobody else; what comes after starts from zeros', () => {
    const states = new MemoryStates(1, 3);
    const batch = batchOf([0, 1, 0], [0, 2, 0], [1, 1, 0], [0, 1, 2]);
    states.claim(batch);
    batch.kind.subarray(0, 4).forEach((_, row) => (states.states[states.slot[row] as number] = row + 1));
    const read = (): number[] => {
      const out = new Float32Array(4);
      for (let row = 0; row < 4; row++) states.readInto(batch, row, out, row);
      return [...out];
    };
    expect(read()).toEqual([1, 2, 3, 4]);
    states.forget(0, 1);
    expect(read()).toEqual([0, 2, 3, 0]);
    states.forget(0);
    states.forget(7);
    expect(read()).toEqual([0, 0, 3, 0]);
    states.claim(batch);
    expect([...states.began.subarray(0, 4)]).toEqual([1, 1, 0, 1]);
    expect(read()).toEqual([0, 0, 3, 0]);
  });

  it('keeps all states as their number grows, and comes back from what it saved', () => {
    const states = new MemoryStates(3, 3);
    const many = batchOf(...Array.from({ length: 300 }, (_, agent) => [agent % 2, agent, agent % 3] as const));
    states.claim(many);
    for (let row = 0; row < 300; row++)
      states.states.fill(row, 3 * (states.slot[row] as number), 3 * (states.slot[row] as number) + 3);
    states.forget(1);
    const saved = states.save();
    expect([saved.owners.length, saved.states.length]).toEqual([150 * 3, 150 * 3]);
    const other = new MemoryStates(3, 3);
    other.claim(batchOf([5, 5, 0])); // restoring replaces what was there
    other.restore(saved);
    const out = new Float32Array(3);
    for (let row = 0; row < 300; row++) {
      other.readInto(many, row, out, 0);
      expect([...out]).toEqual(row % 2 === 1 ? [0, 0, 0] : [row, row, row]);
    }
    expect(other.save()).toEqual(saved);
  });

  it('refuses saved columns that do not fit', () => {
    const wrong = { owners: new Int32Array(3), states: new Float32Array(2) };
    expect(() => new MemoryStates(3, 3).restore(wrong)).toThrow(SpaceCloudError);
    expect(() => new MemoryStates(3, 3).restore(wrong)).toThrow(/1 states of 3 units, got 2 numbers/);
  });
});

describe('LearnedPolicy with memory', () => {
  const architecture = architectureOf(SMALL_SPEC, { hidden: 8, memory: 3 });
  const scorer = new Scorer(SMALL_SPEC, architecture, randomWeights(architecture, 1), identityNormaliser(SMALL_SPEC));

  it('moves states on by its own decisions only: agents that somebody else decided for stay where they were', () => {
    const policy = new LearnedPolicy(scorer, { name: 'p', mode: 'greedy' });
    const both = randomBatch(SMALL_SPEC, { rows: 2, seed: 3, kind: 0 }); // agents 0 and 1
    const choose = (batch: DecisionBatch): void => policy.choose(batch, new Uint8Array(2));
    const stateOf = (row: number): number[] => {
      const out = new Float32Array(3);
      policy.memory?.readInto(both, row, out, 0);
      return [...out];
    };
    choose(both);
    const [first, second] = [stateOf(0), stateOf(1)];
    const alone: DecisionBatch = { ...both, n: 1 }; // agent 0 alone; agent 1 is in fallback
    choose(alone);
    expect(stateOf(0)).not.toEqual(first);
    expect(stateOf(1)).toEqual(second);
    policy.forget(0);
    choose(both);
    expect([stateOf(0), stateOf(1)]).toEqual([first, second]);
  });

  it('refuses a bad batch before anything is remembered', () => {
    const policy = new LearnedPolicy(scorer, { name: 'p', mode: 'greedy' });
    const batch = randomBatch(SMALL_SPEC, { rows: 2, seed: 3, kind: 0 });
    batch.context[batch.contextStride] = NaN;
    expect(() => policy.choose(batch, new Uint8Array(2))).toThrow(/finite features/);
    expect(policy.memory?.save().owners.length).toBe(0);
  });
});
