import { type DecisionBatch, type DecisionSpec, type Feature, Rng, createDecisionBatch } from '../../core/index.ts';
import { type Architecture, type Normaliser, scaleOfFeature, weightCount } from '../../policies/runtime/index.ts';

/** A small specification with kinds of different widths, one of them without context. */
export const SMALL_SPEC: DecisionSpec = {
  version: 1,
  maxCandidates: 5,
  kinds: [
    { kind: 'forward', context: features('a', 3), candidate: [...features('b', 4), { name: 'prior', unit: 'logit' }] },
    { kind: 'place', context: [], candidate: [...features('c', 1), { name: 'prior', unit: 'logit' }] },
    { kind: 'cache', context: features('d', 6), candidate: [{ name: 'prior', unit: 'logit' }] },
  ],
};

function features(prefix: string, count: number): { name: string; unit: string }[] {
  return Array.from({ length: count }, (_, i) => ({ name: `${prefix}${i}`, unit: '1' }));
}

export interface RandomBatchOptions {
  readonly rows: number;
  readonly seed: number;
  /** Kind of every row; otherwise random. */
  readonly kind?: number;
  /** Candidates of every row; otherwise random in [1, K]. */
  readonly candidates?: number;
  /** Chance that a candidate is masked, 0 unless told; one stays allowed. */
  readonly masked?: number;
  /** Standard deviation of features, 1 unless told. */
  readonly scale?: number;
}

/** Rows of normal random features, those out of bounds brought inside; padding is 0, as the worlds leave it. */
export function randomBatch(spec: DecisionSpec, options: RandomBatchOptions): DecisionBatch {
  const batch = createDecisionBatch(spec, Math.max(1, options.rows));
  const rng = new Rng(options.seed, 'test-batch');
  const scale = options.scale ?? 1;
  batch.n = options.rows;
  for (let r = 0; r < options.rows; r++) {
    const kind = options.kind ?? rng.int(spec.kinds.length);
    const widths = spec.kinds[kind];
    if (widths === undefined) throw new RangeError(`No kind ${kind}.`);
    batch.kind[r] = kind;
    batch.agent[r] = r;
    batch.decision[r] = r;
    batch.timeS[r] = r / 8;
    const count = options.candidates ?? 1 + rng.int(spec.maxCandidates);
    batch.candidateCount[r] = count;
    const draw = (feature: Feature): number => inBounds(feature, scale * rng.normal());
    widths.context.forEach((feature, i) => (batch.context[r * batch.contextStride + i] = draw(feature)));
    for (let k = 0; k < count; k++) {
      const at = (r * spec.maxCandidates + k) * batch.candidateStride;
      widths.candidate.forEach((feature, i) => (batch.candidates[at + i] = draw(feature)));
      batch.actionMask[r * spec.maxCandidates + k] = rng.uniform() < (options.masked ?? 0) ? 0 : 1;
    }
    batch.actionMask[r * spec.maxCandidates + rng.int(count)] = 1;
  }
  return batch;
}

function inBounds(feature: Feature, value: number): number {
  const { least, most } = scaleOfFeature(feature);
  return Math.min(most, least < 0 ? Math.max(least, value) : Math.abs(value));
}

/** Weights of every tensor at random, the policy head included, so that no part of the network is idle. */
export function randomWeights(architecture: Architecture, seed: number): Float32Array {
  const rng = new Rng(seed, 'test-weights');
  return Float32Array.from({ length: weightCount(architecture) }, () => 0.3 * rng.normal());
}

/** A normaliser with means and spreads that differ from column to column. */
export function randomNormaliser(architecture: Architecture, seed: number): Normaliser {
  const rng = new Rng(seed, 'test-normaliser');
  const means = (length: number): Float32Array => Float32Array.from({ length }, () => rng.normal());
  const stds = (length: number): Float32Array => Float32Array.from({ length }, () => 0.25 + 2 * rng.uniform());
  return {
    kinds: architecture.kinds.map((kind) => ({
      contextMean: means(kind.context),
      contextStd: stds(kind.context),
      candidateMean: means(kind.candidate),
      candidateStd: stds(kind.candidate),
      ...(architecture.global > 0
        ? { globalMean: means(architecture.global), globalStd: stds(architecture.global) }
        : {}),
    })),
  };
}

/** Row indices of one kind. */
export function rowsOfKind(batch: DecisionBatch, kind: number): number[] {
  return [...Array(batch.n).keys()].filter((row) => batch.kind[row] === kind);
}
