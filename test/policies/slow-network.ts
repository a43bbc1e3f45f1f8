import type { DecisionBatch } from '../../core/index.ts';
import {
  type Architecture,
  MASKED_LOGIT,
  NORMALISED_CLIP,
  type Normaliser,
  type TensorSlot,
  weightLayout,
} from '../../policies/runtime/index.ts';

/**
 * The formulas of `architecture.ts` in plain float64 arrays, as slowly and plainly as they are written there; the twin
 * that fast code must agree with. `weights` may be float64, for finite differences.
 */
export class SlowNetwork {
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  weights: ArrayLike<number>;
  private readonly slots: ReadonlyMap<string, TensorSlot>;

  constructor(architecture: Architecture, normaliser: Normaliser, weights: ArrayLike<number>) {
    this.architecture = architecture;
    this.normaliser = normaliser;
    this.weights = weights;
    this.slots = new Map(weightLayout(architecture).map((slot) => [slot.name, slot]));
  }

  /** [K] logits and the value of one row, and with a memory the state after it; `before` [M] is zero unless told. */
  row(
    batch: DecisionBatch & { readonly global?: Float32Array },
    r: number,
    before?: ArrayLike<number>,
  ): { logits: number[]; value: number; state: number[] } {
    const kind = batch.kind[r] as number;
    const scale = this.normaliser.kinds[kind];
    const widths = this.architecture.kinds[kind];
    if (scale === undefined || widths === undefined) throw new RangeError(`No kind ${kind}.`);
    const { maxCandidates: K, candidateStride: F, contextStride: C } = batch;
    const context = normalise(slice(batch.context, r * C, widths.context), scale.contextMean, scale.contextStd);
    const raw = Array.from({ length: batch.candidateCount[r] as number }, (_, k) =>
      slice(batch.candidates, (r * K + k) * F, widths.candidate),
    );
    const { prior: use, global: G } = this.architecture;
    const candidates = raw.map((x) => {
      const seen = normalise(x, scale.candidateMean, scale.candidateStd);
      return use === 'hidden' ? seen.with(-1, 0) : seen;
    });
    const t = (name: string): number[][] => this.tensor(`${widths.name}/${name}`);
    const bias = (name: string): number[] => t(name)[0] as number[];

    const isAllowed = (k: number): boolean => candidates[k] !== undefined && batch.actionMask[r * K + k] === 1;
    const { memory: M, attention: A } = this.architecture;
    const old = Array.from({ length: M }, (_, m) => before?.[m] ?? 0);
    const state = M === 0 ? [] : remember(t, context, meanOf(candidates.filter((_, k) => isAllowed(k))), old);
    const fromMemory = (name: string): number[] => (M === 0 ? [] : times(state, t(name)));
    const alone = candidates.map((candidate) =>
      relu(
        add(
          times(context, t('policy.context.w')),
          times(candidate, t('policy.candidate.w')),
          bias('policy.encoder.b'),
          fromMemory('policy.memory.w'),
        ),
      ),
    );
    const encoded =
      A === 0
        ? alone
        : alone.map((e) =>
            attended(
              t,
              e,
              alone.filter((_, k) => isAllowed(k)),
            ),
          );

    const logits = Array.from({ length: K }, (_, k) => {
      if (!isAllowed(k)) return MASKED_LOGIT;
      const e = encoded[k] as number[];
      const h = relu(add(times(e, t('policy.hidden.w')), bias('policy.hidden.b')));
      const prior = (raw[k] as number[])[widths.candidate - 1] as number;
      const residual = times(h, t('policy.out.w'))[0] as number;
      return use === 'added' ? prior + residual / (1 + Math.abs(residual) / 5) : residual;
    });

    const mean = Array.from(
      { length: widths.candidate },
      (_, i) => candidates.reduce((sum, x) => sum + (x[i] as number), 0) / candidates.length,
    );
    const { globalMean, globalStd } = scale;
    const global =
      G === 0 || batch.global === undefined || globalMean === undefined || globalStd === undefined
        ? undefined
        : normalise(slice(batch.global, r * G, G), globalMean, globalStd);
    const e = relu(
      add(
        global === undefined ? [] : times(global, t('value.global.w')),
        times(context, t('value.context.w')),
        times(mean, t('value.candidate.w')),
        bias('value.encoder.b'),
        fromMemory('value.memory.w'),
      ),
    );
    const h = relu(add(times(e, t('value.hidden.w')), bias('value.hidden.b')));
    const value = add(times(h, t('value.out.w')), bias('value.out.b'))[0] as number;
    return { logits, value, state };
  }

