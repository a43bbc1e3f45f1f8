import { describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { LearnedPolicy, Scorer, architectureOf, identityNormaliser, initialWeights } from '../../../policies/index.ts';
import { EnvironmentCollector, type RewardSharing } from '../../../training/environments/environment-collector.ts';
import { EnvironmentCopies } from '../../../training/environments/environment-copies.ts';
import { CartPole, Identity, type MultiAgentEnvironment } from '../../../training/environments/index.ts';
import { checkRollout } from '../../../training/ppo/check-rollout.ts';
import { type RolloutBuffer, createRolloutBuffer } from '../../../training/rollout/buffer.ts';
import { Relay } from './broken-relay.ts';

interface Set {
  readonly make: () => MultiAgentEnvironment;
  readonly copies: number;
  readonly rows: number;
  readonly sharing?: RewardSharing;
  readonly firstSeed?: number;
  readonly maxEpisodeSteps?: number;
}

function collector({ make, copies: count, rows, sharing = 'own', firstSeed = 1, maxEpisodeSteps }: Set): {
  copies: EnvironmentCopies;
  buffer: RolloutBuffer;
  collect: () => ReturnType<EnvironmentCollector['collect']>;
} {
  const copies = new EnvironmentCopies({ make, copies: count, firstSeed, maxEpisodeSteps });
  const { spec } = copies.batch;
  const architecture = architectureOf(spec, { hidden: 8 });
  const scorer = new Scorer(spec, architecture, initialWeights(architecture, 1), identityNormaliser(spec));
  const policy = new LearnedPolicy(scorer, { name: 'untrained', mode: 'sample', rng: new Rng(1, 'actions') });
  const { contextStride, candidateStride, maxCandidates } = copies.batch;
  const buffer = createRolloutBuffer({ capacity: 2 * rows, contextStride, candidateStride, maxCandidates });
  const collecting = new EnvironmentCollector(copies, policy, sharing);
  return { copies, buffer, collect: () => collecting.collect(buffer, rows) };
}

const sum = (values: Iterable<number>): number => Array.from(values).reduce((a, b) => a + b, 0);

/** What the agents asked see. */
function seen({ batch }: EnvironmentCopies): Float32Array {
  return batch.context.slice(0, batch.n * batch.contextStride);
}

describe('environment collector', () => {
  it('links every decision to the agent’s next, to its final row, or to nothing', () => {
    const { buffer, collect, copies } = collector({ make: () => new CartPole(), copies: 3, rows: 300 });
    const episodes = collect();
    expect(buffer.n).toBe(300);
    expect(buffer.finals).toBe(3); // untrained poles fall before 500 steps, so only the end of the rollout cuts
    let ended = 0;
    for (let row = 0; row < buffer.n; row++) {
      const next = buffer.next[row] as number;
      if (next === -1) ended++;
      else if (row < 297) expect(next).toBe(row + 3);
      else expect(next).toBeGreaterThanOrEqual(300);
      expect(buffer.logProb[row]).toBeCloseTo(Math.log(0.5), 6); // a zero policy head: uniform over two
      expect(buffer.elapsed[row]).toBe(1);
    }
    expect(ended).toBe(episodes.length);
    // Reward bookkeeping: everything earned is in finished or running episodes.
    const running = sum(copies.state()['returns'] as Float64Array);
    expect(sum(episodes.flatMap(({ returns }) => returns)) + running).toBe(sum(buffer.reward.subarray(0, 300)));
    // The final row shows the observation that the next decision will see.
    copies.observe();
    const final = (buffer.next[297] as number) * 4;
    expect(buffer.context.slice(final, final + 4)).toEqual(copies.batch.context.slice(0, 4));
  });

  it('gives a truncated episode its true final observation, not the restarted one', () => {
    const { buffer, collect } = collector({ make: () => new CartPole(), copies: 1, rows: 4, maxEpisodeSteps: 2 });
    const episodes = collect();
    expect(episodes.map(({ steps, seed }) => [steps, seed])).toEqual([
      [2, 1],
      [2, 2],
    ]);
    // Rows 0, 1 are one episode, rows 2, 3 the next; each is cut and has a final row.
    expect(Array.from(buffer.next.subarray(0, 4))).toEqual([1, 4, 3, 5]);
    const final = Array.from(buffer.context.subarray(16, 20));
    const row1 = Array.from(buffer.context.subarray(4, 8));
    // Positions move on by 0.02 s times the velocity of the row before; a restart would not.
    expect(final[0]).toBeCloseTo((row1[0] as number) + 0.02 * (row1[1] as number), 6);
    expect(final[2]).toBeCloseTo((row1[2] as number) + 0.02 * (row1[3] as number), 6);
    expect(final).not.toEqual(Array.from(buffer.context.subarray(8, 12)));
  });

  it('stores the mask that the choice was made under', () => {
    const { buffer, collect } = collector({
      make: () => new Identity({ actions: 6, masked: 3 }),
      copies: 2,
      rows: 100,
    });
    collect();
    for (let row = 0; row < 100; row++) {
      const mask = buffer.actionMask.subarray(row * 6, row * 6 + 6);
      expect(sum(mask)).toBe(3);
      expect(mask[buffer.action[row] as number]).toBe(1);
      expect(buffer.logProb[row]).toBeCloseTo(Math.log(1 / 3), 6);
    }
  });

  it('follows agents that wait, die and join late: each chain one agent, time counted while it waits', () => {
    // Relay: everybody waits at every third step and earns 1 per step; agent 2 joins at step 3; cut after 12 steps.
    const { buffer, collect } = collector({ make: () => new Relay(), copies: 1, rows: 60 });
    const episodes = collect();
    checkRollout(buffer, 'relay', 1);
    expect(buffer.n).toBeLessThanOrEqual(60);
    // Feature 2 of a row is its agent: a chain never changes hands.
    const agentOf = (row: number): number => buffer.context[row * 3 + 2] as number;
    const elapsed: number[] = [];
    for (let row = 0; row < buffer.n; row++) {
      const next = buffer.next[row] as number;
      if (next !== -1) expect(agentOf(next)).toBe(agentOf(row));
      // One unit of reward per step of life.
      expect(buffer.reward[row]).toBe(buffer.elapsed[row]);
      elapsed.push(buffer.elapsed[row] as number);
    }
    expect(new Set(elapsed)).toEqual(new Set([1, 2]));
    // First episode: agents 0 and 2 are cut at step 12, agent 1 dies; nobody earns before joining or after death.
    const [first] = episodes;
    expect(first?.steps).toBe(12);
    expect(first?.returns[0]).toBe(12);
    expect(first?.returns[2]).toBe(9);
    expect(first?.returns[1]).toBeLessThan(12);
  });

  it('shares the mean reward of a team', () => {
    const own = collector({ make: () => new Relay(), copies: 1, rows: 60 });
    const team = collector({ make: () => new Relay(), copies: 1, rows: 60, sharing: 'team' });
    own.collect();
    team.collect();
    // Step 1 of the episode: agents 0 and 1 earn 1 each, agent 2 has not joined: 2 / 3 for both.
    expect(own.buffer.reward[0]).toBe(1);
    expect(team.buffer.reward[0]).toBeCloseTo(2 / 3, 6);
    expect(team.buffer.reward[1]).toBeCloseTo(2 / 3, 6);
  });

  it('goes on exactly from saved columns', () => {
    const options: Set = { make: () => new Relay(), copies: 3, rows: 50 };
    const a = collector(options);
    a.collect();
    const saved = structuredClone(a.copies.state());
    const b = collector({ ...options, firstSeed: 1 });
    b.copies.restore(saved);
    a.copies.observe();
    b.copies.observe();
    expect(seen(b.copies)).toEqual(seen(a.copies));
    const choices = new Uint8Array(9);
    for (let step = 0; step < 40; step++) {
      for (const { copies } of [a, b]) {
        copies.step(choices);
        copies.restartEnded(() => undefined);
        copies.observe();
      }
      expect(seen(b.copies)).toEqual(seen(a.copies));
    }
    expect(b.copies.state()).toEqual(a.copies.state());
    const incomplete = Object.fromEntries(Object.entries(saved).filter(([name]) => name !== '0.state.numbers'));
    expect(() => b.copies.restore(incomplete)).toThrow(/column '0.state.numbers' of 3, got none/);
  });

  it('refuses a buffer without room', () => {
    const few = collector({ make: () => new CartPole(), copies: 4, rows: 3 });
    expect(() => few.collect()).toThrow(/at least 4 rows/);
  });
});
