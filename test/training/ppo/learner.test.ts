import { beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { type Engine, loadEngine } from '../../../policies/networks/index.ts';
import { Learner } from '../../../training/ppo/learner.ts';
import type { PpoConfig } from '../../../training/ppo/config.ts';
import { type TestPolicy, randomRollout, testPolicy } from './random-rollout.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine('wasm');
});

const INFO = { iteration: 1, iterations: 10 };
const policy = testPolicy(5);

function learner(config: Partial<PpoConfig> = {}, of: TestPolicy = policy): Learner {
  return Learner.create(engine, of, { minibatchRows: 128, ...config });
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((largest, x, i) => Math.max(largest, Math.abs(x - (b[i] as number))), 0);
}

describe('learner', () => {
  it('computes the policy that gathered the rollout: ratios are 1 before the first step', () => {
    const rollout = randomRollout(policy, 512, 1);
    const metrics = learner().update([rollout], new Rng(1, 's'), INFO);
    // Runtime sums in float64, TensorFlow in float32: logits of size 1 differ by some 1e-6.
    expect(metrics.ratioDeviation).toBeLessThan(1e-4);
    expect(metrics.ratioDeviation).toBeGreaterThan(0);
    expect(metrics.rows).toBe(512);
    expect(Object.values(metrics.rowsOfKind).reduce((a, b) => a + b)).toBe(512);
    expect(Object.keys(metrics.rowsOfKind)).toEqual(['forward', 'place', 'cache']);
    expect(metrics.steps).toBe(16); // 4 epochs x 512 / 128
    for (const value of Object.values(metrics)) {
      if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
    }
  });

  it('with learning rate 0 changes no weight, and KL stays 0', () => {
    const still = learner({ learningRate: 0 });
    const metrics = still.update([randomRollout(policy, 512, 1)], new Rng(1, 's'), INFO);
    expect(Buffer.from(still.weights.buffer)).toEqual(Buffer.from(policy.weights.slice().buffer));
    expect(Math.abs(metrics.approxKl)).toBeLessThan(1e-8); // (ratio deviation 1e-5)^2 / 2
    expect(metrics.clipFraction).toBe(0);
    expect(metrics.gradNorm).toBeGreaterThan(0);
  });

  it('moves probability towards what paid: KL grows and the policy loss falls below that of a learner that stands still', () => {
    const metrics = learner({ learningRate: 3e-3 }).update([randomRollout(policy, 512, 1)], new Rng(1, 's'), INFO);
    expect(metrics.approxKl).toBeGreaterThan(1e-4);
    const still = learner({ learningRate: 0 }).update([randomRollout(policy, 512, 1)], new Rng(1, 's'), INFO);
    expect(metrics.policyLoss).toBeLessThan(still.policyLoss);
  });

  it('keeps the number of tensors constant', () => {
    const one = learner();
    one.update([randomRollout(policy, 300, 1)], new Rng(1, 's'), INFO);
    const { numTensors } = engine.tf.memory();
    for (let i = 2; i < 5; i++) {
      const rollout = randomRollout({ ...policy, weights: one.weights }, 300, i);
      one.update([rollout], new Rng(i, 's'), INFO);
      expect(engine.tf.memory().numTensors).toBe(numTensors);
    }
    one.dispose();
  });

  it('repeats itself to the bit, and another shuffle gives other weights', () => {
    const train = (seed: number): Buffer => {
      const one = learner();
      one.update([randomRollout(policy, 512, 1)], new Rng(seed, 's'), INFO);
      return Buffer.from(one.weights.buffer);
    };
    expect(train(1).equals(train(1))).toBe(true);
    expect(train(1).equals(train(2))).toBe(false);
  });

  it('does not care about the unit of reward', () => {
    const train = (scale: number): Float32Array => {
      const one = learner();
      for (let i = 1; i <= 3; i++) {
        const rollout = randomRollout({ ...policy, weights: one.weights }, 512, i);
        for (let row = 0; row < rollout.n; row++) rollout.reward[row] = (rollout.reward[row] as number) * scale;
        one.update([rollout], new Rng(i, 's'), INFO);
      }
      return one.weights;
    };
    // Scaling by powers of two changes no mantissa; only the 1e-8 beside the deviation of advantages differs.
    const plain = train(1);
    expect(largestDifference(plain, train(1024))).toBeLessThan(1e-5);
    expect(largestDifference(plain, train(1 / 1024))).toBeLessThan(1e-4);
    expect(largestDifference(plain, policy.weights)).toBeGreaterThan(1e-2);
  });

  it('learns from several buffers alike, whatever their order', () => {
    const [a, b] = [randomRollout(policy, 200, 1), randomRollout(policy, 100, 2)];
    const split = learner({ minibatchRows: 1000 });
    const metrics = split.update([a, b], new Rng(1, 's'), INFO);
    expect(metrics.rows).toBe(300);
    const again = learner({ minibatchRows: 1000 });
    again.update([b, a], new Rng(1, 's'), INFO);
    // One minibatch of all rows: the order of the buffers only changes the order of the float32 sums.
    expect(largestDifference(split.weights, again.weights)).toBeLessThan(1e-4);
    expect(largestDifference(split.weights, policy.weights)).toBeGreaterThan(1e-3);
  });

  it('anneals the learning rate linearly', () => {
    const rollout = randomRollout(policy, 128, 1);
    const rate = (iteration: number): number =>
      learner({ learningRate: 1e-3 }).update([rollout], new Rng(1, 's'), { iteration, iterations: 4 }).learningRate;
    expect(rate(1)).toBe(1e-3);
    expect(rate(3)).toBe(5e-4); // (1 - 2 / 4) 1e-3
    expect(rate(4)).toBe(2.5e-4);
  });

  it('anneals the clip where asked to: fewer rows are clipped under a wide one', () => {
    const rollout = randomRollout(policy, 512, 1);
    const clipped = (annealClip: boolean): number =>
      learner({ learningRate: 3e-3, annealLearningRate: false, annealClip }).update([rollout], new Rng(1, 's'), {
        ...{ iteration: 4, iterations: 4 },
      }).clipFraction;
    // In the last of 4 iterations the clip is 0.05 instead of 0.2.
    expect(clipped(true)).toBeGreaterThan(2 * clipped(false));
  });

  it('bounds actor and critic apart where asked to, and learns on', () => {
    const rollout = randomRollout(policy, 512, 1);
    const after = (separateGradNorms: boolean): Float32Array => {
      const one = learner({ separateGradNorms, maxGradNorm: 0.05 });
      one.update([rollout], new Rng(1, 's'), INFO);
      return one.weights;
    };
    expect(largestDifference(after(true), after(false))).toBeGreaterThan(1e-6);
    expect(largestDifference(after(true), policy.weights)).toBeGreaterThan(1e-4);
  });

  it('says how much of the returns of each kind the critic explains', () => {
    const one = learner({ learningRate: 3e-3 });
    const { explainedVarianceOfKind } = one.update([randomRollout(policy, 512, 1)], new Rng(1, 's'), INFO);
    expect(Object.keys(explainedVarianceOfKind)).toEqual(['forward', 'place', 'cache']);
    for (const share of Object.values(explainedVarianceOfKind)) expect(share).toBeLessThanOrEqual(1);
  });

  it('stops early once an epoch moved the policy further than the target', () => {
    const rollout = randomRollout(policy, 512, 1);
    const all = learner({ learningRate: 1e-2, epochs: 8 }).update([rollout], new Rng(1, 's'), INFO);
    expect(all.epochs).toBe(8);
    const stopped = learner({ learningRate: 1e-2, epochs: 8, targetKl: all.approxKl / 4 });
    expect(stopped.update([rollout], new Rng(1, 's'), INFO).epochs).toBeLessThan(8);
  });

  it('continues from a saved state to the bit', () => {
    const [one, two, three] = [
      randomRollout(policy, 256, 1),
      randomRollout(policy, 256, 2),
      randomRollout(policy, 256, 3),
    ];
    const unbroken = learner({ maxRatioDeviation: null });
    const first = learner({ maxRatioDeviation: null });
    for (const each of [unbroken, first]) each.update([one], new Rng(1, 's'), INFO);
    const resumed = learner({ maxRatioDeviation: null }, testPolicy(77));
    resumed.restoreState(first.saveState());
    for (const each of [unbroken, resumed]) {
      each.update([two], new Rng(2, 's'), INFO);
      each.update([three], new Rng(3, 's'), INFO);
    }
    expect(Buffer.from(resumed.weights.buffer).equals(Buffer.from(unbroken.weights.buffer))).toBe(true);
  });
});

