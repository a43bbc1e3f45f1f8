import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type Policy, Rng } from '../../../core/index.ts';
import {
  AGENT_STATUS,
  CART_POLE_MAX_STEPS,
  CLIMBING_GAME,
  CartPole,
  Foraging,
  type ForagingOptions,
  Identity,
  MaskedBandit,
  MatrixGame,
  type MultiAgentEnvironment,
  SimpleSpread,
  isRunning,
  penaltyGame,
  playEpisodes,
} from '../../../training/environments/index.ts';
import { foragingGreedy, foragingRandom, spreadGreedy, spreadIdle, spreadRandom } from './reference-players.ts';
import { halfWidth, mean, meanReturn, teamReturns } from './train-known.ts';

/** Uniform over the allowed candidates. */
function randomPolicy(rng: Rng): Policy {
  return {
    name: 'random',
    choose: (batch, out) => {
      for (let row = 0; row < batch.n; row++) {
        const mask = batch.actionMask.subarray(row * batch.maxCandidates, (row + 1) * batch.maxCandidates);
        do out[row] = rng.int(mask.length);
        while (mask[out[row] as number] !== 1);
      }
    },
  };
}

function contextPolicy(choose: (context: Float32Array) => number): Policy {
  return {
    name: 'rule',
    choose: ({ n, context, contextStride }, out) => {
      for (let row = 0; row < n; row++) {
        out[row] = choose(context.subarray(row * contextStride, (row + 1) * contextStride));
      }
    },
  };
}

/** Team returns of episodes played by a rule that knows the environment. */
function playWith<E extends MultiAgentEnvironment>(
  env: E,
  choose: (env: E, agent: number, rng: Rng) => number,
  episodes: number,
): number[] {
  const rng = new Rng(1, 'reference');
  return Array.from({ length: episodes }, (_, episode) => {
    let sum = 0;
    for (env.reset(episode + 1); isRunning(env.status);) {
      env.step(Uint8Array.from(env.agents, (__, agent) => choose(env, agent, rng)));
      sum += env.reward.reduce((a, b) => a + b, 0);
    }
    return sum;
  });
}

function recorded(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`recorded/${name}.json`, import.meta.url), 'utf8'));
}

describe('CartPole', () => {
  it('follows the equations: one push from a known state', () => {
    // Upright at rest, pushed right: temp = 10 / 1.1 = 9.090909; inertia = 0.5 (4/3 - 0.1 / 1.1) = 0.6212121;
    // angular acceleration = -9.090909 / 0.6212121 = -14.634146; x acceleration = 9.090909 + 0.05 * 14.634146 / 1.1 =
    // 9.756098. Euler with 0.02 s: x and angle still 0, velocities 0.1951220 and -0.2926829.
    const env = new CartPole();
    env.reset(1);
    env.physics.fill(0);
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
    const play = (policy: Policy): number =>
      meanReturn(playEpisodes({ make: () => new CartPole(), policy, episodes: 1000 }));
    expect(Math.abs(play(randomPolicy(new Rng(5, 'random'))) - 22.6)).toBeLessThan(1.5);
    expect(Math.abs(play(contextPolicy((c) => ((c[2] as number) > 0 ? 1 : 0))) - 42.6)).toBeLessThan(1.2);
    const both = contextPolicy((c) => ((c[2] as number) + (c[3] as number) > 0 ? 1 : 0));
    expect(Math.abs(play(both) - 484.4)).toBeLessThan(5);
  });

  it('is cut at 500 steps as truncated, and ends as terminated before', () => {
    const env = new CartPole();
    const rule = (): Uint8Array => Uint8Array.of((env.physics[2] as number) + (env.physics[3] as number) > 0 ? 1 : 0);
    const ends = new Map<number, number>();
    for (let seed = 1; seed <= 30; seed++) {
      let steps = 0;
      for (env.reset(seed); isRunning(env.status); steps++) env.step(seed % 2 === 0 ? Uint8Array.of(1) : rule());
      ends.set(steps, env.status[0] as number);
    }
    expect(Math.max(...ends.keys())).toBe(CART_POLE_MAX_STEPS);
    for (const [steps, status] of ends) {
      expect(status).toBe(steps === CART_POLE_MAX_STEPS ? AGENT_STATUS.truncated : AGENT_STATUS.terminated);
    }
    expect(ends.size).toBeGreaterThan(1);
  });

  it('shows permuted and sign-flipped observations of the same physics', () => {
    const row = { kind: 0, candidateCount: 0, candidateStride: 3, context: new Float32Array(4) };
    const rest = { candidates: new Float32Array(6), actionMask: new Uint8Array(2) };
    const twisted = new CartPole({ order: [2, 0, 3, 1], signs: [1, -1, -1, 1] });
    twisted.reset(8);
    twisted.observe(0, { ...row, ...rest });
    const [x, v, a, w] = Array.from(twisted.physics, Math.fround) as [number, number, number, number];
    expect(Array.from(row.context)).toEqual([a, -x, -w, v]);
  });
});

