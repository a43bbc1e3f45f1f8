import { beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { type Engine, loadEngine } from '../../../policies/networks/index.ts';
import {
  CLIMBING_GAME,
  CartPole,
  Identity,
  type LearningEnvironment,
  MaskedBandit,
  MatrixGame,
  TOY_SETTINGS,
  ToyRun,
  type ToyRunOptions,
  episodeReturns,
  penaltyGame,
} from '../../../training/environments/index.ts';

/** Short proofs that the learner learns, one seed each; `test/learning` holds the long ones with many seeds. */

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine('wasm');
});

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

type Settings = Omit<ToyRunOptions, 'engine' | 'env' | 'seed'>;

function train(env: LearningEnvironment, seed: number, settings: Settings): ToyRun {
  const run = new ToyRun({ engine, env, seed, ...settings });
  for (let iteration = 0; iteration < settings.iterations; iteration++) run.next();
  run.learner.dispose();
  return run;
}

describe('the learner learns', () => {
  it('the better of two allowed arms', () => {
    const run = train(new MaskedBandit({ agents: 32 }), 1, TOY_SETTINGS.maskedBandit);
    // Uniform play earns 0.6; always the better arm 1.
    expect(mean(episodeReturns(new MaskedBandit({ agents: 8 }), run.policy(new Rng(1, 'e')), 400))).toBeGreaterThan(
      0.95,
    );
  });

  it('to answer what it is shown: IdentityEnv(4), 1,200 decisions, at least 90 of 100', () => {
    const run = train(new Identity({ agents: 4, seed: 1, actions: 4 }), 1, TOY_SETTINGS.identity);
    expect(mean(episodeReturns(new Identity({ agents: 4, seed: 9, actions: 4 }), run.policy(), 20))).toBeGreaterThan(
      90,
    );
  });

  it('among masked actions: 14 of 20 forbidden, at least 90 of 100, and no illegal choice ever', () => {
    const make = (seed: number) => new Identity({ agents: 8, seed, actions: 20, masked: 14 });
    const run = train(make(1), 1, { ...TOY_SETTINGS.invalidAction, steps: 100 });
    // The environment throws ILLEGAL_CHOICE on the first masked choice, in training and here. Chance gets 100 / 6.
    expect(mean(episodeReturns(make(9), run.policy(), 20))).toBeGreaterThan(90);
  });

  it('not a thing where the mask leaves one choice: untrained is already perfect', () => {
    const make = (seed: number) => new Identity({ agents: 4, seed, actions: 20, masked: 19 });
    const untrained = new ToyRun({ engine, env: make(1), seed: 1, ...TOY_SETTINGS.identity });
    expect(mean(episodeReturns(make(9), untrained.policy(new Rng(1, 'e')), 20))).toBe(100);
    untrained.learner.dispose();
  });

  it('the safe cell of the climbing game and a best cell of the penalty game', () => {
    const climbing = train(new MatrixGame({ payoff: CLIMBING_GAME, tables: 16 }), 1, TOY_SETTINGS.matrixGame);
    const climbed = episodeReturns(new MatrixGame({ payoff: CLIMBING_GAME, tables: 2 }), climbing.policy(), 4);
    expect(mean(climbed) / 25).toBeGreaterThanOrEqual(7);
    const penalty = train(new MatrixGame({ payoff: penaltyGame(0), tables: 16 }), 1, TOY_SETTINGS.matrixGame);
    const paid = episodeReturns(new MatrixGame({ payoff: penaltyGame(0), tables: 2 }), penalty.policy(), 4);
    expect(mean(paid) / 25).toBeGreaterThanOrEqual(9.5);
  }, 60_000);

  it('CartPole in 25,600 steps: at least 300 over 40 greedy episodes (the long form asks for 475)', () => {
    const settings = { ...TOY_SETTINGS.cartPole, iterations: 25 };
    const run = train(new CartPole({ agents: 8, seed: 1 }), 1, settings);
    expect(mean(episodeReturns(new CartPole({ agents: 8, seed: 9 }), run.policy(), 40))).toBeGreaterThan(300);
  }, 60_000);
});

describe('the score comes from the weights', () => {
  it('untrained weights play CartPole like chance: 22.6 a game', () => {
    const run = new ToyRun({ engine, env: new CartPole({ agents: 8, seed: 1 }), seed: 5, ...TOY_SETTINGS.cartPole });
    const returns = episodeReturns(new CartPole({ agents: 8, seed: 9 }), run.policy(new Rng(1, 'e')), 800);
    // A game's deviation is about 12: the mean of 800 has +-0.8 at 95 %, the reference +-0.7.
    expect(Math.abs(mean(returns) - 22.6)).toBeLessThan(1.5);
    run.learner.dispose();
  });

  it('nothing is learned from rewards shuffled over time and agents', () => {
    const scores = [1, 2, 3].map((seed) => {
      const rng = new Rng(seed, 'shuffle');
      const settings: Settings = { ...TOY_SETTINGS.identity, alter: (buffer) => shuffleRewards(buffer, rng) };
      const run = train(new Identity({ agents: 4, seed, actions: 4 }), seed, settings);
      return mean(episodeReturns(new Identity({ agents: 4, seed: 9, actions: 4 }), run.policy(new Rng(1, 'e')), 20));
    });
    // Chance gives 25; three unlucky drifts could reach 40; learning gives above 90.
    expect(mean(scores)).toBeLessThan(45);
  });
});

describe('a run', () => {
  it('repeats itself: same metrics and same weights from a seed, other weights from another', () => {
    const run = (seed: number): string => {
      const toy = new ToyRun({
        engine,
        env: new CartPole({ agents: 4, seed }),
        seed,
        ...TOY_SETTINGS.cartPole,
        steps: 32,
      });
      const metrics = [toy.next(), toy.next(), toy.next()];
      toy.learner.dispose();
      return JSON.stringify(metrics) + Buffer.from(toy.learner.weights.buffer).toString('base64');
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
