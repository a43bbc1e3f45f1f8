import type { EnvironmentTrainingOptions } from '../environment-training.ts';

/** How an environment is learned; what is absent has the defaults of `ENVIRONMENT_TRAINING_DEFAULTS`. */
export type EnvironmentSettings = Partial<
  Pick<EnvironmentTrainingOptions, 'copies' | 'rowsPerIteration' | 'network' | 'reward' | 'calibrationDecisions'>
> &
  Pick<EnvironmentTrainingOptions, 'iterations' | 'ppo'>;

/** Settings under which the learner solves each known environment, with what it costs in decisions. */
export const KNOWN_SETTINGS = {
  /** 1,280 decisions. */
  maskedBandit: { copies: 32, rowsPerIteration: 128, iterations: 10, ppo: { minibatchRows: 64, learningRate: 1e-2 } },
  /**
   * 1,200 decisions. Discount 0.4 as in sb3's test: steps do not depend on each other. With an entropy bonus below 0.03
   * some seeds settle before they have tried every answer.
   */
  identity: {
    copies: 4,
    rowsPerIteration: 240,
    iterations: 5,
    ppo: {
      gamma: 0.4,
      epochs: 10,
      minibatchRows: 64,
      learningRate: 5e-3,
      entropyCoef: 0.05,
      annealLearningRate: false,
    },
  },
  /**
   * 4,096 decisions in two iterations. One iteration cannot reach 90: random play meets a target 2,048 / 70 = 29 times with
   * 15 choices, and never hits it with probability (14 / 15)^29 = 13 %.
   */
  invalidAction: {
    copies: 8,
    rowsPerIteration: 2048,
    iterations: 2,
    network: { hidden: 64 },
    ppo: {
      gamma: 0.1,
      clipCoef: 0.4,
      minibatchRows: 128,
      learningRate: 1e-2,
      entropyCoef: 0,
      annealLearningRate: false,
    },
  },
  /** 16 games of two players: 80,000 decisions. */
  matrixGame: {
    copies: 16,
    rowsPerIteration: 800,
    iterations: 100,
    ppo: { gamma: 0.9, minibatchRows: 400, learningRate: 6e-3 },
  },
  /** 99,328 decisions. */
  cartPole: {
    copies: 8,
    rowsPerIteration: 1024,
    iterations: 97,
    ppo: { epochs: 10, minibatchRows: 256, learningRate: 2.5e-3 },
  },
  /** 5x5, one food: 32 grids of two players, the team's reward: 204,800 decisions. */
  foraging: {
    copies: 32,
    rowsPerIteration: 2048,
    iterations: 100,
    reward: 'team',
    network: { hidden: 64, prior: 'hidden' },
    ppo: { epochs: 8, minibatchRows: 512, learningRate: 2e-3 },
  },
  /** 8x8, two foods that need both: 614,400 decisions. */
  foragingTogether: {
    copies: 32,
    rowsPerIteration: 4096,
    iterations: 150,
    reward: 'team',
    network: { hidden: 64, prior: 'hidden' },
    ppo: { epochs: 8, minibatchRows: 1024, learningRate: 2e-3 },
  },
  /** 32 worlds of three agents, the team's reward: 576,000 decisions. */
  simpleSpread: {
    copies: 32,
    rowsPerIteration: 4800,
    iterations: 120,
    reward: 'team',
    network: { hidden: 64, prior: 'hidden' },
    ppo: { gamma: 0.95, epochs: 10, minibatchRows: 1200, learningRate: 3e-3 },
  },
} as const satisfies Readonly<Record<string, EnvironmentSettings>>;
