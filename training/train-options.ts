import type { Geometry, Scenario } from '../environment/index.ts';
import type { PriorUse } from '../policies/index.ts';
import type { Stage } from './curriculum.ts';
import type { LearningEnginePreference, PpoConfig, UpdateMetrics } from './ppo/index.ts';
import type { ScenarioShare } from './rollout/episode-worlds.ts';
import type { Variation } from './variation.ts';

/** The network; see `Architecture`. */
export interface NetworkConfig {
  /** Units per hidden layer. */
  readonly hidden: number;
  readonly prior: PriorUse;
  /** Width of the attention across candidates, units of memory; 0 = none. */
  readonly attention: number;
  readonly memory: number;
}

/** A warm start by behaviour cloning. */
export interface ImitationConfig {
  /** The baseline that is imitated. */
  readonly policy: string;
  /** Decisions to imitate, at most. */
  readonly decisions: number;
  /** Ends once the network's best candidate is the baseline's choice this often, on decisions it has not seen; null = never. */
  readonly untilAgreement: number | null;
}

/** Evaluation of the policy while it learns, greedily, on seeds kept for that. */
export interface TrainingEvaluationConfig {
  /** Decisions from one evaluation to the next; the last iteration ends with one, too. */
  readonly everyDecisions: number;
  /** Episodes per scenario, on the same seeds each time. */
  readonly episodes: number;
  /** Tasks arrive for so long, s; then the episode goes on until all have ended, at most `drainS`. */
  readonly arrivalsS: number;
  readonly drainS: number;
}

/** Everything that decides how a run goes; printed in full in its manifest, hashed in its checkpoints. */
export interface TrainConfig {
  readonly seed: number;
  /** Decisions to learn from; the run ends with the iteration that reaches them. */
  readonly decisions: number;
  /** Decisions per iteration, over all workers. */
  readonly rowsPerIteration: number;
  readonly workers: number;
  readonly worldsPerWorker: number;
  /**
   * Updates by which the acting weights lag behind the learner's: rollout i is collected with the weights after update
   * i - 1 - lag. With 1 workers collect while the learner learns.
   */
  readonly lag: 0 | 1;
  /** Simulated time of a training episode, s. */
  readonly episodeS: number;
  /** Time unit of the discount, s. */
  readonly discountUnitS: number;
  /** `ippo`: the critic sees what the actor sees; `mappo`: also true global state. */
  readonly algorithm: 'ippo' | 'mappo';
  readonly network: NetworkConfig;
  /** Run folder whose policy is the start; null = the untrained network. */
  readonly from: string | null;
  /** Before learning; null = none. */
  readonly imitation: ImitationConfig | null;
  /** Decisions, made by the untrained policy, from which the input normalisation is measured. */
  readonly calibrationDecisions: number;
  /** Baseline that decides for satellites in fallback. */
  readonly fallback: string;
  /** What differs from episode to episode, and the stages before that. */
  readonly variation: Variation;
  readonly curriculum: readonly Stage[];
  /** null = none. */
  readonly evaluation: TrainingEvaluationConfig | null;
  readonly checkpointEveryIterations: number;
  readonly ppo: PpoConfig;
}

/** Where the time of an iteration went, s: of the learner's thread, and summed over the workers. */
export interface TrainPhases {
  /** The learner waited for rollouts. */
  readonly collectS: number;
  readonly updateS: number;
  /** Workers, together: in worlds and agents, and in the policy. */
  readonly simulateS: number;
  readonly inferS: number;
}

export interface TrainProgress {
  readonly iteration: number;
  readonly iterations: number;
  readonly decisions: number;
  readonly totalDecisions: number;
  readonly metrics: UpdateMetrics;
  /** Mean utility of the training episodes that ended in this iteration; undefined if none did. */
  readonly utility: number | undefined;
  readonly phases: TrainPhases;
  /** Mean utility of the evaluation after this iteration; undefined if there was none. */
  readonly evaluated: number | undefined;
}

/** What differs from the defaults. */
export type TrainOverrides = Partial<Omit<TrainConfig, 'ppo' | 'network' | 'lag'>> & {
  readonly ppo?: Partial<PpoConfig>;
  readonly network?: Partial<NetworkConfig>;
  /** Default `auto`: 1 where the learner computes in one thread, so that the other cores do not wait for it. */
  readonly lag?: 0 | 1 | 'auto';
};

export interface TrainOptions {
  readonly scenario: Scenario;
  readonly geometry: Geometry;
  /** Further scenarios that episodes are drawn from; weight 1 is that of `scenario`. */
  readonly more?: readonly ScenarioShare[];
  /** Folder for checkpoints and metrics; made if absent. */
  readonly runFolder: string;
  readonly config?: TrainOverrides;
  readonly engine?: LearningEnginePreference;
  /** Go on from the folder's checkpoint if there is one. */
  readonly resume?: boolean;
  /** Commit of the program that trains, kept with the run; default null: unknown. */
  readonly commit?: string | null;
  /** Wall clock, ms; for the time stamps of TensorBoard and rates in the metrics. */
  readonly clockMs: () => number;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Ends the run after the iterations under way, with a checkpoint. */
  readonly signal?: AbortSignal;
}
