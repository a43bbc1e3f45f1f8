import { SpaceCloudError } from '../../core/index.ts';

/** Everything that steers learning; printed in full in every run manifest. Sources: CHECKLIST.md. */
export interface PpoConfig {
  /** Discount per time unit of the rollout buffer, (0, 1]. */
  readonly gamma: number;
  /** Weight of longer returns per link, [0, 1]. */
  readonly gaeLambda: number;
  /** Passes over the data of one iteration. */
  readonly epochs: number;
  /** Rows per gradient step, aimed at: an epoch is cut into equal parts near this size. */
  readonly minibatchRows: number;
  /** Networks with memory: derivatives run back through at most this many decisions of an agent. */
  readonly sequenceLength: number;
  readonly learningRate: number;
  /**
   * Each decision kind learns at `learningRate` times the square root of its share of the minibatch: Adam's steps do not
   * shrink with the gradient, so kinds with few rows would walk at random (square-root scaling, Malladi et al. 2022).
   */
  readonly scaleRateByShare: boolean;
  /** Linear to 0 over the iterations: `(1 - (i - 1) / N) learningRate`, i = 1..N. */
  readonly annealLearningRate: boolean;
  readonly adamBeta1: number;
  readonly adamBeta2: number;
  /** Added outside the root, as in PyTorch. */
  readonly adamEpsilon: number;
  /** Probability ratios are clipped to 1 +- this. */
  readonly clipCoef: number;
  /** `clipCoef` falls linearly to 0 with the iterations, as the learning rate does. */
  readonly annealClip: boolean;
  /** Values may move by this per iteration, in normalised units; null = no clipping. */
  readonly valueClip: number | null;
  /** Value errors beyond this count linearly (Huber 1964), in normalised units; null = squared error throughout. */
  readonly huberDelta: number | null;
  readonly valueCoef: number;
  readonly entropyCoef: number;
  /** Bound on the norm of the gradient over all parameters; null = no bound. */
  readonly maxGradNorm: number | null;
  /** Policy and value networks are bounded by `maxGradNorm` each by itself, instead of both together. */
  readonly separateGradNorms: boolean;
  /** (A - mean) / (population std + 1e-8) within the minibatch and decision kind. */
  readonly normaliseAdvantages: boolean;
  /** Decay of the running return statistics, per iteration. */
  readonly valueNormBeta: number;
  /** No further epoch once the mean approximate KL of an epoch exceeds this; null = never stop early. */
  readonly targetKl: number | null;
  /**
   * Largest |ratio - 1| tolerated before the first step: more means that rollout and learner do not compute the same
   * policy (mask, normaliser or weights differ). null = not checked, for rollouts that may lag behind.
   */
  readonly maxRatioDeviation: number | null;
  /**
   * Decision kinds whose policy learns, by name; the others keep theirs and decide greedily. Critics learn for all kinds, because
   * chains of decisions run through them. null = all.
   */
  readonly learnKinds: readonly string[] | null;
}

/**
 * CleanRL's core values (`ppo.py`), except: minibatches of 4,096 because a step costs far less per row than at 128
 * (see docs/BENCH.md); learning rate 1e-3 because such large batches take few steps; running return statistics as in
 * on-policy's ValueNorm, but decaying by 0.99 per iteration instead of 0.99999 per gradient step, so that they follow a
 * policy that improves within tens of iterations.
 */
export const PPO_DEFAULTS: PpoConfig = {
  gamma: 0.99,
  gaeLambda: 0.95,
  epochs: 4,
  minibatchRows: 4096,
  sequenceLength: 10,
  learningRate: 1e-3,
  scaleRateByShare: true,
  annealLearningRate: true,
  adamBeta1: 0.9,
  adamBeta2: 0.999,
  adamEpsilon: 1e-5,
  clipCoef: 0.2,
  annealClip: false,
  valueClip: 0.2,
  huberDelta: null,
  valueCoef: 0.5,
  entropyCoef: 0.01,
  maxGradNorm: 0.5,
  separateGradNorms: false,
  normaliseAdvantages: true,
  valueNormBeta: 0.99,
  targetKl: null,
  maxRatioDeviation: 1e-3,
  learnKinds: null,
};

/** The defaults with `overrides`, checked. Errors: MISUSE, naming the field and its range. */
export function ppoConfig(overrides: Partial<PpoConfig> = {}): PpoConfig {
  const config = { ...PPO_DEFAULTS, ...overrides };
  for (const [name, { min, max, integer }] of Object.entries(RANGES)) {
    const value = config[name as keyof PpoConfig];
    if (value === null && name in NULLABLE) continue;
    if (typeof value === 'number' && value >= min && value <= max && (!integer || Number.isInteger(value))) continue;
    const kind = integer ? 'a whole number' : 'a number';
    throw new SpaceCloudError(
      'MISUSE',
      `Expected ppo.${name} to be ${kind} in [${min}, ${max}], got ${String(value)}.`,
    );
  }
  return config;
}

interface Range {
  readonly min: number;
  readonly max: number;
  readonly integer?: boolean;
}

const TINY = Number.MIN_VALUE;
const RANGES: Readonly<Partial<Record<keyof PpoConfig, Range>>> = {
  gamma: { min: TINY, max: 1 },
  gaeLambda: { min: 0, max: 1 },
  epochs: { min: 1, max: 1000, integer: true },
  minibatchRows: { min: 1, max: 2 ** 30, integer: true },
  sequenceLength: { min: 1, max: 1000, integer: true },
  learningRate: { min: 0, max: 1 },
  adamBeta1: { min: 0, max: 1 - 2 ** -53 },
  adamBeta2: { min: 0, max: 1 - 2 ** -53 },
  adamEpsilon: { min: TINY, max: 1 },
  clipCoef: { min: TINY, max: 1 },
  valueClip: { min: TINY, max: 1e6 },
  huberDelta: { min: TINY, max: 1e6 },
  valueCoef: { min: 0, max: 1e6 },
  entropyCoef: { min: 0, max: 1e6 },
  maxGradNorm: { min: TINY, max: 1e6 },
  valueNormBeta: { min: 0, max: 1 - 2 ** -53 },
  targetKl: { min: TINY, max: 1e6 },
  maxRatioDeviation: { min: TINY, max: 1e6 },
};
const NULLABLE = { valueClip: 1, huberDelta: 1, maxGradNorm: 1, targetKl: 1, maxRatioDeviation: 1 };
