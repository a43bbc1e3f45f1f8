import type { Geometry, Scenario } from '../environment/index.ts';
import type { PpoConfig, UpdateMetrics } from './ppo/index.ts';

/** Everything that decides how a run goes; printed in full in its manifest, hashed in its checkpoints. */
export interface TrainConfig {
  readonly seed: number;
  /** Decisions to learn from; the run ends with the iteration that reaches them. */
  readonly decisions: number;
  /** Decisions per iteration, over all workers. */
  readonly rowsPerIteration: number;
  readonly workers: number;
  readonly worldsPerWorker: number;
  /** Simulated time of a training episode, s. */
  readonly episodeS: number;
  /** Time unit of the discount, s. */
  readonly discountUnitS: number;
  /** Units per hidden layer. */
  readonly hidden: number;
  /** Decisions, made by the untrained policy, from which the input normalisation is measured. */
  readonly calibrationDecisions: number;
  /** Baseline that decides for satellites in fallback. */
  readonly fallback: string;
  readonly checkpointEveryIterations: number;
  readonly ppo: PpoConfig;
}

export interface TrainProgress {
  readonly iteration: number;
  readonly iterations: number;
  readonly decisions: number;
  readonly totalDecisions: number;
  readonly metrics: UpdateMetrics;
  /** Mean utility of the training episodes that ended in this iteration; undefined if none did. */
  readonly utility: number | undefined;
}

export interface TrainOptions {
  readonly scenario: Scenario;
  readonly geometry: Geometry;
  /** Folder for checkpoints and metrics; made if absent. */
  readonly runFolder: string;
  readonly config?: Partial<Omit<TrainConfig, 'ppo'>> & { readonly ppo?: Partial<PpoConfig> };
  readonly engine?: 'auto' | 'node' | 'wasm' | 'cpu';
  /** Go on from the folder's checkpoint if there is one. */
  readonly resume?: boolean;
  /** Wall clock, ms; for the time stamps of TensorBoard and rates in the metrics. */
  readonly clockMs: () => number;
  readonly onProgress?: (progress: TrainProgress) => void;
  /** Ends the run after the iteration under way, with a checkpoint. */
  readonly signal?: AbortSignal;
}