  /** Rows of a matrix; a vector is one row. */
  private tensor(name: string): number[][] {
    const slot = this.slots.get(name);
    if (slot === undefined) throw new RangeError(`No tensor ${name}.`);
    const columns = slot.shape[slot.shape.length - 1] as number;
    return Array.from({ length: slot.size / columns }, (_, row) =>
      slice(this.weights, slot.offset + row * columns, columns),
    );
  }
}

type TensorOf = (name: string) => number[][];

/** One gated step: reset, update, new. */
function remember(t: TensorOf, context: number[], mean: number[], old: number[]): number[] {
  const M = old.length;
  const bias = (name: string): number[] => t(name)[0] as number[];
  const seen = relu(
    add(times(context, t('memory.context.w')), times(mean, t('memory.candidate.w')), bias('memory.encoder.b')),
  );
  const [x, s] = [add(times(seen, t('memory.input.w')), bias('memory.gate.b')), times(old, t('memory.state.w'))];
  const sum = (i: number): number => (x[i] as number) + (s[i] as number);
  return old.map((was, m) => {
    const reset = 1 / (1 + Math.exp(-sum(m)));
    const update = 1 / (1 + Math.exp(-sum(M + m)));
    const fresh = Math.tanh((x[2 * M + m] as number) + reset * (s[2 * M + m] as number));
    return (1 - update) * fresh + update * was;
  });
}

/** What candidate `e` is after looking at all that are allowed. */
function attended(t: TensorOf, e: number[], allowed: number[][]): number[] {
  const query = times(e, t('attention.query.w'));
  const scores = allowed.map((other) => {
    const key = times(other, t('attention.key.w'));
    return key.reduce((sum, value, a) => sum + value * (query[a] as number), 0) / Math.sqrt(query.length);
  });
  const total = scores.reduce((sum, score) => sum + Math.exp(score), 0);
  const seen = allowed.reduce<number[]>(
    (sum, other, j) =>
      add(
        sum,
        times(other, t('attention.value.w')).map((v) => (v * Math.exp(scores[j] as number)) / total),
      ),
    [],
  );
  return add(e, times(seen, t('attention.merge.w')));
}

function meanOf(vectors: number[][]): number[] {
  return add(...vectors).map((sum) => sum / vectors.length);
}

function slice(values: ArrayLike<number>, from: number, length: number): number[] {
  return Array.from({ length }, (_, i) => values[from + i] as number);
}

function normalise(x: number[], mean: Float32Array, std: Float32Array): number[] {
  return x.map((value, i) => {
    const scaled = (value - (mean[i] as number)) / (std[i] as number);
    return Math.max(-NORMALISED_CLIP, Math.min(NORMALISED_CLIP, scaled));
  });
}

function times(x: number[], matrix: number[][]): number[] {
  const columns = matrix[0]?.length ?? 0;
  return Array.from({ length: columns }, (_, j) =>
    x.reduce((sum, value, i) => sum + value * ((matrix[i] as number[])[j] as number), 0),
  );
}

function add(...vectors: number[][]): number[] {
  const longest = vectors.reduce((a, b) => (a.length >= b.length ? a : b), []);
  return longest.map((_, i) => vectors.reduce((sum, vector) => sum + (vector[i] ?? 0), 0));
}

function relu(x: number[]): number[] {
  return x.map((value) => Math.max(0, value));
}
