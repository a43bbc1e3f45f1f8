import type { DecisionSpec } from '../../core/index.ts';

/**
 * The candidate-scoring network, one set of weights per decision kind:
 *
 *     e_k   = relu(context Wc + candidate_k Wf + be)        [H]   (inputs normalised, see Normaliser)
 *     h_k   = relu(e_k Wh + bh)                             [H]
 *     r_k   = h_k wo                                        wo starts at zero
 *     logit = prior_k + r_k / (1 + |r_k| / RESIDUAL_BOUND)  prior_k: the raw `prior` feature
 *     value = relu(relu(context Vc + mean_k(candidate_k) Vf + b1) V2 + b2) v3 + b3     (mean over candidates that exist)
 *
 * Masked candidates get the logit `MASKED_LOGIT`. Weights are one flat Float32Array; `weightLayout` names its parts.
 */
export interface Architecture {
  /** H, units per hidden layer. */
  readonly hidden: number;
  readonly maxCandidates: number;
  readonly kinds: readonly { readonly name: string; readonly context: number; readonly candidate: number }[];
}

/**
 * Most that the learned residual may add to or take from a prior logit. Where an observation lies outside what training
 * saw, the network's output may be anything; bounded so, it can reorder candidates that the heuristic holds for close, never
 * take one that the heuristic holds for hopeless. Softsign, because it is exact in every runtime.
 */
export const RESIDUAL_BOUND = 5;

/** Logit of a masked candidate; -Infinity would give NaN in softmax gradients. */
export const MASKED_LOGIT = -1e9;

export interface TensorSlot {
  readonly name: string;
  readonly shape: readonly number[];
  /** First element in the flat weights. */
  readonly offset: number;
  readonly size: number;
}

export function architectureOf(spec: DecisionSpec, hidden = 32): Architecture {
  return {
    hidden,
    maxCandidates: spec.maxCandidates,
    kinds: spec.kinds.map((kind) => ({
      name: kind.kind,
      context: kind.context.length,
      candidate: kind.candidate.length,
    })),
  };
}

/** Tensors per kind, in layout order; row-major [inputs, outputs]. */
export const KIND_TENSORS = [
  'policy.context.w',
  'policy.candidate.w',
  'policy.encoder.b',
  'policy.hidden.w',
  'policy.hidden.b',
  'policy.out.w',
  'value.context.w',
  'value.candidate.w',
  'value.encoder.b',
  'value.hidden.w',
  'value.hidden.b',
  'value.out.w',
  'value.out.b',
] as const;

/** Names (`<kind>/<tensor>`), shapes and places of all tensors in the flat weights. */
export function weightLayout(architecture: Architecture): readonly TensorSlot[] {
  const slots: TensorSlot[] = [];
  let offset = 0;
  const h = architecture.hidden;
  for (const kind of architecture.kinds) {
    const shapes: Record<(typeof KIND_TENSORS)[number], readonly number[]> = {
      'policy.context.w': [kind.context, h],
      'policy.candidate.w': [kind.candidate, h],
      'policy.encoder.b': [h],
      'policy.hidden.w': [h, h],
      'policy.hidden.b': [h],
      'policy.out.w': [h, 1],
      'value.context.w': [kind.context, h],
      'value.candidate.w': [kind.candidate, h],
      'value.encoder.b': [h],
      'value.hidden.w': [h, h],
      'value.hidden.b': [h],
      'value.out.w': [h, 1],
      'value.out.b': [1],
    };
    for (const tensor of KIND_TENSORS) {
      const shape = shapes[tensor];
      const size = shape.reduce((product, dimension) => product * dimension, 1);
      slots.push({ name: `${kind.name}/${tensor}`, shape, offset, size });
      offset += size;
    }
  }
  return slots;
}

/** Number of weights in all. */
export function weightCount(architecture: Architecture): number {
  const layout = weightLayout(architecture);
  const last = layout[layout.length - 1];
  return last === undefined ? 0 : last.offset + last.size;
}

/**
 * Frozen input normalisation: `(x - mean) / std`, clipped to +-`NORMALISED_CLIP`. Part of the policy: it is measured once
 * before training, never changed afterwards, and travels in checkpoints and bundles.
 */
export interface Normaliser {
  readonly kinds: readonly {
    /** [context] */
    readonly contextMean: Float32Array;
    readonly contextStd: Float32Array;
    /** [candidate] */
    readonly candidateMean: Float32Array;
    readonly candidateStd: Float32Array;
  }[];
}

export const NORMALISED_CLIP = 10;
