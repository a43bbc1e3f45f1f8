import { beforeAll, describe, expect, it } from 'vitest';
import { type Policy, Rng } from '../../../core/index.ts';
import { type Engine, loadEngine } from '../../../policies/networks/index.ts';
import {
  CLIMBING_GAME,
  CartPole,
  Identity,
  KNOWN_SETTINGS,
  MaskedBandit,
  MatrixGame,
  type MultiAgentEnvironment,
  penaltyGame,
  playEpisodes,
} from '../../../training/environments/index.ts';
import { meanReturn, mean, trained, training } from './train-known.ts';

/** Short proofs that the learner learns, one seed each; `test/learning` holds the long ones with many seeds. */

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine('wasm');
});

const play = (make: () => MultiAgentEnvironment, policy: Policy, episodes: number): number =>
  meanReturn(playEpisodes({ make, policy, episodes }));

describe('the learner learns', () => {
  it('the better of two allowed arms', () => {
    const make = (): MaskedBandit => new MaskedBandit();
    const run = trained(engine, make, 1, KNOWN_SETTINGS.maskedBandit);
    // Uniform play earns 0.6; always the better arm 1.
    expect(play(make, run.policy(new Rng(1, 'e')), 400)).toBeGreaterThan(0.95);
  });

  it('to answer what it is shown: IdentityEnv(4), 1,200 decisions, at least 90 of 100', () => {
    const make = (): Identity => new Identity({ actions: 4 });
    expect(play(make, trained(engine, make, 1, KNOWN_SETTINGS.identity).policy(), 20)).toBeGreaterThan(90);
  });

  it('among masked actions: 14 of 20 forbidden, at least 90 of 100, and no illegal choice ever', () => {
    const make = (): Identity => new Identity({ actions: 20, masked: 14 });
    const run = trained(engine, make, 1, { ...KNOWN_SETTINGS.invalidAction, rowsPerIteration: 800 });
    // The environment throws ILLEGAL_CHOICE on the first masked choice, in training and here. Chance gets 100 / 6.
    expect(play(make, run.policy(), 20)).toBeGreaterThan(90);
  });

  it('not a thing where the mask leaves one choice: untrained is already perfect', () => {
    const make = (): Identity => new Identity({ actions: 20, masked: 19 });
    const untrained = training(engine, make, 1, KNOWN_SETTINGS.identity);
    expect(play(make, untrained.policy(new Rng(1, 'e')), 20)).toBe(100);
    untrained.learner.dispose();
  });

  it('the safe cell of the climbing game and a best cell of the penalty game', () => {
    const perRound = (payoff: typeof CLIMBING_GAME): number => {
      const make = (): MatrixGame => new MatrixGame(payoff);
      return play(make, trained(engine, make, 1, KNOWN_SETTINGS.matrixGame).policy(), 2) / 25;
    };
    expect(perRound(CLIMBING_GAME)).toBeGreaterThanOrEqual(7);
    expect(perRound(penaltyGame(0))).toBeGreaterThanOrEqual(9.5);
  }, 60_000);

  it('CartPole in 25,600 steps: at least 300 over 40 greedy episodes (the long form asks for 475)', () => {
    const make = (): CartPole => new CartPole();
    const run = trained(engine, make, 1, { ...KNOWN_SETTINGS.cartPole, iterations: 25 });
    expect(play(make, run.policy(), 40)).toBeGreaterThan(300);
  }, 60_000);
});

describe('the score comes from the weights', () => {
  it('untrained weights play CartPole like chance: 22.6 a game', () => {
    const make = (): CartPole => new CartPole();
    const run = training(engine, make, 5, KNOWN_SETTINGS.cartPole);
    // A game's deviation is about 12: the mean of 800 has +-0.8 at 95 %, the reference +-0.7.
    expect(Math.abs(play(make, run.policy(new Rng(1, 'e')), 800) - 22.6)).toBeLessThan(1.5);
    run.learner.dispose();
  });

  it('nothing is learned from rewards shuffled over time and agents', () => {
    const make = (): Identity => new Identity({ actions: 4 });
    const scores = [1, 2, 3].map((seed) => {
      const rng = new Rng(seed, 'shuffle');
      const run = trained(engine, make, seed, {
        ...KNOWN_SETTINGS.identity,
        alter: (buffer) => shuffleRewards(buffer, rng),
      });
      return play(make, run.policy(new Rng(1, 'e')), 20);
    });
    // Chance gives 25; three unlucky drifts could reach 40; learning gives above 90.
    expect(mean(scores)).toBeLessThan(45);
  });
});

describe('a run', () => {
  it('repeats itself: same metrics and same weights from a seed, other weights from another', () => {
    const run = (seed: number): string => {
      const short = { ...KNOWN_SETTINGS.cartPole, copies: 4, rowsPerIteration: 128 };
      const each = training(engine, () => new CartPole(), seed, short);
      const metrics = [each.next(), each.next(), each.next()];
      each.learner.dispose();
      return JSON.stringify(metrics) + Buffer.from(each.learner.weights.buffer).toString('base64');
    };
    expect(run(1)).toBe(run(1));
    expect(run(1)).not.toBe(run(2));
  });
});

/** Permutes the rewards of a rollout. */
function shuffleRewards(buffer: { readonly n: number; readonly reward: Float32Array }, rng: Rng): void {
  const order = Int32Array.from({ length: buffer.n }, (_, row) => row);
  rng.shuffle(order);
  const rewards = buffer.reward.slice(0, buffer.n);
  order.forEach((from, row) => (buffer.reward[row] = rewards[from] as number));
}
