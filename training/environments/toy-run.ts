import { Rng } from '../../core/index.ts';
import {
  LearnedPolicy,
  type Normaliser,
  Scorer,
  architectureOf,
  identityNormaliser,
  initialWeights,
} from '../../policies/index.ts';
import type { Engine } from '../../policies/networks/index.ts';
import type { CheckpointArray } from '../checkpoint/format.ts';
import type { PpoConfig } from '../ppo/config.ts';
import { Learner } from '../ppo/learner.ts';
import type { UpdateMetrics } from '../ppo/update-metrics.ts';
import type { RolloutBuffer } from '../rollout/buffer.ts';
import { EnvironmentCollector, environmentBuffer } from './collector.ts';
import type { LearningEnvironment } from './learning-environment.ts';

export interface ToyRunOptions {
  readonly engine: Engine;
  readonly env: LearningEnvironment;
  readonly seed: number;
  /** Steps of every agent per iteration. */
  readonly steps: number;
  /** Iterations in all; the learning rate anneals over them. */
  readonly iterations: number;
  readonly ppo: Partial<PpoConfig>;
  readonly hidden?: number;
  readonly normaliser?: Normaliser;
  /** Final rows a rollout may need; default 8 per agent. */
  readonly finals?: number;
  /** Called on each rollout before it is learned from; experiments change rewards here. */
  readonly alter?: (buffer: RolloutBuffer) => void;
}

export interface ToyIteration extends UpdateMetrics {
  readonly iteration: number;
  /** Returns of the episodes that ended while collecting. */
  readonly returns: readonly number[];
}

/** Collect and learn in turn on a toy task: the training loop in its smallest form. */
export class ToyRun {
  readonly learner: Learner;
  private readonly options: ToyRunOptions;
  private readonly scorer: Scorer;
  private readonly collector: EnvironmentCollector;
  private readonly buffer: RolloutBuffer;
  private readonly actionRng: Rng;
  private readonly shuffleRng: Rng;
  private iteration = 0;

  constructor(options: ToyRunOptions) {
    const { env, engine, seed } = options;
    const architecture = architectureOf(env.spec, { hidden: options.hidden });
    const normaliser = options.normaliser ?? identityNormaliser(env.spec);
    const weights = initialWeights(architecture, seed);
    this.options = options;
    this.learner = Learner.create(engine, { architecture, normaliser, weights }, options.ppo);
    this.scorer = new Scorer(env.spec, architecture, weights, normaliser);
    this.actionRng = new Rng(seed, 'toy:actions');
    this.shuffleRng = new Rng(seed, 'toy:shuffle');
    const policy = new LearnedPolicy(this.scorer, { name: 'toy', mode: 'sample', rng: this.actionRng });
    this.collector = new EnvironmentCollector(env, policy);
    this.buffer = environmentBuffer(env, options.steps, options.finals);
  }

  next(): ToyIteration {
    const { steps, iterations, alter } = this.options;
    this.iteration++;
    const returns = this.collector.collect(this.buffer, steps);
    alter?.(this.buffer);
    const metrics = this.learner.update([this.buffer], this.shuffleRng, { iteration: this.iteration, iterations });
    this.scorer.setWeights(this.learner.weights);
    return { iteration: this.iteration, returns, ...metrics };
  }

  /** The policy as trained so far, sampling from `rng`, or greedy without one. */
  policy(rng?: Rng): LearnedPolicy {
    const name = 'toy';
    return new LearnedPolicy(this.scorer, rng === undefined ? { name, mode: 'greedy' } : { name, mode: 'sample', rng });
  }

  /** Copies of everything that the next iteration depends on. */
  saveState(): Record<string, CheckpointArray> {
    return Object.fromEntries(Object.entries(this.columns()).map(([name, column]) => [name, column.slice()]));
  }

  restoreState(saved: Readonly<Record<string, CheckpointArray>>): void {
    const learnerState: Record<string, CheckpointArray> = {};
    for (const name of Object.keys(this.learner.saveState())) {
      learnerState[name] = saved[`learner.${name}`] as CheckpointArray;
    }
    this.learner.restoreState(learnerState);
    this.scorer.setWeights(this.learner.weights);
    const columns = this.columns();
    for (const [name, column] of Object.entries(columns)) {
      if (!name.startsWith('learner.')) column.set(saved[name] as Float64Array);
    }
    this.iteration = (saved['iteration'] as Int32Array)[0] as number;
    this.options.env.refresh();
  }

  private columns(): Record<string, CheckpointArray> {
    const columns: Record<string, CheckpointArray> = {
      iteration: Int32Array.of(this.iteration),
      actionRng: this.actionRng.state,
      shuffleRng: this.shuffleRng.state,
      runningReturn: this.collector.runningReturn,
    };
    for (const [name, column] of Object.entries(this.learner.saveState())) columns[`learner.${name}`] = column;
    for (const [name, column] of Object.entries(this.options.env.state)) columns[`env.${name}`] = column;
    return columns;
  }
}

/** Returns of `episodes` episodes of a policy, in order of ending. */
export function episodeReturns(env: LearningEnvironment, policy: LearnedPolicy, episodes: number): number[] {
  const collector = new EnvironmentCollector(env, policy);
  const chunk = 64;
  const buffer = environmentBuffer(env, chunk, env.agents * (chunk + 1));
  const returns: number[] = [];
  while (returns.length < episodes) returns.push(...collector.collect(buffer, chunk));
  return returns.slice(0, episodes);
}
