import type { Tensor } from '@tensorflow/tfjs-core';
import { type Rng, SpaceCloudError } from '../../core/index.ts';
import { type Architecture, type Normaliser, weightCount, weightLayout } from '../../policies/index.ts';
import { CandidateScorer, type Engine } from '../../policies/networks/index.ts';
import type { CheckpointSections } from '../checkpoint/format.ts';
import type { RolloutBuffer } from '../rollout/buffer.ts';
import { type AdamState, adamStep, createAdamState } from './adam.kernel.ts';
import { checkRollout } from './check-rollout.ts';
import { type PpoConfig, ppoConfig } from './config.ts';
import { kindGradients } from './kind-gradients.ts';
import { type LearningData, learningData, scaledAdvantages } from './learning-data.ts';
import { mergeRollouts } from './merge-rollouts.ts';
import { type UpdateMetrics, UpdateTally } from './update-metrics.ts';
import { ValueNormaliser } from './value-normaliser.ts';

/** The policy to start from. */
export interface InitialPolicy {
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  /** Flat, in the order of `weightLayout`; copied. */
  readonly weights: Float32Array;
}

/** Where in the run an update stands; steers the learning rate. Counts from 1. */
export interface IterationInfo {
  readonly iteration: number;
  readonly iterations: number;
}

/**
 * Proximal policy optimisation with one policy shared by all agents (`CHECKLIST.md` lists what is in).
 *
 * Networks and losses are TensorFlow.js; the flat float32 weights, gradient clipping and Adam are plain columns, so that
 * a checkpoint holds every bit that the next step depends on. Values are computed here, in batches: actors need none.
 */
export class Learner {
  readonly config: PpoConfig;
  /** Flat weights in the order of `weightLayout`; written by `update` and `restoreState`. Copy what you keep. */
  readonly weights: Float32Array;
  private readonly engine: Engine;
  private readonly scorer: CandidateScorer;
  private readonly adam: AdamState;
  private readonly valueNormaliser: ValueNormaliser;
  private readonly gradient: Float32Array;
  /** [weights] factor of the learning rate in the present step; [kinds + 1] first weight of each kind. */
  private readonly rates: Float32Array;
  private readonly firstWeight: readonly number[];

  /** Errors: MISUSE for weights of the wrong length or a configuration out of range. */
  static create(engine: Engine, initial: InitialPolicy, config: Partial<PpoConfig> = {}): Learner {
    return new Learner(engine, initial, ppoConfig(config));
  }

  private constructor(engine: Engine, initial: InitialPolicy, config: PpoConfig) {
    const { architecture, normaliser, weights } = initial;
    this.engine = engine;
    this.config = config;
    this.weights = weights.slice();
    this.scorer = new CandidateScorer(engine.tf, architecture, normaliser, weights);
    this.adam = createAdamState(weights.length);
    this.valueNormaliser = new ValueNormaliser(architecture.kinds.length, config.valueNormBeta);
    this.gradient = new Float32Array(weights.length);
    this.rates = new Float32Array(weights.length).fill(1);
    this.firstWeight = firstWeightOfKinds(architecture);
  }

