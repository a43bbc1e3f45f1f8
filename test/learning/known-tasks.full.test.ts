import { beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../core/index.ts';
import { type Engine, loadEngine } from '../../policies/networks/index.ts';
import {
  CLIMBING_GAME,
  Identity,
  type LearningEnvironment,
  MaskedBandit,
  MatrixGame,
  type PayoffMatrix,
  TOY_SETTINGS,
  ToyRun,
  type ToyRunOptions,
  episodeReturns,
  penaltyGame,
} from '../../training/environments/index.ts';

/** The toy tasks on ten seeds each, and what must not be learned. Minutes, not seconds. */

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine('wasm');
});

const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1);
const HOUR_MS = 3_600_000;

type Settings = Omit<ToyRunOptions, 'engine' | 'env' | 'seed'>;

interface Trial {
  readonly make: (seed: number) => LearningEnvironment;
  readonly settings: Settings;
  readonly episodes: number;
  readonly mode?: 'greedy' | 'sample';
}

/** Mean return after training, one per seed. */
function scores(name: string, trial: Trial, seeds: readonly number[] = SEEDS): number[] {
  const found = seeds.map((seed) => {
    const run = new ToyRun({ engine, env: trial.make(seed), seed, ...trial.settings });
    for (let i = 0; i < trial.settings.iterations; i++) run.next();
    const policy = trial.mode === 'sample' ? run.policy(new Rng(seed, 'evaluate')) : run.policy();
    const returns = episodeReturns(trial.make(seed + 1000), policy, trial.episodes);
    run.learner.dispose();
    return returns.reduce((a, b) => a + b) / returns.length;
  });
  console.log(`${name}: ${found.map((each) => each.toFixed(2)).join(' ')}`);
  return found;
}

const least = (values: readonly number[]): number => Math.min(...values);
const average = (values: readonly number[]): number => values.reduce((a, b) => a + b) / values.length;

describe('known tasks, ten seeds', () => {
  it(
    'masked bandit: always the better arm',
    () => {
      const make = () => new MaskedBandit({ agents: 32 });
      expect(least(scores('bandit', { make, settings: TOY_SETTINGS.maskedBandit, episodes: 64 }))).toBe(1);
    },
    HOUR_MS,
  );

  it(
    'IdentityEnv(4): at least 90 after 1,200 decisions',
    () => {
      const make = (seed: number) => new Identity({ agents: 4, seed, actions: 4 });
      expect(least(scores('identity', { make, settings: TOY_SETTINGS.identity, episodes: 20 }))).toBeGreaterThanOrEqual(
        90,
      );
    },
    HOUR_MS,
  );

  it(
    'InvalidActionEnv(70, 55): at least 90 after 4,096 decisions; without the mask the same budget stays below 50',
    () => {
      const of = (masked: number): Trial => ({
        make: (seed) => new Identity({ agents: 8, seed, actions: 70, masked }),
        settings: TOY_SETTINGS.invalidAction,
        episodes: 20,
      });
      expect(least(scores('invalid actions masked', of(55)))).toBeGreaterThanOrEqual(90);
      expect(Math.max(...scores('not masked', of(0), [1, 2, 3]))).toBeLessThan(50);
    },
    HOUR_MS,
  );

  const game = (payoff: PayoffMatrix, agentsTables = 16): Trial => ({
    make: () => new MatrixGame({ payoff, tables: agentsTables }),
    settings: TOY_SETTINGS.matrixGame,
    episodes: 32,
  });

  it(
    'climbing game: at least 7 a round, and not the 11 that needs coordination',
    () => {
      const perRound = scores('climbing', game(CLIMBING_GAME)).map((each) => each / 25);
      expect(least(perRound)).toBeGreaterThanOrEqual(6.99);
      // Exact gradients from near-uniform play end at 7 in 50 of 50; reaching 11 deserves suspicion.
      expect(perRound.filter((each) => each > 7.01).length).toBeLessThanOrEqual(1);
    },
    HOUR_MS,
  );

  it(
    'penalty game: 10 a round without penalty, the safe 2 with a penalty of 100',
    () => {
      expect(least(scores('penalty 0', game(penaltyGame(0)))) / 25).toBeGreaterThanOrEqual(9.5);
      expect(least(scores('penalty -100', game(penaltyGame(-100)))) / 25).toBeGreaterThanOrEqual(1.9);
    },
    HOUR_MS,
  );
});

describe('what must not be learned', () => {
  it(
    'rewards shuffled over time and agents teach nothing: chance stays inside the interval',
    () => {
      const rng = new Rng(1, 'shuffle');
      const alter: ToyRunOptions['alter'] = ({ n, reward }) => {
        const order = Int32Array.from({ length: n }, (_, row) => row);
        rng.shuffle(order);
        const before = reward.slice(0, n);
        order.forEach((from, row) => (reward[row] = before[from] as number));
      };
      const trial: Trial = {
        make: (seed) => new Identity({ agents: 4, seed, actions: 4 }),
        settings: { ...TOY_SETTINGS.identity, alter },
        episodes: 20,
        mode: 'sample',
      };
      const found = scores('shuffled rewards', trial);
      const deviation = Math.sqrt(
        found.reduce((sum, each) => sum + (each - average(found)) ** 2, 0) / (found.length - 1),
      );
      const halfWidth = (2.262 * deviation) / Math.sqrt(found.length); // Student's t, 9 degrees of freedom, 95 %
      expect(average(found) - halfWidth).toBeLessThan(25);
      expect(Math.max(...found)).toBeLessThan(90);
    },
    HOUR_MS,
  );

  it(
    'fresh weights in place of the trained ones fall back to chance',
    () => {
      const make = (seed: number) => new Identity({ agents: 4, seed, actions: 4 });
      const settings = { ...TOY_SETTINGS.identity, iterations: 0 };
      const found = scores('fresh weights', { make, settings, episodes: 100, mode: 'sample' });
      // 10 x 100 episodes of 100 draws at 1/4: deviation of the mean 4.33 / sqrt(1000) = 0.14.
      expect(Math.abs(average(found) - 25)).toBeLessThan(0.5);
    },
    HOUR_MS,
  );
});
