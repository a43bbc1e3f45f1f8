import { StrictMath } from '../../core/index.ts';
import type { Architecture, TensorSlot } from './architecture.ts';
import { type BlockedMatrix, addProduct, blockedWidth, copyBlocked, emptyBlocked } from './product.kernel.ts';

/** Weights of the attention of one kind in float64. */
export interface AttentionWeights {
  /** [H, A] */
  readonly query: BlockedMatrix;
  readonly key: BlockedMatrix;
  readonly value: BlockedMatrix;
  /** [A, H] */
  readonly merge: BlockedMatrix;
}

/** Queries, keys and values of the candidates of one row, and the weights with which one of them looks at the others. */
export interface AttentionScratch {
  /** [K * A], A rounded up to whole blocks */
  readonly query: Float64Array;
  readonly key: Float64Array;
  readonly value: Float64Array;
  /** [K] */
  readonly share: Float64Array;
  /** [A] */
  readonly seen: Float64Array;
}

export function emptyAttention({ hidden, attention }: Architecture): AttentionWeights {
  const matrix = (): BlockedMatrix => emptyBlocked(hidden, attention);
  return { query: matrix(), key: matrix(), value: matrix(), merge: emptyBlocked(attention, hidden) };
}

export function attentionScratch({ maxCandidates, attention }: Architecture): AttentionScratch {
  const columns = (): Float64Array => new Float64Array(maxCandidates * blockedWidth(attention));
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
  for (const { name, offset } of slots) {
    const matrix = matrixOf(target, name.slice(name.indexOf('/') + 1));
    if (matrix !== undefined) copyBlocked(flat, offset, matrix);
  }
}

function matrixOf(target: AttentionWeights, tensor: string): BlockedMatrix | undefined {
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
  const { query, key, value, share, seen } = scratch;
  const width = seen.length;
  const step = blockedWidth(width);
  const scale = 1 / Math.sqrt(width);
  const used = count * step;
  for (let a = 0; a < used; a++) {
    query[a] = 0;
    key[a] = 0;
    value[a] = 0;
  }
  for (let i = 0; i < count; i++) {
    addProduct(weights.query, encoded, i * stride, query, i * step);
    addProduct(weights.key, encoded, i * stride, key, i * step);
    addProduct(weights.value, encoded, i * stride, value, i * step);
  }
  for (let i = 0; i < count; i++) {
    let max = -Infinity;
    for (let j = 0; j < count; j++) {
      let dot = 0;
      for (let a = 0; a < width; a++) dot += query[i * step + a]! * key[j * step + a]!;
      const score = dot * scale;
      share[j] = score;
      if (score > max) max = score;
    }
    let total = 0;
    for (let j = 0; j < count; j++) {
      const weight = StrictMath.exp(share[j]! - max);
      share[j] = weight;
      total += weight;
    }
    for (let a = 0; a < width; a++) seen[a] = 0;
    for (let j = 0; j < count; j++) {
      const weight = share[j]! / total;
      for (let a = 0; a < width; a++) seen[a] = seen[a]! + weight * value[j * step + a]!;
    }
    addProduct(weights.merge, seen, 0, encoded, i * stride);
  }
}
