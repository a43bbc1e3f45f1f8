import { describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { LearnedPolicy, Scorer, architectureOf, identityNormaliser, initialWeights } from '../../../policies/index.ts';
import { CartPole } from '../../../training/environments/cart-pole.ts';
import { EnvironmentCollector, environmentBuffer } from '../../../training/environments/collector.ts';
import { Identity } from '../../../training/environments/identity.ts';
import type { LearningEnvironment } from '../../../training/environments/learning-environment.ts';

function policyFor(env: LearningEnvironment): LearnedPolicy {
  const architecture = architectureOf(env.spec, { hidden: 8 });
  const scorer = new Scorer(env.spec, architecture, initialWeights(architecture, 1), identityNormaliser(env.spec));
  return new LearnedPolicy(scorer, { name: 'untrained', mode: 'sample', rng: new Rng(1, 'actions') });
}

describe('collector', () => {
  it('links every decision to the agent’s next, to its final row, or to nothing', () => {
    const env = new CartPole({ agents: 3, seed: 1 });
    const buffer = environmentBuffer(env, 100);
    const collector = new EnvironmentCollector(env, policyFor(env));
    const before = collector.runningReturn.reduce((a, b) => a + b);
    const returns = collector.collect(buffer, 100);
    expect(buffer.n).toBe(300);
    expect(buffer.finals).toBe(3); // untrained poles fall before 500 steps, so only the end of the rollout cuts
    let ended = 0;
    for (let row = 0; row < buffer.n; row++) {
      const next = buffer.next[row] as number;
      if (next === -1) ended++;
      else if (row < 297) expect(next).toBe(row + 3);
      else expect(next).toBeGreaterThanOrEqual(300);
      expect(buffer.logProb[row]).toBeCloseTo(Math.log(0.5), 6); // a zero policy head: uniform over two
    }
    expect(ended).toBe(returns.length);
    // Reward bookkeeping: everything earned is in finished or running episodes.
    const earned = buffer.reward.subarray(0, 300).reduce((a, b) => a + b);
    const running = collector.runningReturn.reduce((a, b) => a + b);
    expect(returns.reduce((a, b) => a + b, 0) + running - before).toBe(earned);
    // The final row shows the observation that the next decision will see.
    const last = (buffer.next[297] as number) * 4;
    expect(buffer.context.slice(last, last + 4)).toEqual(env.batch.context.slice(0, 4));
  });

  it('gives a truncated episode its true final observation, not the restarted one', () => {
    const env = new CartPole({ agents: 1, seed: 2 });
    const steps = env.state['steps'] as Int32Array;
    steps[0] = 498;
    const buffer = environmentBuffer(env, 4);
    new EnvironmentCollector(env, policyFor(env)).collect(buffer, 4);
    // Step 500 of the episode is row 1: cut. Row 2 starts anew.
    expect(Array.from(buffer.next.subarray(0, 4))).toEqual([1, 4, 3, 5]);
    const final = Array.from(buffer.context.subarray(16, 20));
    const row1 = Array.from(buffer.context.subarray(4, 8));
    // Positions move on by 0.02 s times the velocity of the row before; a restart would not.
    expect(final[0]).toBeCloseTo((row1[0] as number) + 0.02 * (row1[1] as number), 6);
    expect(final[2]).toBeCloseTo((row1[2] as number) + 0.02 * (row1[3] as number), 6);
    expect(final).not.toEqual(Array.from(buffer.context.subarray(8, 12)));
  });

  it('stores the mask that the choice was made under', () => {
    const env = new Identity({ agents: 2, seed: 3, actions: 6, masked: 3 });
    const buffer = environmentBuffer(env, 50);
    new EnvironmentCollector(env, policyFor(env)).collect(buffer, 50);
    for (let row = 0; row < 100; row++) {
      const mask = buffer.actionMask.subarray(row * 6, row * 6 + 6);
      expect(mask.reduce((a, b) => a + b)).toBe(3);
      expect(mask[buffer.action[row] as number]).toBe(1);
      expect(buffer.logProb[row]).toBeCloseTo(Math.log(1 / 3), 6);
    }
  });

  it('refuses a buffer without room', () => {
    const env = new Identity({ agents: 2, seed: 3, actions: 3, episodeSteps: 1 });
    const collector = new EnvironmentCollector(env, policyFor(env));
    expect(() => collector.collect(environmentBuffer(env, 20, 10), 20)).toThrow(/room for 40 decisions/);
    expect(() => collector.collect(environmentBuffer(env, 20, 2), 30)).toThrow(/room for 60 decisions/);
  });
});