  /**
   * Learns from the rollouts of one iteration and changes `weights`. `rng` draws the order of the rows.
   *
   * Errors: MISUSE for buffers that `checkRollout` refuses, log-probabilities that these weights do not give, or a
   * gradient that is not finite; the weights are then those before the failing step.
   */
  update(buffers: readonly RolloutBuffer[], rng: Rng, info: IterationInfo): UpdateMetrics {
    const { config } = this;
    const kinds = this.scorer.architecture.kinds;
    buffers.forEach((buffer, i) => checkRollout(buffer, `rollout ${i}`, kinds.length));
    const buffer = mergeRollouts(buffers);
    const before = this.evaluate(buffer);
    const data = learningData(buffer, before.values, this.valueNormaliser, config);
    const tally = new UpdateTally();
    const learningRate = learningRateAt(config, info);

    const order = Int32Array.from({ length: buffer.n }, (_, row) => row);
    const parts = Math.max(1, Math.round(buffer.n / config.minibatchRows));
    let epochs = 0;
    for (; epochs < config.epochs; epochs++) {
      if (epochs > 0 && config.targetKl !== null && tally.approxKl > config.targetKl) break;
      tally.startEpoch();
      rng.shuffle(order);
      for (let part = 0; part < parts; part++) {
        const first = Math.floor((part * buffer.n) / parts);
        const last = Math.floor(((part + 1) * buffer.n) / parts);
        this.step(data, order.subarray(first, last), { learningRate, tally });
      }
    }
    return {
      ...tally.read(),
      epochs,
      explainedVariance: data.explainedVariance,
      returnMean: data.returnMean,
      returnStd: data.returnStd,
      ratioDeviation: before.ratioDeviation,
      learningRate,
      rows: buffer.n,
      rowsOfKind: Object.fromEntries(kinds.map(({ name }, k) => [name, rowsOfKind(buffer, k, 0, buffer.n).length])),
    };
  }

  /** Everything the next `update` depends on, besides its arguments; copies. */
  saveState(): CheckpointSections {
    return {
      weights: this.weights.slice(),
      'adam.m': this.adam.m.slice(),
      'adam.v': this.adam.v.slice(),
      'adam.powers': this.adam.powers.slice(),
      returnStatistics: this.valueNormaliser.state.slice(),
    };
  }

  /** Errors: CHECKPOINT_SCENARIO when a section is missing, unknown, or of another size or type. */
  restoreState(saved: CheckpointSections): void {
    const own: Record<string, Float32Array | Float64Array> = {
      weights: this.weights,
      'adam.m': this.adam.m,
      'adam.v': this.adam.v,
      'adam.powers': this.adam.powers,
      returnStatistics: this.valueNormaliser.state,
    };
    for (const name of new Set([...Object.keys(own), ...Object.keys(saved)])) {
      const expected = own[name];
      const found = saved[name];
      if (expected?.length === found?.length && expected?.constructor === found?.constructor) continue;
      const describe = (array: ArrayLike<number> | undefined): string =>
        array === undefined ? 'none' : `${array.constructor.name} of ${array.length}`;
      throw new SpaceCloudError(
        'CHECKPOINT_SCENARIO',
        `Expected learner section '${name}' to be ${describe(expected)}, got ${describe(found)}.`,
        { hint: 'The checkpoint is of another network or version; start a new run.' },
      );
    }
    for (const [name, column] of Object.entries(own)) column.set(saved[name] as Float32Array);
    this.scorer.assign(this.weights);
  }

  /** Frees the tensors. */
  dispose(): void {
    this.scorer.dispose();
  }

  /** The critic's output for all rows, finals included, and how far the log-probabilities are from those recorded. */
  private evaluate(buffer: RolloutBuffer): { readonly values: Float32Array; readonly ratioDeviation: number } {
    const { tf } = this.engine;
    const values = new Float32Array(buffer.n + buffer.finals);
    let ratioDeviation = 0;
    const chunk = this.config.minibatchRows;
    for (let kind = 0; kind < this.scorer.architecture.kinds.length; kind++) {
      const all = rowsOfKind(buffer, kind, 0, values.length);
      for (let first = 0; first < all.length; first += chunk) {
        const rows = all.subarray(first, first + chunk);
        tf.tidy(() => {
          const inputs = this.scorer.inputs(buffer, kind, rows);
          const { logits, value } = this.scorer.forwardKind(inputs);
          const outputs = value.dataSync<'float32'>();
          const logProbs = tf.logSoftmax(logits).dataSync<'float32'>();
          rows.forEach((row, b) => {
            values[row] = outputs[b] as number;
            if (row >= buffer.n) return;
            const logProb = logProbs[b * inputs.width + (buffer.action[row] as number)] as number;
            const deviation = Math.abs(Math.expm1(logProb - (buffer.logProb[row] as number)));
            if (deviation > ratioDeviation) ratioDeviation = deviation;
          });
        });
      }
    }
    this.checkSamePolicy(ratioDeviation);
    return { values, ratioDeviation };
  }

