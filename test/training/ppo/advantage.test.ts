import { describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { advantagesInto } from '../../../training/ppo/advantage.kernel.ts';
import { type RolloutBuffer, createRolloutBuffer } from '../../../training/rollout/buffer.ts';

const SHAPE = { contextStride: 1, candidateStride: 1, maxCandidates: 1 };

/** Episodes of 64 steps, one after the other, reward 1 at the last step of each; all terminated. */
function episodes(count: number): RolloutBuffer {
  const buffer = createRolloutBuffer({ ...SHAPE, capacity: count * 64 });
  buffer.n = count * 64;
  for (let row = 0; row < buffer.n; row++) {
    const isLast = row % 64 === 63;
    buffer.reward[row] = isLast ? 1 : 0;
    buffer.elapsed[row] = 1;
    buffer.next[row] = isLast ? -1 : row + 1;
  }
  return buffer;
}

describe('advantages against the closed form', () => {
  // With constant V and one reward 1 at the end (step T - 1): delta = gamma V - V before, 1 - V at the end, so
  // A_t = (gamma - 1) V sum_{i < T-1-t} (gamma lambda)^i + (gamma lambda)^(T-1-t) (1 - V).
  for (const gamma of [1, 0.99]) {
    for (const gaeLambda of [1, 0.9]) {
      for (const value of [0, 1]) {
        for (const count of [1, 3]) {
          it(`gamma ${gamma}, lambda ${gaeLambda}, V ${value}, ${count} episodes`, () => {
            const buffer = episodes(count);
            const advantages = new Float64Array(buffer.n);
            advantagesInto(buffer, new Float64Array(buffer.n).fill(value), { gamma, gaeLambda }, advantages);
            const decay = gamma * gaeLambda;
            for (let row = 0; row < buffer.n; row++) {
              const left = 63 - (row % 64);
              let expected = decay ** left * (1 - value);
              for (let i = 0; i < left; i++) expected += (gamma - 1) * value * decay ** i;
              // 64 float64 additions of numbers below 1.
              expect(advantages[row]).toBeCloseTo(expected, 12);
            }
          });
        }
      }
    }
  }
});

describe('advantages along interleaved chains', () => {
  it('bootstraps a truncated chain from its final row and stops there', () => {
    // Rows 0 and 1 are decisions, row 2 is final: A_1 = 2 + 0.5^2 * 8 - 3 = 1; A_0 = 1 + 0.5 * 3 - 4 + 0.5 * 0.9 * 1.
    const buffer = createRolloutBuffer({ ...SHAPE, capacity: 3 });
    buffer.n = 2;
    buffer.finals = 1;
    buffer.reward.set([1, 2]);
    buffer.elapsed.set([1, 2]);
    buffer.next.set([1, 2]);
    const advantages = new Float64Array(2);
    advantagesInto(buffer, Float64Array.of(4, 3, 8), { gamma: 0.5, gaeLambda: 0.9 }, advantages);
    expect(advantages[1]).toBe(1);
    expect(advantages[0]).toBeCloseTo(1 + 1.5 - 4 + 0.45, 14);
  });

  it('discounts by elapsed time and weighs by links: one reward at the end of links of unequal length', () => {
    // Links of 0.5, 3, 0 and 2 time units, reward 1 on the last. With V = 0: A_t = 0.9^(time to the last link) 0.8^(links to it).
    const lengths = [0.5, 3, 0, 2];
    const buffer = createRolloutBuffer({ ...SHAPE, capacity: 4 });
    buffer.n = 4;
    buffer.reward.set([0, 0, 0, 1]);
    buffer.elapsed.set(lengths);
    buffer.next.set([1, 2, 3, -1]);
    const advantages = new Float64Array(4);
    advantagesInto(buffer, new Float64Array(4), { gamma: 0.9, gaeLambda: 0.8 }, advantages);
    expect(advantages[0]).toBeCloseTo(0.9 ** 3.5 * 0.8 ** 3, 14);
    expect(advantages[1]).toBeCloseTo(0.9 ** 3 * 0.8 ** 2, 14);
    expect(advantages[2]).toBeCloseTo(0.8, 14);
    expect(advantages[3]).toBe(1);
    // With the exact values V_t = 0.9^(time to the last link) nothing surprises, whatever lambda.
    const exact = Float64Array.of(0.9 ** 3.5, 0.9 ** 3, 1, 1);
    for (const gaeLambda of [0, 0.8, 1]) {
      advantagesInto(buffer, exact, { gamma: 0.9, gaeLambda }, advantages);
      for (const advantage of advantages) expect(Math.abs(advantage)).toBeLessThan(1e-15);
    }
  });

  it('agrees with the definition on random chains: A is the discounted sum of the deltas that follow', () => {
    const rng = new Rng(7, 'chains');
    const buffer = createRolloutBuffer({ ...SHAPE, capacity: 340 });
    buffer.n = 300;
    buffer.finals = 40;
    for (let row = 0; row < buffer.n; row++) {
      buffer.reward[row] = rng.normal();
      buffer.elapsed[row] = rng.exponential(2);
      buffer.next[row] = rng.uniform() < 0.1 ? -1 : row + 1 + rng.int(Math.min(40, 339 - row));
    }
    const values = Float64Array.from({ length: 340 }, () => rng.normal());
    const options = { gamma: 0.9, gaeLambda: 0.8 };
    const advantages = new Float64Array(300);
    advantagesInto(buffer, values, options, advantages);
    // Both sum the same terms in float64, in another order.
    for (let row = 0; row < 300; row++) expect(advantages[row]).toBeCloseTo(obviousAdvantage(row), 10);

    function obviousAdvantage(start: number): number {
      let sum = 0;
      let weight = 1;
      for (let row = start; row >= 0 && row < buffer.n;) {
        const next = buffer.next[row] as number;
        const discount = Math.pow(options.gamma, buffer.elapsed[row] as number);
        const successorValue = next === -1 ? 0 : (values[next] as number);
        sum += weight * ((buffer.reward[row] as number) + discount * successorValue - (values[row] as number));
        weight *= discount * options.gaeLambda;
        row = next;
      }
      return sum;
    }
  });
});
