import { describe, expect, it } from 'vitest';
import { EnvironmentTraining } from '../../../training/environments/environment-training.ts';
import { playEpisodes } from '../../../training/environments/play-episodes.ts';
import { Recall } from '../../../training/environments/recall.ts';
import { engineUnderTest } from '../../policies/engine-under-test.ts';

const CUES = 4;
const engine = await engineUnderTest();

interface Task {
  readonly delay: number;
  readonly memory: number;
  readonly seed: number;
  /** Steps of the 64 agents per rollout. */
  readonly steps: number;
  readonly sequenceLength?: number;
}

function trainingOf({ delay, memory, seed, steps, sequenceLength = 10 }: Task): EnvironmentTraining {
  return new EnvironmentTraining({
    make: () => new Recall({ cues: CUES, delay }),
    engine,
    seed,
    copies: 32,
    rowsPerIteration: 64 * steps,
    iterations: 20,
    ppo: {
      minibatchRows: 512,
      learningRate: 1e-2,
      epochs: 8,
      gamma: 1,
      sequenceLength,
      entropyCoef: 0.03,
      annealLearningRate: false,
    },
    network: { hidden: 16, memory },
    reward: 'own',
    calibrationDecisions: 0,
  });
}

function after(iterations: number, task: Task): EnvironmentTraining {
  const training = trainingOf(task);
  for (let i = 0; i < iterations; i++) training.next();
  return training;
}

/** Share of right answers of the greedy policy: 200 episodes of two agents, on seeds that training never plays. */
function rightAnswers(training: EnvironmentTraining, delay: number): number {
  const make = (): Recall => new Recall({ cues: CUES, delay });
  const episodes = playEpisodes({ make, policy: training.policy(), episodes: 200 });
  const returns = episodes.flatMap(({ returns: own }) => own);
  return returns.reduce((sum, each) => sum + each, 0) / returns.length;
}

describe('a cue asked for steps later', () => {
  // 14 iterations of 256 episodes; with these settings each of the seeds 1, 2 and 3 answers all, at either delay.
  it.each([
    { delay: 4, seed: 1 },
    { delay: 8, seed: 2 },
  ])(
    'is remembered over $delay steps by a network with memory',
    ({ delay, seed }) => {
      const training = after(14, { delay, memory: 8, seed, steps: 2 * (delay + 1) });
      expect(rightAnswers(training, delay)).toBeGreaterThan(0.95);
    },
    60_000,
  );

  it('is guessed by a network without', () => {
    const training = after(14, { delay: 4, memory: 0, seed: 1, steps: 10 });
    // 400 guesses among 4: 0.25, standard deviation sqrt(0.25 * 0.75 / 400) = 0.022
    expect(rightAnswers(training, 4)).toBeLessThan(0.25 + 4 * 0.022);
  }, 60_000);

  it('a run goes on to the bit from a saved state in the middle of episodes', () => {
    const task = { delay: 4, memory: 8, seed: 2, steps: 7 }; // 7 steps: rollouts cut episodes of 5
    const unbroken = after(6, task);
    const half = after(3, task);
    const resumed = trainingOf(task);
    resumed.restoreState(half.saveState());
    for (let i = 0; i < 3; i++) resumed.next();
    expect(resumed.learner.weights).toEqual(unbroken.learner.weights);
  }, 60_000);

  it('is learned the same however long sequences may be, if they cover the episodes; shorter ones cut derivatives', () => {
    const weights = (sequenceLength: number): Float32Array =>
      after(2, { delay: 4, memory: 8, seed: 3, steps: 10, sequenceLength }).learner.weights;
    expect(weights(5)).toEqual(weights(1000));
    expect(weights(4)).not.toEqual(weights(1000));
  }, 60_000);
});
