import { Rng } from '../../core/index.ts';
import {
  type Architecture,
  type ArchitectureOptions,
  LearnedPolicy,
  type Normaliser,
  NormaliserMeter,
  type SavedMemory,
  Scorer,
  architectureOf,
  identityNormaliser,
  initialWeights,
} from '../../policies/index.ts';
import type { Engine } from '../../policies/networks/index.ts';
import type { CheckpointArray } from '../checkpoint/format.ts';
import type { PpoConfig } from '../ppo/config.ts';
import type { LearningEngine } from '../ppo/engines/gradient-engine.ts';
import { Learner } from '../ppo/learner.ts';
import type { UpdateMetrics } from '../ppo/update-metrics.ts';
import { type RolloutBuffer, createRolloutBuffer } from '../rollout/buffer.ts';
import { EnvironmentCollector, type RewardSharing } from './environment-collector.ts';
import { EnvironmentCopies, type EpisodeResult } from './environment-copies.ts';
import type { MultiAgentEnvironment } from './multi-agent-environment.ts';

/** Training plays episodes with seeds from here on; evaluate with smaller ones. */
export const FIRST_ENVIRONMENT_TRAINING_SEED = 2 ** 31;
/** Episode seeds kept apart for each training seed. */
const SEEDS_PER_RUN = 1_000_000;

export interface EnvironmentTrainingOptions {
  /** Makes one copy of the environment. */
  readonly make: () => MultiAgentEnvironment;
  readonly engine: Engine | LearningEngine;
  readonly seed: number;
  /** Copies side by side. */
  readonly copies: number;
  /** Decisions per iteration, at least one per agent of every copy. */
  readonly rowsPerIteration: number;
  /** Iterations in all; the learning rate anneals over them. */
  readonly iterations: number;
  readonly ppo: Partial<PpoConfig>;
  readonly network: Pick<ArchitectureOptions, 'hidden' | 'prior' | 'attention' | 'memory'>;
  readonly reward: RewardSharing;
  readonly maxEpisodeSteps?: number | undefined;
  /** Decisions of the untrained policy from which the input normalisation is measured; 0 = inputs are taken as they are. */
  readonly calibrationDecisions: number;
  /** Called on each rollout before it is learned from; experiments change rewards here. */
  readonly alter?: (buffer: RolloutBuffer) => void;
}

export interface EnvironmentIteration extends UpdateMetrics {
  readonly iteration: number;
  /** Episodes that ended while collecting. */
  readonly episodes: readonly EpisodeResult[];
}

/** Collect and learn in turn on an environment: the training loop in its smallest form. */
export class EnvironmentTraining {
  readonly learner: Learner;
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  private readonly options: EnvironmentTrainingOptions;
  private readonly scorer: Scorer;
  private readonly copies: EnvironmentCopies;
  private readonly collector: EnvironmentCollector;
  /** The policy that acts; what it remembers is part of the state. */
  private readonly actor: LearnedPolicy;
  private readonly buffer: RolloutBuffer;
  private readonly actionRng: Rng;
  private readonly shuffleRng: Rng;
  private iteration = 0;

  /** `normaliser`: that of the run to go on from; else it is measured here. */
  constructor(options: EnvironmentTrainingOptions, normaliser?: Normaliser) {
    const { make, engine, seed, copies, rowsPerIteration } = options;
    const { spec } = make();
    this.options = options;
    this.architecture = architectureOf(spec, options.network);
    const weights = initialWeights(this.architecture, seed);
    this.normaliser = normaliser ?? measureInputs(options, this.architecture, weights);
    const initial = { architecture: this.architecture, normaliser: this.normaliser, weights };
    this.learner = Learner.create(engine, initial, options.ppo);
    this.scorer = new Scorer(spec, this.architecture, weights, this.normaliser);
    this.actionRng = new Rng(seed, 'environment:actions');
    this.shuffleRng = new Rng(seed, 'environment:shuffle');
    this.copies = new EnvironmentCopies({
      make,
      copies,
      firstSeed: FIRST_ENVIRONMENT_TRAINING_SEED + (seed % 2000) * SEEDS_PER_RUN,
      maxEpisodeSteps: options.maxEpisodeSteps,
    });
    this.actor = new LearnedPolicy(this.scorer, { name: 'learner', mode: 'sample', rng: this.actionRng });
    this.collector = new EnvironmentCollector(this.copies, this.actor, options.reward);
    const { contextStride, candidateStride, maxCandidates } = this.copies.batch;
    const strides = { contextStride, candidateStride, maxCandidates, memoryStride: this.architecture.memory };
    this.buffer = createRolloutBuffer({ capacity: 2 * rowsPerIteration, ...strides });
  }