describe('learner refuses', () => {
  const expectRefusal = (spoil: (rollout: ReturnType<typeof randomRollout>) => void, message: RegExp): void => {
    const rollout = randomRollout(policy, 64, 1);
    spoil(rollout);
    const one = learner();
    expect(() => one.update([rollout], new Rng(1, 's'), INFO)).toThrow(
      expect.objectContaining({ code: 'MISUSE', message: expect.stringMatching(message) as string }),
    );
    expect(largestDifference(one.weights, policy.weights)).toBe(0);
  };

  it('a row that allows nothing', () => {
    expectRefusal(
      (r) => r.actionMask.fill(0, 3 * r.maxCandidates, 4 * r.maxCandidates),
      /actionMask that allows.*rollout 0 row 3/,
    );
  });
  it('a masked action', () => {
    expectRefusal((r) => (r.actionMask[5 * r.maxCandidates + (r.action[5] as number)] = 0), /rollout 0 row 5/);
  });
  it('rewards, times, log-probabilities and features that are not numbers', () => {
    expectRefusal((r) => (r.reward[9] = NaN), /finite reward in rollout 0 row 9, got NaN/);
    expectRefusal((r) => (r.elapsed[2] = -1), /elapsed time >= 0 in rollout 0 row 2, got -1/);
    expectRefusal((r) => (r.logProb[2] = -Infinity), /log-probability/);
    expectRefusal((r) => (r.context[16] = Infinity), /context row 1, got Infinity in column 0/);
  });
  it('links that lead back or nowhere', () => {
    expectRefusal((r) => (r.next[10] = 10), /successor after the row.*got 10/);
    expectRefusal((r) => (r.next[10] = 71), /got 71/);
  });
  it('the rollout of another policy', () => {
    const other = randomRollout(testPolicy(6), 64, 1);
    expect(() => learner().update([other], new Rng(1, 's'), INFO)).toThrow(/learner's own policy/);
    const rate = learner({ maxRatioDeviation: null }).update([other], new Rng(1, 's'), INFO).ratioDeviation;
    expect(rate).toBeGreaterThan(0.1);
  });
  it('a state of another network', () => {
    const small = learner({}, testPolicy(5, policy.spec, 4));
    expect(() => learner().restoreState(small.saveState())).toThrow(
      expect.objectContaining({ code: 'CHECKPOINT_SCENARIO' }),
    );
    const incomplete = Object.fromEntries(Object.entries(learner().saveState()).filter(([name]) => name !== 'weights'));
    expect(() => learner().restoreState(incomplete)).toThrow(/'weights'/);
    expect(() => learner().restoreState({ ...learner().saveState(), more: new Uint8Array(1) })).toThrow(/'more'/);
  });
  it('a configuration out of range', () => {
    expect(() => learner({ gamma: 1.5 })).toThrow(/ppo.gamma/);
    expect(() => learner({ epochs: 2.5 })).toThrow(/ppo.epochs to be a whole number/);
  });
});
