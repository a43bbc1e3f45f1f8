import { type Rng, SpaceCloudError } from '../../core/index.ts';
import { type Architecture, weightCount, weightLayout } from '../../policies/index.ts';
import type { Engine } from '../../policies/networks/index.ts';
import type { CheckpointSections } from '../checkpoint/format.ts';
import type { RolloutBuffer } from '../rollout/buffer.ts';
import { type AdamState, adamStep, createAdamState } from './adam.kernel.ts';
import { checkRollout } from './check-rollout.ts';
import { type PpoConfig, ppoConfig } from './config.ts';
import type { GradientEngine, InitialPolicy, LearningEngine } from './engines/gradient-engine.ts';
import { tensorflowEngine } from './engines/tensorflow-engine.ts';
import type { KindMinibatch } from './kind-gradients.ts';
import { type LearningData, learningData, scaledAdvantages } from './learning-data.ts';
import { Minibatches } from './minibatches.ts';
import { amongOfKind, rowsOfKind } from './rows-of-kind.kernel.ts';
import { type UpdateMetrics, UpdateTally } from './update-metrics.ts';
import { ValueNormaliser } from './value-normaliser.ts';

export type { InitialPolicy };

/** Where in the run an update stands; steers the learning rate. Counts from 1. */
export interface IterationInfo {
  readonly iteration: number;
  readonly iterations: number;
}

/**
 * Proximal policy optimisation with one policy shared by all agents (`CHECKLIST.md` lists what is in).
 *
 * This is the schedule: epochs, minibatches, advantages, annealing, clipping and Adam on flat float32 weights, plain columns,
 * so that a checkpoint holds every bit that the next step depends on. Network, loss and derivatives are a `GradientEngine`'s.
 * Values are computed here, in batches: actors need none.
 */
export class Learner {
  readonly config: PpoConfig;
  /** Flat weights in the order of `weightLayout`; written by `update` and `restoreState`. Copy what you keep. */
  readonly weights: Float32Array;
  private readonly engine: GradientEngine;
  private readonly architecture: Architecture;
  private readonly adam: AdamState;
  private readonly valueNormaliser: ValueNormaliser;
  private readonly gradient: Float32Array;
  /** [weights] factor of the learning rate in the present step; [kinds + 1] first weight of each kind. */
  private readonly rates: Float32Array;
  private readonly firstWeight: readonly number[];
  /** [weights] 1 = of the critic, when its gradient is bounded by itself. */
  private readonly critic: Uint8Array | undefined;
  /** [weights] 1 = of a policy that does not learn. */
  private readonly frozen: Uint8Array | undefined;

  /** Errors: MISUSE for weights of the wrong length or a configuration out of range. */
  static create(engine: Engine | LearningEngine, initial: InitialPolicy, config: Partial<PpoConfig> = {}): Learner {
    return new Learner('tf' in engine ? tensorflowEngine(engine) : engine, initial, ppoConfig(config));
  }

  private constructor(engine: LearningEngine, initial: InitialPolicy, config: PpoConfig) {
    const { architecture, weights } = initial;
    this.architecture = architecture;
    this.config = config;
    this.weights = weights.slice();
    this.engine = engine.create(initial, config);
    this.adam = createAdamState(weights.length);
    this.valueNormaliser = new ValueNormaliser(architecture.kinds.length, config.valueNormBeta);
    this.gradient = new Float32Array(weights.length);
    this.rates = new Float32Array(weights.length).fill(1);
    this.firstWeight = firstWeightOfKinds(architecture);
    this.critic = config.separateGradNorms ? criticWeights(architecture) : undefined;
    this.frozen = config.learnKinds === null ? undefined : frozenWeights(architecture, config.learnKinds);
  }

