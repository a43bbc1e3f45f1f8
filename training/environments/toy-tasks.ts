import type { ToyRunOptions } from './toy-run.ts';

type ToySettings = Pick<ToyRunOptions, 'steps' | 'iterations' | 'ppo' | 'hidden'>;

/**
 * Settings under which the learner solves each toy task, with what the task costs in decisions. Agents differ per task,
 * so they stand beside each. test/learning has the bars.
 */
export const TOY_SETTINGS = {
  /** 32 agents: 128 decisions an iteration, 1,280 in all. */
  maskedBandit: { steps: 4, iterations: 10, ppo: { minibatchRows: 64, learningRate: 1e-2 } },
  /**
   * 4 agents: 240 decisions an iteration, 1,200 in all. Discount 0.4 as in sb3's test: steps do not depend on each other.
   * With an entropy bonus below 0.03 some seeds settle before they have tried every answer.
   */
  identity: {
    steps: 60,
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
   * 8 agents: 2,048 decisions an iteration, 4,096 in all. One iteration cannot reach 90: random play meets a target
   * 2,048 / 70 = 29 times with 15 choices, and never hits it with probability (14 / 15)^29 = 13 %.
   */
  invalidAction: {
    steps: 256,
    iterations: 2,
    hidden: 64,
    ppo: {
      gamma: 0.1,
      clipCoef: 0.4,
      minibatchRows: 128,
      learningRate: 1e-2,
      entropyCoef: 0,
      annealLearningRate: false,
    },
  },
  /** 16 tables, 32 agents: 800 decisions an iteration. */
  matrixGame: { steps: 25, iterations: 100, ppo: { gamma: 0.9, minibatchRows: 400, learningRate: 6e-3 } },
  /** 8 agents: 1,024 decisions an iteration, 99,328 in all. */
  cartPole: { steps: 128, iterations: 97, ppo: { epochs: 10, minibatchRows: 256, learningRate: 2.5e-3 } },
} as const satisfies Readonly<Record<string, ToySettings>>;
