import type { Tensor, Variable } from '@tensorflow/tfjs-core';
import { type Rng, SpaceCloudError } from '../../core/index.ts';
import { CandidateScorer, type Engine } from '../../policies/networks/index.ts';
import type { RolloutBuffer } from '../rollout/buffer.ts';
import { adamStep, createAdamState } from './adam.kernel.ts';
import { checkRollout } from './check-rollout.ts';
import { cloningLoss } from './cloning-loss.ts';
import { PPO_DEFAULTS } from './config.ts';
import type { InitialPolicy } from './engines/gradient-engine.ts';
import { type LearningData, learningData } from './learning-data.ts';
import { mergeRollouts } from './merge-rollouts.ts';
import { rowsOfKind } from './rows-of-kind.kernel.ts';
import { ValueNormaliser } from './value-normaliser.ts';

export interface CloningConfig {
  readonly learningRate: number;
  /** Passes over each rollout. */
  readonly epochs: number;
  readonly minibatchRows: number;
  /** Weight of the critic's regression on the returns under the teacher; 0 = none. */
  readonly valueCoef: number;
  /** Bound on the norm of the gradient; null = none. */
  readonly maxGradNorm: number | null;
  /** As in `PpoConfig`; for the returns that the critic is taught. */
  readonly gamma: number;
  readonly gaeLambda: number;
}

/** Learning rate and passes as measured on test-12: more of either gains nothing there. */
export const CLONING_DEFAULTS: CloningConfig = {
  learningRate: 3e-3,
  epochs: 4,
  minibatchRows: 512,
  valueCoef: 0.5,
  maxGradNorm: 1,
  gamma: PPO_DEFAULTS.gamma,
  gaeLambda: 1,
};

/** Share of rows in which the student's best candidate is the teacher's choice; kinds without rows have none. */
export interface Agreement {
  readonly all: number;
  readonly ofKind: Readonly<Record<string, number>>;
  readonly rows: number;
}

/**
 * Behaviour cloning: teaches a network the choices of whoever acted in the rollouts, by cross-entropy, and its critic what
 * came of them. A warm start for PPO: hand `weights` and `returnStatistics` on.
 *
 * Rows where only one candidate is allowed teach nothing and count in no agreement. A network with memory is taught from state
 * zero.
 */
export class Cloner {
  readonly config: CloningConfig;
  /** Flat weights in the order of `weightLayout`; written by `learn`. */
  readonly weights: Float32Array;
  private readonly engine: Engine;
  private readonly scorer: CandidateScorer;
  private readonly adam;
  private readonly gradient: Float32Array;
  private readonly values: ValueNormaliser;

  constructor(engine: Engine, initial: InitialPolicy, config: Partial<CloningConfig> = {}) {
    const { architecture, normaliser, weights } = initial;
    this.engine = engine;
    this.config = { ...CLONING_DEFAULTS, ...config };
    this.weights = weights.slice();
    this.scorer = new CandidateScorer(engine.tf, architecture, normaliser, weights);
    this.adam = createAdamState(weights.length);
    this.gradient = new Float32Array(weights.length);
    this.values = new ValueNormaliser(architecture.kinds.length, PPO_DEFAULTS.valueNormBeta);
  }

  /** Running statistics of the returns seen, as in `Learner.saveState()`: the critic's outputs are normalised by them. */
  get returnStatistics(): Float64Array {
    return this.values.state;
  }

  /** How often the network, acting greedily, would have chosen as the rollouts did. */
  agreement(buffers: readonly RolloutBuffer[]): Agreement {
    const buffer = this.checked(buffers);
    const { kinds } = this.scorer.architecture;
    const ofKind: Record<string, number> = {};
    let same = 0;
    let rows = 0;
    kinds.forEach(({ name }, kind) => {
      const open = openRows(buffer, kind);
      let ofThis = 0;
      this.forChunks(open, (chunk) => {
        this.engine.tf.tidy(() => {
          const inputs = this.scorer.inputs(buffer, kind, chunk);
          const best = this.engine.tf.argMax(this.scorer.forwardKind(inputs).logits, -1).dataSync<'int32'>();
          chunk.forEach((row, b) => {
            if (best[b] === buffer.action[row]) ofThis++;
          });
        });
      });
      same += ofThis;
      rows += open.length;
      if (open.length > 0) ofKind[name] = ofThis / open.length;
    });
    return { all: rows === 0 ? 1 : same / rows, ofKind, rows };
  }