  /** One rollout and what is learned from it. */
  next(): EnvironmentIteration {
    const { rowsPerIteration, iterations, alter } = this.options;
    this.iteration++;
    const episodes = this.collector.collect(this.buffer, rowsPerIteration);
    alter?.(this.buffer);
    const metrics = this.learner.update([this.buffer], this.shuffleRng, { iteration: this.iteration, iterations });
    this.scorer.setWeights(this.learner.weights);
    return { iteration: this.iteration, episodes, ...metrics };
  }

  get iterationsDone(): number {
    return this.iteration;
  }

  /** The policy as trained so far, sampling from `rng`, or greedy without one. Later iterations change it. */
  policy(rng?: Rng): LearnedPolicy {
    const name = 'learned';
    return new LearnedPolicy(this.scorer, rng === undefined ? { name, mode: 'greedy' } : { name, mode: 'sample', rng });
  }

  /** Copies of everything that the next iteration depends on, but for the normaliser. */
  saveState(): Record<string, CheckpointArray> {
    return Object.fromEntries(Object.entries(this.columns()).map(([name, column]) => [name, column.slice()]));
  }

  /** Errors: CHECKPOINT_SCENARIO when a column is missing or of another size. */
  restoreState(saved: Readonly<Record<string, CheckpointArray>>): void {
    const part = (prefix: string): Record<string, CheckpointArray> => {
      const entries = Object.entries(saved).filter(([name]) => name.startsWith(prefix));
      return Object.fromEntries(entries.map(([name, column]) => [name.slice(prefix.length), column]));
    };
    this.learner.restoreState(part('learner.'));
    this.scorer.setWeights(this.learner.weights);
    this.copies.restore(part('copies.'));
    this.actor.memory?.restore(part('memory.') as unknown as SavedMemory);
    this.actionRng.state.set(saved['actionRng'] as Uint32Array);
    this.shuffleRng.state.set(saved['shuffleRng'] as Uint32Array);
    this.iteration = (saved['iteration'] as Int32Array)[0] as number;
  }

  private columns(): Record<string, CheckpointArray> {
    const columns: Record<string, CheckpointArray> = {
      iteration: Int32Array.of(this.iteration),
      actionRng: this.actionRng.state,
      shuffleRng: this.shuffleRng.state,
    };
    for (const [name, column] of Object.entries(this.learner.saveState())) columns[`learner.${name}`] = column;
    for (const [name, column] of Object.entries(this.copies.state())) columns[`copies.${name}`] = column;
    const memory = this.actor.memory?.save();
    return memory === undefined
      ? columns
      : { ...columns, 'memory.owners': memory.owners, 'memory.states': memory.states };
  }
}

/** Means and spreads of the inputs under the untrained policy, in episodes of their own. */
function measureInputs(
  options: EnvironmentTrainingOptions,
  architecture: Architecture,
  weights: Float32Array,
): Normaliser {
  const { make, seed, calibrationDecisions, maxEpisodeSteps } = options;
  const firstSeed = FIRST_ENVIRONMENT_TRAINING_SEED + 2000 * SEEDS_PER_RUN + seed;
  const copies = new EnvironmentCopies({ make, copies: options.copies, firstSeed, maxEpisodeSteps });
  const { spec } = copies.batch;
  if (calibrationDecisions === 0) return identityNormaliser(spec);
  const scorer = new Scorer(spec, architecture, weights, identityNormaliser(spec));
  const rng = new Rng(seed, 'environment:calibration');
  const policy = new LearnedPolicy(scorer, { name: 'untrained', mode: 'sample', rng });
  const meter = new NormaliserMeter(spec);
  const choices = new Uint8Array(copies.batch.capacity);
  for (let decisions = 0; decisions < calibrationDecisions;) {
    copies.observe();
    policy.choose(copies.batch, choices);
    meter.add(copies.batch);
    decisions += copies.batch.n;
    copies.step(choices);
    copies.restartEnded((_, copy) => policy.forget(copy));
  }
  return meter.finish();
}
