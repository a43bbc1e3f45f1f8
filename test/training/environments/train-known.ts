import type { Engine } from '../../../policies/networks/index.ts';
import type { LearningEngine } from '../../../training/ppo/index.ts';
import {
  ENVIRONMENT_TRAINING_DEFAULTS,
  EnvironmentTraining,
  type EnvironmentTrainingOptions,
  type EpisodeResult,
  type MultiAgentEnvironment,
} from '../../../training/environments/index.ts';

type Settings = Partial<EnvironmentTrainingOptions> & Pick<EnvironmentTrainingOptions, 'iterations' | 'ppo'>;

/** A training as tests want it: inputs as they are unless asked otherwise, nothing written. */
export function training(
  engine: Engine | LearningEngine,
  make: () => MultiAgentEnvironment,
  seed: number,
  settings: Settings,
): EnvironmentTraining {
  return new EnvironmentTraining({
    ...ENVIRONMENT_TRAINING_DEFAULTS,
    calibrationDecisions: 0,
    ...settings,
    make,
    engine,
    seed,
  });
}

/** The same, run to its end. */
export function trained(
  engine: Engine | LearningEngine,
  make: () => MultiAgentEnvironment,
  seed: number,
  settings: Settings,
): EnvironmentTraining {
  const run = training(engine, make, seed, settings);
  for (let iteration = 0; iteration < settings.iterations; iteration++) run.next();
  run.learner.dispose();
  return run;
}

/** Mean over episodes of the agents' mean return. */
export function meanReturn(episodes: readonly EpisodeResult[]): number {
  return mean(episodes.map(({ returns }) => mean(returns)));
}

/** Sum over agents, per episode. */
export function teamReturns(episodes: readonly EpisodeResult[]): number[] {
  return episodes.map(({ returns }) => returns.reduce((a, b) => a + b, 0));
}

export function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}

/** Half-width of the 95 % interval of a mean of many. */
export function halfWidth(values: readonly number[]): number {
  const average = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - average) ** 2, 0) / (values.length - 1);
  return 1.96 * Math.sqrt(variance / values.length);
}