  /** Some passes over the rollouts of one collection; `rng` draws the order of rows. Errors: MISUSE, as `checkRollout`. */
  learn(buffers: readonly RolloutBuffer[], rng: Rng): void {
    const { config } = this;
    const buffer = this.checked(buffers);
    const data = learningData(buffer, this.outputs(buffer), this.values, { ...PPO_DEFAULTS, ...config });
    const order = Int32Array.from({ length: buffer.n }, (_, row) => row);
    const parts = Math.max(1, Math.round(buffer.n / config.minibatchRows));
    for (let epoch = 0; epoch < config.epochs; epoch++) {
      rng.shuffle(order);
      for (let part = 0; part < parts; part++) {
        const first = Math.floor((part * buffer.n) / parts);
        this.step(data, order.subarray(first, Math.floor(((part + 1) * buffer.n) / parts)));
      }
    }
  }

  /** Frees the tensors. */
  dispose(): void {
    this.scorer.dispose();
  }

  private checked(buffers: readonly RolloutBuffer[]): RolloutBuffer {
    buffers.forEach((buffer, i) => checkRollout(buffer, `rollout ${i}`, this.scorer.architecture.kinds.length));
    return mergeRollouts(buffers);
  }

  /** [n + finals] the critic's output for all rows. */
  private outputs(buffer: RolloutBuffer): Float32Array {
    const values = new Float32Array(buffer.n + buffer.finals);
    this.scorer.architecture.kinds.forEach((_, kind) => {
      this.forChunks(rowsOfKind(buffer.kind, kind, values.length), (chunk) => {
        this.engine.tf.tidy(() => {
          const { value } = this.scorer.forwardKind(this.scorer.inputs(buffer, kind, chunk));
          const outputs = value.dataSync<'float32'>();
          chunk.forEach((row, b) => (values[row] = outputs[b] as number));
        });
      });
    });
    return values;
  }

  private forChunks(rows: Int32Array, visit: (chunk: Int32Array) => void): void {
    const chunk = 4096;
    for (let first = 0; first < rows.length; first += chunk) visit(rows.subarray(first, first + chunk));
  }

  private step(data: LearningData, rows: Int32Array): void {
    const { config, scorer } = this;
    const { tf } = this.engine;
    tf.tidy(() => {
      const gradients: Record<string, Tensor> = {};
      scorer.architecture.kinds.forEach((_, kind) => {
        const ofKind = rows.filter((row) => data.buffer.kind[row] === kind);
        if (ofKind.length === 0) return;
        const inputs = scorer.inputs(data.buffer, kind, ofKind);
        const choice = new Float32Array(ofKind.length * inputs.width);
        ofKind.forEach((row, b) => (choice[b * inputs.width + (data.buffer.action[row] as number)] = 1));
        const targets = {
          choice: tf.tensor2d(choice, [ofKind.length, inputs.width]),
          target: tf.tensor1d(Float32Array.from(ofKind, (row) => data.target[row] as number)),
        };
        const { grads } = tf.variableGrads(
          // Each kind's mean: kinds share no weights, and rare ones would otherwise learn slowly.
          () => tf.div(cloningLoss(tf, scorer.forwardKind(inputs), targets, config.valueCoef), ofKind.length),
          scorer.variablesOfKind(kind) as Variable[],
        );
        Object.assign(gradients, grads);
      });
      scorer.readGradientsInto(gradients, this.gradient);
    });
    const { adamBeta1: beta1, adamBeta2: beta2, adamEpsilon: epsilon } = PPO_DEFAULTS;
    const { learningRate, maxGradNorm } = config;
    const norm = adamStep(this.weights, this.gradient, this.adam, { learningRate, beta1, beta2, epsilon, maxGradNorm });
    if (!Number.isFinite(norm)) throw new SpaceCloudError('MISUSE', `Expected a finite gradient, got norm ${norm}.`);
    scorer.assign(this.weights);
  }
}

/** Rows of a kind in which more than one candidate is allowed. */
function openRows(buffer: RolloutBuffer, kind: number): Int32Array {
  const { maxCandidates: K, actionMask } = buffer;
  return rowsOfKind(buffer.kind, kind, buffer.n).filter((row) => {
    let allowed = 0;
    for (let k = 0; k < K; k++) allowed += actionMask[row * K + k] as number;
    return allowed > 1;
  });
}
