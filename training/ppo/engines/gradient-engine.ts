import type { Architecture, Normaliser } from '../../../policies/index.ts';
import type { RolloutBuffer } from '../../rollout/buffer.ts';
import type { KindMinibatch } from '../kind-gradients.ts';
import type { PpoConfig } from '../config.ts';
import type { PpoCoefficients } from '../loss.ts';
import type { UpdateTally } from '../update-metrics.ts';

/** The policy to start from. */
export interface InitialPolicy {
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  /** Flat, in the order of `weightLayout`; copied. */
  readonly weights: Float32Array;
}

/** A way to compute gradients on this machine, and the maker of engines for networks. */
export interface LearningEngine {
  /** Part of a checkpoint's identity: results are reproducible per engine. */
  readonly name: string;
  /** Why this one; for `spacecloud doctor` and run manifests. */
  readonly reason: string;
  readonly versions: Readonly<Record<string, string>>;
  create(initial: InitialPolicy, config: PpoConfig): GradientEngine;
}

/** What an evaluation of all rows says. */
export interface RowOutputs {
  /** [n + finals] the critic's output, normalised units. */
  readonly values: Float32Array;
  /** [n] log-probability of the choice taken. */
  readonly logProbs: Float32Array;
}

export interface GradientOptions {
  readonly coefficients: PpoCoefficients;
  /** Receives the loss terms of every row, in the order of the parts and their rows. */
  readonly tally: UpdateTally;
}

/**
 * The arithmetic of learning: what the network says about rows, and the derivative of the loss. The schedule (epochs,
 * minibatches, advantages, clipping, Adam) is the learner's and knows nothing of tensors, threads or WebAssembly.
 *
 * One engine serves one network. Calls follow the order `load`, `evaluateInto`, then `gradientInto` and `setWeights` in turn.
 */
export interface GradientEngine {
  /**
   * Takes the rollouts of one update and returns their rows as one buffer: decisions of all rollouts in order, then finals
   * in order. Rows of the other calls count in it. Its observations may be left out; all else is there. The rollouts must
   * not change until the next `load`.
   */
  load(buffers: readonly RolloutBuffer[]): RolloutBuffer;
  /** Values and log-probabilities of all loaded rows under the present weights. */
  evaluateInto(outputs: RowOutputs): void;
  /**
   * The gradient of one minibatch, its parts summed, into `gradient` [weights] in the order of `weightLayout`. Kinds without
   * a part get 0.
   */
  gradientInto(parts: readonly KindMinibatch[], options: GradientOptions, gradient: Float32Array): void;
  /** Copies the flat weights in; they count from the next call on. */
  setWeights(weights: Float32Array): void;
  /** Frees tensors or threads. */
  dispose(): void;
}