describe('identity and masked actions', () => {
  it('pays for the target only, and random play gets the share it must', () => {
    const play = (make: () => Identity, policy: Policy, episodes: number): number =>
      meanReturn(playEpisodes({ make, policy, episodes }));
    // 100 steps: 4 actions give 25; 15 allowed of 70 give 100 / 15 = 6.67. 400 episodes: sd of the mean below 0.22.
    expect(Math.abs(play(() => new Identity({ actions: 4 }), randomPolicy(new Rng(2, 'r')), 400) - 25)).toBeLessThan(
      0.9,
    );
    const seventy = (): Identity => new Identity({ actions: 70, masked: 55 });
    expect(Math.abs(play(seventy, randomPolicy(new Rng(3, 'r')), 400) - 6.67)).toBeLessThan(0.6);
    expect(
      play(
        seventy,
        contextPolicy((context) => context.indexOf(1)),
        20,
      ),
    ).toBe(100);
  });

  it('masks exactly 55 of 70, never the target, and refuses a masked choice', () => {
    const env = new Identity({ actions: 70, masked: 55 });
    env.reset(9);
    for (let step = 0; step < 50; step++) {
      const allowed = env.state.allowed;
      const target = env.state.numbers[0] as number;
      expect(allowed.reduce((sum, each) => sum + each, 0)).toBe(15);
      expect(allowed[target]).toBe(1);
      env.step(Uint8Array.of(target));
      expect(env.reward[0]).toBe(1);
    }
    const masked = env.state.allowed.indexOf(0);
    expect(() => env.step(Uint8Array.of(masked))).toThrow(expect.objectContaining({ code: 'ILLEGAL_CHOICE' }));
  });
});

describe('games', () => {
  it('pay both players the entry they meet at, 25 rounds an episode', () => {
    const env = new MatrixGame(CLIMBING_GAME);
    env.reset();
    env.step(Uint8Array.of(1, 0));
    expect(Array.from(env.reward)).toEqual([-30, -30]);
    env.step(Uint8Array.of(2, 1));
    expect(Array.from(env.reward)).toEqual([6, 6]);
    for (let round = 2; round < 24; round++) env.step(Uint8Array.of(0, 0));
    expect(isRunning(env.status)).toBe(true);
    env.step(Uint8Array.of(0, 0));
    expect(Array.from(env.status)).toEqual([AGENT_STATUS.truncated, AGENT_STATUS.truncated]);
  });

  it('give uniform play its known mean', () => {
    // Climbing: (11 - 30 + 0 - 30 + 7 + 0 + 0 + 6 + 5) / 9 = -3.44; penalty k 0: 22 / 9 = 2.44; k -100: -178 / 9 = -19.78.
    const average = (payoff: readonly (readonly number[])[]): number => {
      const env = new MatrixGame(payoff);
      env.reset();
      let sum = 0;
      for (let cell = 0; cell < 9; cell++) {
        env.step(Uint8Array.of(Math.floor(cell / 3), cell % 3));
        sum += env.reward[0] as number;
      }
      return sum / 9;
    };
    expect(average(CLIMBING_GAME)).toBeCloseTo(-3.44, 2);
    expect(average(penaltyGame(0))).toBeCloseTo(2.44, 2);
    expect(average(penaltyGame(-100))).toBeCloseTo(-19.78, 2);
  });

  it('the bandit pays its arms and forbids the third', () => {
    const env = new MaskedBandit();
    for (const [arm, pay] of [0.2, 1].entries()) {
      env.reset();
      env.step(Uint8Array.of(arm));
      expect(env.reward[0]).toBe(pay);
    }
    env.reset();
    expect(() => env.step(Uint8Array.of(2))).toThrow(expect.objectContaining({ code: 'ILLEGAL_CHOICE' }));
  });
});

interface RecordedForaging extends ForagingOptions {
  readonly start: Readonly<Record<'row' | 'column' | 'level' | 'field', readonly number[]>>;
  readonly actions: readonly (readonly number[])[];
  /** Row and column of every player after each step. */
  readonly positions: readonly (readonly number[])[];
  readonly rewards: readonly (readonly number[])[];
}

