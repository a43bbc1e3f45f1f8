import { describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { adamStep, createAdamState } from '../../../training/ppo/adam.kernel.ts';
import { PPO_DEFAULTS } from '../../../training/ppo/config.ts';
import { learningData, scaledAdvantages } from '../../../training/ppo/learning-data.ts';
import { mergeRollouts } from '../../../training/ppo/merge-rollouts.ts';
import { ValueNormaliser } from '../../../training/ppo/value-normaliser.ts';
import { createRolloutBuffer } from '../../../training/rollout/buffer.ts';
import { randomRollout, testPolicy } from './random-rollout.ts';

describe('Adam', () => {
  const OPTIONS = { learningRate: 0.1, beta1: 0.9, beta2: 0.999, epsilon: 1e-5, maxGradNorm: null };

  it('makes the steps worked out by hand', () => {
    // Step 1: m^ = g, v^ = g^2, so w falls by 0.1 * 2 / (2 + 1e-5) = 0.0999995.
    // Step 2 with g = -1: m = 0.9 * 0.2 - 0.1 = 0.08, m^ = 0.08 / 0.19 = 0.4210526; v = 0.999 * 0.004 + 0.001 = 0.004996,
    // v^ = 0.004996 / 0.001999 = 2.4992496, root 1.5809015; w falls by 0.1 * 0.4210526 / 1.5809115 = 0.0266335.
    const weights = Float32Array.of(1);
    const state = createAdamState(1);
    expect(adamStep(weights, Float32Array.of(2), state, OPTIONS)).toBe(2);
    expect(weights[0]).toBeCloseTo(1 - 0.0999995, 6);
    expect(adamStep(weights, Float32Array.of(-1), state, OPTIONS)).toBe(1);
    expect(weights[0]).toBeCloseTo(1 - 0.0999995 - 0.0266335, 6);
    expect(state.powers[2]).toBe(2);
    expect(state.powers[0]).toBeCloseTo(0.81, 15);
  });

  it('scales the whole gradient to the norm bound, and only above it', () => {
    // (3, 4) has norm 5; bound 0.5 makes it (0.3, 0.4), so m = 0.1 * that.
    const state = createAdamState(2);
    const norm = adamStep(new Float32Array(2), Float32Array.of(3, 4), state, { ...OPTIONS, maxGradNorm: 0.5 });
    expect(norm).toBe(5);
    expect(state.m[0]).toBeCloseTo(0.03, 12);
    expect(state.m[1]).toBeCloseTo(0.04, 12);
    const small = createAdamState(2);
    adamStep(new Float32Array(2), Float32Array.of(0.03, 0.04), small, { ...OPTIONS, maxGradNorm: 0.5 });
    expect(small.m[1]).toBeCloseTo(0.004, 9);
  });

  it('bounds the critic by itself where asked to', () => {
    // Actor (3, 4), norm 5; critic (0, 0.3), norm 0.3: with bound 0.5 only the actor shrinks, to (0.3, 0.4).
    const apart = createAdamState(4);
    const gradient = Float32Array.of(3, 0, 4, 0.3);
    const critic = Uint8Array.of(0, 1, 0, 1);
    const norm = adamStep(new Float32Array(4), gradient, apart, { ...OPTIONS, maxGradNorm: 0.5, critic });
    expect(norm).toBeCloseTo(Math.sqrt(25.09), 6);
    [0.03, 0, 0.04, 0.03].forEach((m, i) => expect(apart.m[i]).toBeCloseTo(m, 7));
    const together = createAdamState(4);
    adamStep(new Float32Array(4), gradient, together, { ...OPTIONS, maxGradNorm: 0.5 });
    expect(together.m[3]).toBeCloseTo((0.03 * 0.5) / Math.sqrt(25.09), 7);
  });

  it('changes nothing on a gradient that is not finite', () => {
    const weights = Float32Array.of(1, 2);
    const state = createAdamState(2);
    expect(adamStep(weights, Float32Array.of(NaN, 1), state, OPTIONS)).toBeNaN();
    expect(Array.from(weights)).toEqual([1, 2]);
    expect(state.powers[2]).toBe(0);
  });
});

describe('return statistics', () => {
  it('are the debiased running mean and deviation, per kind', () => {
    // beta 0.5. Returns (1, 3): m = 1, q = 2.5, d = 0.5: mean 2, variance 5 - 4 = 1.
    // Then (5): m = 0.5 + 2.5 = 3, q = 1.25 + 12.5 = 13.75, d = 0.75: mean 4, variance 18.3333 - 16 = 2.3333.
    const statistics = new ValueNormaliser(2, 0.5);
    expect([statistics.mean(0), statistics.deviation(0)]).toEqual([0, 0]);
    statistics.update(0, Float64Array.of(1, 3));
    expect([statistics.mean(0), statistics.deviation(0)]).toEqual([2, 1]);
    statistics.update(0, Float64Array.of(5));
    expect(statistics.mean(0)).toBeCloseTo(4, 12);
    expect(statistics.deviation(0)).toBeCloseTo(Math.sqrt(7 / 3), 12);
    statistics.update(0, new Float64Array(0));
    expect(statistics.mean(0)).toBeCloseTo(4, 12);
    expect(statistics.deviation(1)).toBe(0);
  });

  it('keep a floor relative to the mean when returns do not vary', () => {
    const statistics = new ValueNormaliser(1, 0.99);
    statistics.update(0, new Float64Array(10).fill(500));
    expect(statistics.deviation(0)).toBeCloseTo(0.5, 9); // sqrt(1e-6) 500
    const zero = new ValueNormaliser(1, 0.99);
    zero.update(0, new Float64Array(10));
    expect(zero.deviation(0)).toBeGreaterThan(0);
  });
});

describe('learning data', () => {
  it('counts values as 0 before the first returns, and normalises targets to mean 0 and deviation 1 per kind', () => {
    const rollout = randomRollout(testPolicy(1), 400, 3);
    const outputs = Float32Array.from({ length: 407 }, (_, row) => row); // nonsense that must not matter yet
    const data = learningData(rollout, outputs, new ValueNormaliser(3, 0.99), PPO_DEFAULTS);
    for (let kind = 0; kind < 3; kind++) {
      const targets = Array.from(data.target).filter((_, row) => rollout.kind[row] === kind);
      const mean = targets.reduce((a, b) => a + b) / targets.length;
      const variance = targets.reduce((a, b) => a + (b - mean) ** 2, 0) / targets.length;
      expect(mean).toBeCloseTo(0, 5);
      expect(variance).toBeCloseTo(1, 5);
    }
    // The last row of a chain bootstraps nothing: its advantage is its reward.
    const last = rollout.next.subarray(0, 400).indexOf(-1);
    expect(data.advantage[last]).toBe(rollout.reward[last]);
  });

  it('denormalises values by the statistics of the iterations before', () => {
    const statistics = new ValueNormaliser(1, 0.5);
    statistics.update(0, Float64Array.of(1, 3)); // mean 2, deviation 1
    const buffer = createRolloutBuffer({ capacity: 2, contextStride: 1, candidateStride: 1, maxCandidates: 1 });
    buffer.n = 1;
    buffer.finals = 1;
    buffer.reward[0] = 1;
    buffer.elapsed[0] = 1;
    buffer.next[0] = 1;
    // V = 2 + 0.5, final 2 - 1: A = 1 + 0.99 * 1 - 2.5 = -0.51; return 1.99.
    const data = learningData(buffer, Float32Array.of(0.5, -1), statistics, PPO_DEFAULTS);
    expect(data.advantage[0]).toBeCloseTo(-0.51, 12);
    // Statistics now: m = 0.5 + 0.995 = 1.495 over d = 0.75, mean 1.99333; q = (2.5 + 1.99^2) / 2 = 3.23005.
    const mean = 1.495 / 0.75;
    expect(data.target[0]).toBeCloseTo((1.99 - mean) / Math.sqrt(3.23005 / 0.75 - mean * mean), 5);
    expect(data.oldValue[0]).toBe(0.5);
  });

  it('scales advantages by the minibatch, or by the returns when there are few rows', () => {
    const advantage = Float64Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? 3 : 7));
    const many = scaledAdvantages(
      advantage,
      Int32Array.from({ length: 16 }, (_, i) => i),
      true,
      4,
    );
    // Mean 5, population deviation 2.
    expect(many[0]).toBeCloseTo(-1, 6);
    expect(many[1]).toBeCloseTo(1, 6);
    expect(Array.from(scaledAdvantages(advantage, Int32Array.of(1, 2), true, 4))).toEqual([1.75, 0.75]);
    expect(
      scaledAdvantages(
        advantage,
        Int32Array.from({ length: 16 }, (_, i) => i),
        false,
        4,
      )[0],
    ).toBe(0.75);
  });
});

