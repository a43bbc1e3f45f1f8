import { describe, expect, it } from 'vitest';
import { EnvironmentTraining } from '../../../training/environments/environment-training.ts';
import { OddOneOut } from '../../../training/environments/odd-one-out.ts';
import { playEpisodes } from '../../../training/environments/play-episodes.ts';
import { engineUnderTest } from '../../policies/engine-under-test.ts';

const engine = await engineUnderTest();

/** Share of right choices of the greedy policy, on 400 seeds that training never plays. */
function rightChoices(attention: number): number {
  const make = (): OddOneOut => new OddOneOut();
  const training = new EnvironmentTraining({
    make,
    engine,
    seed: 1,
    copies: 64,
    rowsPerIteration: 512,
    iterations: 14,
    ppo: { minibatchRows: 256, learningRate: 1e-2, epochs: 6, entropyCoef: 0.01 },
    network: { hidden: 16, attention },
    reward: 'own',
    calibrationDecisions: 0,
  });
  for (let i = 0; i < 14; i++) training.next();
  const episodes = playEpisodes({ make, policy: training.policy(), episodes: 400 });
  return episodes.reduce((sum, { returns }) => sum + (returns[0] as number), 0) / episodes.length;
}

describe('the thing of another colour than all others', () => {
  it('is found by a network with attention across candidates', () => {
    expect(rightChoices(8)).toBeGreaterThan(0.95);
  }, 60_000);

  it('is not found by one that looks at each candidate by itself', () => {
    // Whichever colour it likes better, the odd thing has it in half of the episodes; standard deviation
    // sqrt(0.5 * 0.5 / 400) = 0.025.
    expect(rightChoices(0)).toBeLessThan(0.5 + 4 * 0.025);
  }, 60_000);
});