describe('level-based foraging', () => {
  // Three episodes of lbforaging 2.0.0 (PyPI), 24, 26 and 32 steps, all food loaded: random walks towards the first food.
  for (const episode of recorded('lbforaging') as RecordedForaging[]) {
    it(`moves and pays as lbforaging does: ${episode.size}x${episode.size}, ${episode.players} players`, () => {
      const env = new Foraging(episode);
      env.reset(1);
      const { row, column, level, field } = episode.start;
      env.row.set(row);
      env.column.set(column);
      env.level.set(level);
      env.field.set(field);
      env.state.counters[0] = field.reduce((a, b) => a + b, 0);
      episode.actions.forEach((actions, step) => {
        env.step(Uint8Array.from(actions));
        const at = env.agents.flatMap((_, player) => [env.row[player], env.column[player]]);
        expect(at).toEqual(episode.positions[step]);
        episode.rewards[step]?.forEach((reward, player) => expect(env.reward[player]).toBeCloseTo(reward, 12));
      });
      expect(Array.from(env.status)).toEqual(env.agents.map(() => AGENT_STATUS.terminated));
    });
  }

  // lbforaging 2.0.0, same rules of play, means and 95 % intervals: random 0.456 +- 0.011 (8,000 episodes) and
  // 0.004 +- 0.003 (1,000), greedy 0.748 +- 0.035 and 0.373 +- 0.026 (600). 1,000 episodes here; bounds add both.
  it('gives random and greedy play the returns of lbforaging', () => {
    const small = new Foraging({ size: 5, players: 2, foods: 1, coop: false });
    const random = playWith(small, foragingRandom, 1000);
    expect(Math.abs(mean(random) - 0.456)).toBeLessThan(0.011 + halfWidth(random));
    const greedy = playWith(small, foragingGreedy, 1000);
    expect(Math.abs(mean(greedy) - 0.748)).toBeLessThan(0.035 + halfWidth(greedy));
    const coop = new Foraging({ size: 8, players: 2, foods: 2, coop: true });
    expect(mean(playWith(coop, foragingRandom, 300))).toBeLessThan(0.015);
    const together = playWith(coop, foragingGreedy, 1000);
    expect(Math.abs(mean(together) - 0.373)).toBeLessThan(0.026 + halfWidth(together));
  });

  it('masks walls, food and loading at nothing, and refuses them', () => {
    const env = new Foraging({ size: 5, players: 2, foods: 1, coop: false });
    env.reset(1);
    env.field.fill(0);
    env.field[2 * 5 + 2] = 1;
    env.row.set([0, 4]);
    env.column.set([0, 2]);
    const allowed = (player: number): boolean[] => [0, 1, 2, 3, 4, 5].map((action) => env.isAllowed(player, action));
    expect(allowed(0)).toEqual([true, false, true, false, true, false]);
    env.row.set([1, 3]);
    env.column.set([2, 2]);
    expect(allowed(0)).toEqual([true, true, false, true, true, true]);
    expect(() => env.step(Uint8Array.of(2, 0))).toThrow(expect.objectContaining({ code: 'ILLEGAL_CHOICE' }));
    expect(Array.from(env.row)).toEqual([1, 3]);
  });
});

interface RecordedSpread {
  readonly start: { readonly position: readonly number[]; readonly landmark: readonly number[] };
  readonly actions: readonly (readonly number[])[];
  readonly positions: readonly (readonly number[])[];
  readonly rewards: readonly (readonly number[])[];
}

describe('simple_spread', () => {
  it('moves and pays as mpe2 does, from agents that overlap', () => {
    const episode = recorded('simple-spread') as RecordedSpread;
    const env = new SimpleSpread();
    env.reset(1);
    env.position.set(episode.start.position);
    env.landmark.set(episode.start.landmark);
    episode.actions.forEach((actions, step) => {
      env.step(Uint8Array.from(actions));
      // 25 steps of the same sums in another order: a few units of 1e-16 times forces of up to 30.
      episode.positions[step]?.forEach((value, i) => expect(env.position[i]).toBeCloseTo(value, 10));
      episode.rewards[step]?.forEach((value, i) => expect(env.reward[i]).toBeCloseTo(value, 10));
    });
    // They touched: some reward differs between agents.
    expect(episode.rewards.some(([a, b]) => a !== b)).toBe(true);
    expect(Array.from(env.status)).toEqual(env.agents.map(() => AGENT_STATUS.truncated));
  });

  // mpe2 1.1, 3 agents, 25 steps, mean over agents, 95 %: random -26.44 +- 0.36, idle -23.78 +- 0.36, greedy assignment -7.74 +- 0.20.
  it('gives random, idle and greedy play the returns of mpe2', () => {
    const play = (choose: (env: SimpleSpread, agent: number, rng: Rng) => number): number[] =>
      playWith(new SimpleSpread(), choose, 600).map((team) => team / 3);
    const random = play(spreadRandom);
    expect(Math.abs(mean(random) + 26.44)).toBeLessThan(0.36 + halfWidth(random));
    const idle = play(spreadIdle);
    expect(Math.abs(mean(idle) + 23.78)).toBeLessThan(0.36 + halfWidth(idle));
    const greedy = play(spreadGreedy);
    expect(mean(greedy)).toBeGreaterThan(-9);
  });
});

describe('playEpisodes', () => {
  it('plays the seeds asked for, whatever their length, in their order', () => {
    const policy = randomPolicy(new Rng(1, 'p'));
    const episodes = playEpisodes({ make: () => new CartPole(), policy, episodes: 70, firstSeed: 11 });
    expect(episodes.map(({ seed }) => seed)).toEqual(Array.from({ length: 70 }, (_, i) => 11 + i));
    expect(teamReturns(episodes)).toEqual(episodes.map(({ steps }) => steps));
  });
});
