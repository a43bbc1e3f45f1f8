import { beforeAll, describe, expect, it } from 'vitest';
import { Rng } from '../../core/index.ts';
import {
  CLIMBING_GAME,
  type EnvironmentTrainingOptions,
  Identity,
  KNOWN_SETTINGS,
  MaskedBandit,
  MatrixGame,
  type MultiAgentEnvironment,
  type PayoffMatrix,
  penaltyGame,
  playEpisodes,
} from '../../training/environments/index.ts';
import { type LearningEngine, loadLearningEngine } from '../../training/ppo/index.ts';
import { mean, meanReturn, trained, training } from '../training/environments/train-known.ts';

/** The toy tasks on ten seeds each, and what must not be learned. Minutes, not seconds. */

let engine: LearningEngine;
beforeAll(async () => {
  engine = await loadLearningEngine('auto');
});

const SEEDS = Array.from({ length: 10 }, (_, i) => i + 1);
const HOUR_MS = 3_600_000;

type Settings = Partial<EnvironmentTrainingOptions> & Pick<EnvironmentTrainingOptions, 'iterations' | 'ppo'>;

interface Trial {
  readonly make: () => MultiAgentEnvironment;
  readonly settings: Settings;
  readonly episodes: number;
  readonly mode?: 'greedy' | 'sample';
}

/** Mean return after training, one per seed. */
function scores(name: string, trial: Trial, seeds: readonly number[] = SEEDS): number[] {
  const { make, settings, episodes } = trial;
  const found = seeds.map((seed) => {
    const run =
      settings.iterations > 0 ? trained(engine, make, seed, settings) : training(engine, make, seed, settings);
    const policy = trial.mode === 'sample' ? run.policy(new Rng(seed, 'evaluate')) : run.policy();
    return meanReturn(playEpisodes({ make, policy, episodes, firstSeed: seed * 1000 }));
  });
  console.log(`${name}: ${found.map((each) => each.toFixed(2)).join(' ')}`);
  return found;
}

const least = (values: readonly number[]): number => Math.min(...values);

describe('known tasks, ten seeds', () => {
  it(
    'masked bandit: always the better arm',
    () => {
      const make = () => new MaskedBandit();
      expect(least(scores('bandit', { make, settings: KNOWN_SETTINGS.maskedBandit, episodes: 64 }))).toBe(1);
    },
    HOUR_MS,
  );

  it(
    'IdentityEnv(4): at least 90 after 1,200 decisions',
    () => {
      const make = () => new Identity({ actions: 4 });
      expect(
        least(scores('identity', { make, settings: KNOWN_SETTINGS.identity, episodes: 20 })),
      ).toBeGreaterThanOrEqual(90);
    },
    HOUR_MS,
  );

  it(
    'InvalidActionEnv(70, 55): at least 90 after 4,096 decisions; without the mask the same budget stays below 50',
    () => {
      const of = (masked: number): Trial => ({
        make: () => new Identity({ actions: 70, masked }),
        settings: KNOWN_SETTINGS.invalidAction,
        episodes: 20,
      });
      expect(least(scores('invalid actions masked', of(55)))).toBeGreaterThanOrEqual(90);
      expect(Math.max(...scores('not masked', of(0), [1, 2, 3]))).toBeLessThan(50);
    },
    HOUR_MS,
  );

  const game = (payoff: PayoffMatrix): Trial => ({
    make: () => new MatrixGame(payoff),
    settings: KNOWN_SETTINGS.matrixGame,
    episodes: 2,
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

describe('games with one best answer', () => {
  it(
    'trivial and linear: the best of both players, 11 and 5 a round',
    () => {
      // matrix-games: 11 where both play 0; sums of the actions' worths, 5 at most where both play the last.
      const trivial = [
        [11, 0, 0],
        [0, 7, 0],
        [0, 0, 5],
      ];
      const linear = [
        [1, 2, 3],
        [2, 3, 4],
        [3, 4, 5],
      ];
      const trial = (payoff: PayoffMatrix): Trial => ({
        make: () => new MatrixGame(payoff),
        settings: KNOWN_SETTINGS.matrixGame,
        episodes: 2,
      });
      expect(least(scores('trivial', trial(trivial))) / 25).toBe(11);
      expect(least(scores('linear', trial(linear))) / 25).toBe(5);
    },
    HOUR_MS,
  );
});

describe('what must not be learned', () => {
  it(
    'rewards shuffled over time and agents teach nothing: chance stays inside the interval',
    () => {
      const rng = new Rng(1, 'shuffle');
      const alter: Settings['alter'] = ({ n, reward }) => {
        const order = Int32Array.from({ length: n }, (_, row) => row);
        rng.shuffle(order);
        const before = reward.slice(0, n);
        order.forEach((from, row) => (reward[row] = before[from] as number));
      };
      const trial: Trial = {
        make: () => new Identity({ actions: 4 }),
        settings: { ...KNOWN_SETTINGS.identity, alter },
        episodes: 20,
        mode: 'sample',
      };
      const found = scores('shuffled rewards', trial);
      const deviation = Math.sqrt(found.reduce((sum, each) => sum + (each - mean(found)) ** 2, 0) / (found.length - 1));
      const halfWidth = (2.262 * deviation) / Math.sqrt(found.length); // Student's t, 9 degrees of freedom, 95 %
      expect(mean(found) - halfWidth).toBeLessThan(25);
      expect(Math.max(...found)).toBeLessThan(90);
    },
    HOUR_MS,
  );

  it(
    'fresh weights in place of the trained ones fall back to chance',
    () => {
      const make = () => new Identity({ actions: 4 });
      const settings = { ...KNOWN_SETTINGS.identity, iterations: 0 };
      const found = scores('fresh weights', { make, settings, episodes: 100, mode: 'sample' });
      // 10 x 100 episodes of 100 draws at 1/4: deviation of the mean 4.33 / sqrt(1000) = 0.14.
      expect(Math.abs(mean(found) - 25)).toBeLessThan(0.5);
    },
    HOUR_MS,
  );
});