  /**
   * Learns from the rollouts of one iteration and changes `weights`. `rng` draws the order of the rows.
   *
   * Errors: MISUSE for buffers that `checkRollout` refuses, log-probabilities that these weights do not give, or a
   * gradient that is not finite; the weights are then those before the failing step.
   */
  update(buffers: readonly RolloutBuffer[], rng: Rng, info: IterationInfo): UpdateMetrics {
    const { config } = this;
    const { kinds } = this.architecture;
    buffers.forEach((buffer, i) => checkRollout(buffer, `rollout ${i}`, kinds.length));
    const buffer = this.engine.load(buffers);
    const before = this.evaluate(buffer);
    const data = learningData(buffer, before.values, this.valueNormaliser, config);
    const tally = new UpdateTally();
    const learningRate = config.learningRate * (config.annealLearningRate ? shareLeft(info) : 1);
    const clipCoef = config.clipCoef * (config.annealClip ? shareLeft(info) : 1);

    const minibatches = new Minibatches(buffer, config);
    let epochs = 0;
    for (; epochs < config.epochs; epochs++) {
      if (epochs > 0 && config.targetKl !== null && tally.approxKl > config.targetKl) break;
      tally.startEpoch();
      minibatches.shuffle(rng);
      for (const rows of minibatches.rows()) this.step(data, rows, { learningRate, clipCoef, tally });
    }
    return {
      ...tally.read(),
      epochs,
      explainedVariance: data.explainedVariance,
      explainedVarianceOfKind: Object.fromEntries(
        kinds.map(({ name }, k) => [name, data.explainedVarianceOfKind[k] ?? 0]),
      ),
      returnMean: data.returnMean,
      returnStd: data.returnStd,
      ratioDeviation: before.ratioDeviation,
      learningRate,
      rows: buffer.n,
      rowsOfKind: Object.fromEntries(kinds.map(({ name }, k) => [name, rowsOfKind(buffer.kind, k, buffer.n).length])),
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
    this.engine.setWeights(this.weights);
  }

  /** Frees the engine's tensors or threads. */
  dispose(): void {
    this.engine.dispose();
  }

  /** The critic's output for all rows, finals included, and how far the log-probabilities are from those recorded. */
  private evaluate(buffer: RolloutBuffer): { readonly values: Float32Array; readonly ratioDeviation: number } {
    const values = new Float32Array(buffer.n + buffer.finals);
    const logProbs = new Float32Array(buffer.n);
    this.engine.evaluateInto({ values, logProbs });
    let ratioDeviation = 0;
    for (let row = 0; row < buffer.n; row++) {
      const deviation = Math.abs(Math.expm1((logProbs[row] as number) - (buffer.logProb[row] as number)));
      if (deviation > ratioDeviation) ratioDeviation = deviation;
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
    options: { readonly learningRate: number; readonly clipCoef: number; readonly tally: UpdateTally },
  ): void {
    const { config } = this;
    const parts: KindMinibatch[] = [];
    for (let kind = 0; kind < this.architecture.kinds.length; kind++) {
      const ofKind = amongOfKind(rows, data.buffer.kind, kind);
      this.setRate(kind, ofKind.length / rows.length);
      if (ofKind.length === 0) continue;
      const deviation = this.valueNormaliser.deviation(kind);
      const advantage = scaledAdvantages(data.advantage, ofKind, config.normaliseAdvantages, deviation);
      parts.push({ data, kind, rows: ofKind, advantage, total: rows.length });
    }
    const coefficients = { ...config, clipCoef: options.clipCoef };
    this.engine.gradientInto(parts, { coefficients, tally: options.tally }, this.gradient);
    this.frozen?.forEach((isFrozen, i) => {
      if (isFrozen === 1) this.gradient[i] = 0;
    });
    const norm = adamStep(this.weights, this.gradient, this.adam, {
      learningRate: options.learningRate,
      beta1: config.adamBeta1,
      beta2: config.adamBeta2,
      epsilon: config.adamEpsilon,
      maxGradNorm: config.maxGradNorm,
      ...(this.critic === undefined ? {} : { critic: this.critic }),
      rates: this.rates,
    });
    if (!Number.isFinite(norm)) {
      throw new SpaceCloudError('MISUSE', `Expected a finite gradient, got norm ${norm}.`, {
        hint: 'Lower the learning rate, or check the scale of rewards and priors.',
      });
    }
    options.tally.addStep(norm);
    this.engine.setWeights(this.weights);
  }
}

/** [kinds + 1] where the weights of each kind begin, and the end of all. */
function firstWeightOfKinds(architecture: Architecture): number[] {
  const layout = weightLayout(architecture);
  const first = architecture.kinds.map(
    ({ name }) => layout.find((slot) => slot.name.startsWith(`${name}/`))?.offset ?? 0,
  );
  return [...first, weightCount(architecture)];
}

/** 1 in the first iteration, then linearly towards 0 after the last. */
function shareLeft(info: IterationInfo): number {
  return Math.max(0, 1 - (info.iteration - 1) / info.iterations);
}

/** [weights] 1 where a weight is the value network's. */
function criticWeights(architecture: Architecture): Uint8Array {
  const critic = new Uint8Array(weightCount(architecture));
  for (const { name, offset, size } of weightLayout(architecture)) {
    if (name.includes('/value.')) critic.fill(1, offset, offset + size);
  }
  return critic;
}

/** [weights] 1 where a weight is of the policy of a kind that is not to learn. Errors: MISUSE for an unknown kind. */
function frozenWeights(architecture: Architecture, learnKinds: readonly string[]): Uint8Array {
  const names = architecture.kinds.map(({ name }) => name);
  const unknown = learnKinds.find((kind) => !names.includes(kind));
  if (unknown !== undefined || learnKinds.length === 0) {
    const got = unknown === undefined ? 'none' : `'${unknown}'`;
    throw new SpaceCloudError('MISUSE', `Expected ppo.learnKinds among ${names.join(', ')}, got ${got}.`);
  }
  const frozen = new Uint8Array(weightCount(architecture));
  for (const { name, offset, size } of weightLayout(architecture)) {
    const [kind, tensor] = name.split('/') as [string, string];
    if (!learnKinds.includes(kind) && tensor.startsWith('policy.')) frozen.fill(1, offset, offset + size);
  }
  return frozen;
}
