import { StrictMath } from '../../core/index.ts';
import type { Architecture, TensorSlot } from './architecture.ts';

/** Weights of the attention of one kind in float64, row-major [inputs, outputs]. */
export interface AttentionWeights {
  /** A */
  readonly width: number;
  /** [H * A] */
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly value: Float64Array;
  /** [A * H] */
  readonly merge: Float64Array;
}

/** Queries, keys and values of the candidates of one row, and the weights with which one of them looks at the others. */
export interface AttentionScratch {
  /** [K * A] */
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly value: Float64Array;
  /** [K] */
  readonly share: Float64Array;
  /** [A] */
  readonly seen: Float64Array;
}

export function emptyAttention({ hidden, attention }: Architecture): AttentionWeights {
  const matrix = (): Float64Array => new Float64Array(hidden * attention);
  return { width: attention, query: matrix(), key: matrix(), value: matrix(), merge: matrix() };
}

export function attentionScratch({ maxCandidates, attention }: Architecture): AttentionScratch {
  const columns = (): Float64Array => new Float64Array(maxCandidates * attention);
  return {
    query: columns(),
    key: columns(),
    value: columns(),
    share: new Float64Array(maxCandidates),
    seen: new Float64Array(attention),
  };
}

/** Copies the tensors `attention.*` among `slots` (those of one kind). */
export function copyAttention(slots: readonly TensorSlot[], flat: Float32Array, target: AttentionWeights): void {
  for (const { name, offset, size } of slots) {
    const matrix = matrixOf(target, name.slice(name.indexOf('/') + 1));
    for (let e = 0; e < size && matrix !== undefined; e++) matrix[e] = flat[offset + e]!;
  }
}

function matrixOf(target: AttentionWeights, tensor: string): Float64Array | undefined {
  if (tensor === 'attention.query.w') return target.query;
  if (tensor === 'attention.key.w') return target.key;
  if (tensor === 'attention.value.w') return target.value;
  return tensor === 'attention.merge.w' ? target.merge : undefined;
}

/**
 * Scaled dot-product self-attention (Vaswani et al. 2017, eq. 1) among the encoded candidates of one row, one head, with
 * a residual connection:
 *
 *     q_i = e_i Wq, k_i = e_i Wk, v_i = e_i Wv                      [A]
 *     e_i <- e_i + sum_j softmax_j(q_i . k_j / sqrt A) v_j Wm       [H]
 *
 * `encoded` [count * stride], candidate `i` at `i * stride`, is overwritten; it holds the candidates that are allowed, in
 * their order, so that those which are not change no bit. Float64, sums in the order of the candidates.
 */
export function attendInto(
  weights: AttentionWeights,
  scratch: AttentionScratch,
  encoded: Float64Array,
  count: number,
  stride: number,
): void {
  const { width, merge } = weights;
  const { query, key, value, share, seen } = scratch;
  const hidden = merge.length / width;
  const scale = 1 / Math.sqrt(width);
  for (let i = 0; i < count; i++) {
    const at = i * width;
    projectInto(weights.query, encoded, i * stride, query, at, width, hidden);
    projectInto(weights.key, encoded, i * stride, key, at, width, hidden);
    projectInto(weights.value, encoded, i * stride, value, at, width, hidden);
  }
  for (let i = 0; i < count; i++) {
    let max = -Infinity;
    for (let j = 0; j < count; j++) {
      let dot = 0;
      for (let a = 0; a < width; a++) dot += query[i * width + a]! * key[j * width + a]!;
      share[j] = dot * scale;
      if (share[j]! > max) max = share[j]!;
    }
    let total = 0;
    for (let j = 0; j < count; j++) {
      share[j] = StrictMath.exp(share[j]! - max);
      total += share[j]!;
    }
    for (let a = 0; a < width; a++) seen[a] = 0;
    for (let j = 0; j < count; j++) {
      const weight = share[j]! / total;
      for (let a = 0; a < width; a++) seen[a] = seen[a]! + weight * value[j * width + a]!;
    }
    for (let a = 0; a < width; a++) {
      const x = seen[a]!;
      for (let h = 0; h < hidden; h++) encoded[i * stride + h] = encoded[i * stride + h]! + x * merge[a * hidden + h]!;
    }
  }
}

/** `out[to ..] = encoded[from ..] w`; relu leaves many zeros, which are skipped. */
function projectInto(
  w: Float64Array,
  encoded: Float64Array,
  from: number,
  out: Float64Array,
  to: number,
  width: number,
  hidden: number,
): void {
  for (let a = 0; a < width; a++) out[to + a] = 0;
  for (let h = 0; h < hidden; h++) {
    const x = encoded[from + h]!;
    if (x === 0) continue;
    const row = h * width;
    for (let a = 0; a < width; a++) out[to + a] = out[to + a]! + x * w[row + a]!;
  }
}