  private checkSamePolicy(ratioDeviation: number): void {
    const { maxRatioDeviation } = this.config;
    if (maxRatioDeviation === null || ratioDeviation <= maxRatioDeviation) return;
    throw new SpaceCloudError(
      'MISUSE',
      `Expected rollouts of the learner's own policy (probability ratios 1 within ${maxRatioDeviation}), ` +
        `got a ratio off by ${ratioDeviation}.`,
      {
        hint: "Give the actors the learner's weights and normaliser, or set maxRatioDeviation to null if they may lag.",
      },
    );
  }

  /** Sets the learning rate of a decision kind that makes up `share` of a minibatch. */
  private setRate(kind: number, share: number): void {
    const rate = this.config.scaleRateByShare ? Math.sqrt(share) : share > 0 ? 1 : 0;
    this.rates.fill(rate, this.firstWeight[kind], this.firstWeight[kind + 1]);
  }

  /** One gradient step on the given rows. */
  private step(
    data: LearningData,
    rows: Int32Array,
    options: { readonly learningRate: number; readonly tally: UpdateTally },
  ): void {
    const { tf } = this.engine;
    const { config, scorer } = this;
    tf.tidy(() => {
      const gradients: Record<string, Tensor> = {};
      for (let kind = 0; kind < scorer.architecture.kinds.length; kind++) {
        const ofKind = rows.filter((row) => data.buffer.kind[row] === kind);
        this.setRate(kind, ofKind.length / rows.length);
        if (ofKind.length === 0) continue;
        const deviation = this.valueNormaliser.deviation(kind);
        const advantage = scaledAdvantages(data.advantage, ofKind, config.normaliseAdvantages, deviation);
        const minibatch = { data, kind, rows: ofKind, advantage, total: rows.length };
        const forKind = { coefficients: config, tally: options.tally };
        Object.assign(gradients, kindGradients(tf, scorer, minibatch, forKind));
      }
      scorer.readGradientsInto(gradients, this.gradient);
    });
    const norm = adamStep(this.weights, this.gradient, this.adam, {
      learningRate: options.learningRate,
      beta1: config.adamBeta1,
      beta2: config.adamBeta2,
      epsilon: config.adamEpsilon,
      maxGradNorm: config.maxGradNorm,
      rates: this.rates,
    });
    if (!Number.isFinite(norm)) {
      throw new SpaceCloudError('MISUSE', `Expected a finite gradient, got norm ${norm}.`, {
        hint: 'Lower the learning rate, or check the scale of rewards and priors.',
      });
    }
    options.tally.addStep(norm);
    this.scorer.assign(this.weights);
  }
}

function rowsOfKind(buffer: RolloutBuffer, kind: number, first: number, end: number): Int32Array {
  const rows = new Int32Array(end - first);
  let count = 0;
  for (let row = first; row < end; row++) if (buffer.kind[row] === kind) rows[count++] = row;
  return rows.subarray(0, count);
}

/** [kinds + 1] where the weights of each kind begin, and the end of all. */
function firstWeightOfKinds(architecture: Architecture): number[] {
  const layout = weightLayout(architecture);
  const first = architecture.kinds.map(
    ({ name }) => layout.find((slot) => slot.name.startsWith(`${name}/`))?.offset ?? 0,
  );
  return [...first, weightCount(architecture)];
}

function learningRateAt(config: PpoConfig, info: IterationInfo): number {
  if (!config.annealLearningRate) return config.learningRate;
  return config.learningRate * Math.max(0, 1 - (info.iteration - 1) / info.iterations);
}