describe('merged rollouts', () => {
  it('hold all decisions, then all finals, with the same successors', () => {
    const policy = testPolicy(1);
    const parts = [randomRollout(policy, 30, 1), randomRollout(policy, 20, 2), randomRollout(policy, 25, 3)];
    const merged = mergeRollouts(parts);
    expect([merged.n, merged.finals]).toEqual([75, 21]);
    const rng = new Rng(1, 'probe');
    for (let probe = 0; probe < 100; probe++) {
      const part = rng.int(3);
      const source = parts[part] as (typeof parts)[number];
      const row = rng.int(source.n);
      const decisionsBefore = [0, 30, 50][part] as number;
      const finalsBefore = 75 + 7 * part;
      expect(merged.reward[decisionsBefore + row]).toBe(source.reward[row]);
      const next = source.next[row] as number;
      const mergedNext = merged.next[decisionsBefore + row] as number;
      if (next === -1) expect(mergedNext).toBe(-1);
      else {
        const place = next < source.n ? decisionsBefore + next : finalsBefore + next - source.n;
        expect(mergedNext).toBe(place);
        expect(merged.context.slice(mergedNext * 16, mergedNext * 16 + 16)).toEqual(
          source.context.slice(next * 16, next * 16 + 16),
        );
      }
    }
    expect(mergeRollouts([merged])).toBe(merged);
    expect(() => mergeRollouts([])).toThrow(/at least one/);
    const odd = createRolloutBuffer({ capacity: 1, contextStride: 3, candidateStride: 16, maxCandidates: 8 });
    expect(() => mergeRollouts([merged, odd])).toThrow(/contextStride, got 16 and 3/);
  });
});
