import { describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { CART_POLE_MAX_STEPS, CartPole } from '../../../training/environments/cart-pole.ts';
import { Identity } from '../../../training/environments/identity.ts';
import type { LearningEnvironment } from '../../../training/environments/learning-environment.ts';
import { MaskedBandit } from '../../../training/environments/masked-bandit.ts';
import { CLIMBING_GAME, MatrixGame, penaltyGame } from '../../../training/environments/matrix-game.ts';

/** Mean return of the first `episodes` finished episodes. */
function meanReturn(env: LearningEnvironment, episodes: number, choose: (row: number) => number): number {
  const running = new Float64Array(env.agents);
  const choices = new Uint8Array(env.agents);
  let sum = 0;
  for (let finished = 0; ;) {
    for (let row = 0; row < env.agents; row++) choices[row] = choose(row);
    env.step(choices);
    for (let row = 0; row < env.agents; row++) {
      running[row] = (running[row] as number) + (env.reward[row] as number);
      if (env.terminated[row] === 0 && env.truncated[row] === 0) continue;
      sum += running[row] as number;
      running[row] = 0;
      if (++finished === episodes) return sum / episodes;
    }
  }
}

/** Uniform over the allowed candidates. */
function randomly(env: LearningEnvironment, rng: Rng): (row: number) => number {
  return (row) => {
    const mask = env.batch.actionMask.subarray(row * env.batch.maxCandidates, (row + 1) * env.batch.maxCandidates);
    for (;;) {
      const choice = rng.int(mask.length);
      if (mask[choice] === 1) return choice;
    }
  };
}

describe('CartPole', () => {
  it('follows the equations: one push from a known state', () => {
    // Upright at rest, pushed right: temp = 10 / 1.1 = 9.090909; inertia = 0.5 (4/3 - 0.1 / 1.1) = 0.6212121;
    // angular acceleration = -9.090909 / 0.6212121 = -14.634146; x acceleration = 9.090909 + 0.05 * 14.634146 / 1.1 =
    // 9.756098. Euler with 0.02 s: x and angle still 0, velocities 0.1951220 and -0.2926829.
    const env = new CartPole({ agents: 1, seed: 1 });
    env.physics.set([0, 0, 0, 0]);
    env.refresh();
    env.step(Uint8Array.of(1));
    const expected = [0, 0.195121951, 0, -0.292682927];
    expected.forEach((value, i) => expect(env.physics[i]).toBeCloseTo(value, 8));
    // The next step moves by those velocities: 0.02 * 0.195121951 = 0.003902439; 0.02 * -0.292682927 = -0.005853659.
    env.step(Uint8Array.of(0));
    expect(env.physics[0]).toBeCloseTo(0.003902439, 8);
    expect(env.physics[2]).toBeCloseTo(-0.005853659, 8);
  });

  // Measured on Gymnasium's CartPole-v1: random 22.6 +- 0.7, sign(angle) 42.6 +- 0.6, sign(angle + angular velocity) 484.4 +- 3.0 (95 %).
  // 1,000 episodes here; the bounds add both half-widths, about +-1.5, +-1.2, +-5.
  it('gives the published returns of random play and of both hand rules', () => {
    const angle = (env: CartPole, row: number): number => env.batch.context[row * 4 + 2] as number;
    const rate = (env: CartPole, row: number): number => env.batch.context[row * 4 + 3] as number;
    const random = new CartPole({ agents: 8, seed: 3 });
    expect(Math.abs(meanReturn(random, 1000, randomly(random, new Rng(5, 'random'))) - 22.6)).toBeLessThan(1.5);
    const byAngle = new CartPole({ agents: 8, seed: 4 });
    expect(Math.abs(meanReturn(byAngle, 1000, (row) => (angle(byAngle, row) > 0 ? 1 : 0)) - 42.6)).toBeLessThan(1.2);
    const byBoth = new CartPole({ agents: 8, seed: 5 });
    const good = meanReturn(byBoth, 1000, (row) => (angle(byBoth, row) + rate(byBoth, row) > 0 ? 1 : 0));
    expect(Math.abs(good - 484.4)).toBeLessThan(5);
  });

  it('cuts at 500 steps as truncated and shows the true final observation, ends as terminated before', () => {
    const env = new CartPole({ agents: 1, seed: 6 });
    let steps = 0;
    do {
      const { context } = env.batch;
      env.step(Uint8Array.of((context[2] as number) + (context[3] as number) > 0 ? 1 : 0));
      steps++;
    } while (env.truncated[0] === 0 && steps < 100_000);
    expect(steps).toBeGreaterThanOrEqual(CART_POLE_MAX_STEPS);
    expect(env.terminated[0]).toBe(0);
    // 500 steps of drifting leave the start range; the next episode starts within it.
    expect(Math.max(...Array.from(env.finalBatch.context, Math.abs))).toBeGreaterThan(0.05);
    expect(Math.max(...Array.from(env.batch.context, Math.abs))).toBeLessThanOrEqual(0.05);
    do env.step(Uint8Array.of(1));
    while (env.terminated[0] === 0);
    expect(env.truncated[0]).toBe(0);
  });

  it('shows permuted and sign-flipped observations of the same physics', () => {
    const plain = new CartPole({ agents: 2, seed: 8 });
    const twisted = new CartPole({ agents: 2, seed: 8, order: [2, 0, 3, 1], signs: [1, -1, -1, 1] });
    for (let row = 0; row < 2; row++) {
      const at = row * 4;
      const [x, v, a, w] = plain.batch.context.subarray(at, at + 4) as unknown as [number, number, number, number];
      expect(Array.from(twisted.batch.context.subarray(at, at + 4))).toEqual([a, -x, -w, v]);
    }
  });
});

describe('identity and masked actions', () => {
  it('pays for the target only, and random play gets the share it must', () => {
    // 100 steps: 4 actions give 25; 15 allowed of 70 give 100 / 15 = 6.67. 400 episodes: sd of the mean below 0.22.
    const four = new Identity({ agents: 4, seed: 1, actions: 4 });
    expect(Math.abs(meanReturn(four, 400, randomly(four, new Rng(2, 'r'))) - 25)).toBeLessThan(0.9);
    const seventy = new Identity({ agents: 4, seed: 1, actions: 70, masked: 55 });
    expect(Math.abs(meanReturn(seventy, 400, randomly(seventy, new Rng(3, 'r'))) - 6.67)).toBeLessThan(0.6);
    const target = (row: number): number => seventy.batch.context.subarray(row * 70, (row + 1) * 70).indexOf(1);
    expect(meanReturn(seventy, 20, target)).toBe(100);
  });

  it('masks exactly 55 of 70, never the target, and refuses a masked choice', () => {
    const env = new Identity({ agents: 3, seed: 9, actions: 70, masked: 55 });
    for (let step = 0; step < 50; step++) {
      const choices = new Uint8Array(3);
      for (let row = 0; row < 3; row++) {
        const mask = env.batch.actionMask.subarray(row * 70, (row + 1) * 70);
        expect(mask.reduce((sum, allowed) => sum + allowed, 0)).toBe(15);
        choices[row] = env.batch.context.subarray(row * 70, (row + 1) * 70).indexOf(1);
        expect(mask[choices[row] as number]).toBe(1);
      }
      env.step(choices);
    }
    const masked = env.batch.actionMask.indexOf(0);
    expect(masked).toBeLessThan(70);
    expect(() => env.step(Uint8Array.of(masked, 0, 0))).toThrow(expect.objectContaining({ code: 'ILLEGAL_CHOICE' }));
  });
});

describe('games', () => {
  it('pay both players the entry they meet at, 25 rounds an episode', () => {
    const env = new MatrixGame({ payoff: CLIMBING_GAME, tables: 1 });
    env.step(Uint8Array.of(1, 0));
    expect(Array.from(env.reward)).toEqual([-30, -30]);
    env.step(Uint8Array.of(2, 1));
    expect(Array.from(env.reward)).toEqual([6, 6]);
    for (let round = 2; round < 24; round++) env.step(Uint8Array.of(0, 0));
    expect(Array.from(env.truncated)).toEqual([0, 0]);
    env.step(Uint8Array.of(0, 0));
    expect(Array.from(env.truncated)).toEqual([1, 1]);
  });

  it('give uniform play its known mean', () => {
    // Climbing: (11 - 30 + 0 - 30 + 7 + 0 + 0 + 6 + 5) / 9 = -3.44; penalty k 0: 22 / 9 = 2.44; k -100: -178 / 9 = -19.78.
    const mean = (payoff: readonly (readonly number[])[]): number => {
      const env = new MatrixGame({ payoff, tables: 1 });
      let sum = 0;
      for (let cell = 0; cell < 9; cell++) {
        env.step(Uint8Array.of(Math.floor(cell / 3), cell % 3));
        sum += env.reward[0] as number;
      }
      return sum / 9;
    };
    expect(mean(CLIMBING_GAME)).toBeCloseTo(-3.44, 2);
    expect(mean(penaltyGame(0))).toBeCloseTo(2.44, 2);
    expect(mean(penaltyGame(-100))).toBeCloseTo(-19.78, 2);
  });

  it('the bandit pays its arms and forbids the third', () => {
    const env = new MaskedBandit({ agents: 2 });
    env.step(Uint8Array.of(0, 1));
    expect(Array.from(env.reward)).toEqual([0.2, 1]);
    expect(() => env.step(Uint8Array.of(2, 1))).toThrow(expect.objectContaining({ code: 'ILLEGAL_CHOICE' }));
  });
});

describe('every environment', () => {
  const makers: [string, () => LearningEnvironment][] = [
    ['CartPole', () => new CartPole({ agents: 3, seed: 2 })],
    ['Identity', () => new Identity({ agents: 3, seed: 2, actions: 5, masked: 2 })],
    ['MatrixGame', () => new MatrixGame({ payoff: CLIMBING_GAME, tables: 2 })],
    ['MaskedBandit', () => new MaskedBandit({ agents: 3 })],
  ];
  for (const [name, make] of makers) {
    it(`${name} repeats itself from a seed and continues exactly from a saved state`, () => {
      const play = (env: LearningEnvironment, rng: Rng, steps: number): string => {
        const choose = randomly(env, rng);
        const log: number[][] = [];
        for (let step = 0; step < steps; step++) {
          env.step(Uint8Array.from({ length: env.agents }, (_, row) => choose(row)));
          log.push([...env.reward, ...env.terminated, ...env.truncated, ...env.batch.context, ...env.batch.actionMask]);
        }
        return JSON.stringify(log);
      };
      expect(play(make(), new Rng(1, 'p'), 200)).toBe(play(make(), new Rng(1, 'p'), 200));

      const original = make();
      const rng = new Rng(4, 'p');
      play(original, rng, 137);
      const saved = structuredClone(original.state);
      const rngState = rng.state.slice();
      const rest = play(original, rng, 150);
      const restored = make();
      for (const [column, values] of Object.entries(saved)) restored.state[column]?.set(values);
      restored.refresh();
      const restoredRng = new Rng(99, 'other');
      restoredRng.state.set(rngState);
      expect(play(restored, restoredRng, 150)).toBe(rest);
    });
  }
});
