import { type DecisionSpec, SpaceCloudError } from '../../core/index.ts';

/**
 * The candidate-scoring network, one set of weights per decision kind:
 *
 *     e_k   = relu(context Wc + candidate_k Wf + be)        [H]   (inputs normalised, see Normaliser)
 *     h_k   = relu(e_k Wh + bh)                             [H]
 *     r_k   = h_k wo                                        wo starts at zero
 *     logit = prior_k + r_k / (1 + |r_k| / RESIDUAL_BOUND)  prior_k: the raw `prior` feature
 *     value = relu(relu(context Vc + mean_k(candidate_k) Vf + b1) V2 + b2) v3 + b3     (mean over candidates that exist)
 *
 * With `attention`, the e_k of the allowed candidates look at each other before the hidden layer (`attendInto`). With
 * `memory`, a state m of the agent and kind takes in each decision (`stepMemory`), and the first layers of policy and value
 * add `m Pm` and `m Vm`, with m as it is after the decision was taken in. The critic reads no other memory.
 *
 * With `global` features g, the value's first layer also adds `g Vg`. `PriorUse` says what else the logit can be. Masked
 * candidates get the logit `MASKED_LOGIT`. Weights are one flat Float32Array; `weightLayout` names its parts.
 */
export interface Architecture {
  /** H, units per hidden layer. */
  readonly hidden: number;
  readonly maxCandidates: number;
  readonly kinds: readonly { readonly name: string; readonly context: number; readonly candidate: number }[];
  readonly prior: PriorUse;
  /** A, width of the self-attention across candidates; 0 = none. */
  readonly attention: number;
  /** M, units of memory carried from decision to decision of one agent and kind; 0 = none. */
  readonly memory: number;
  /** G, features of true global state that the critic sees besides the agent's own; 0 = it sees what the actor sees. */
  readonly global: number;
}

/**
 * What the heuristic's logit, the last candidate feature, is to the network: `added` to its bounded residual; an `input`
 * like others, where the output r_k itself is the logit; or `hidden`, its input zeroed too, for actor and critic alike.
 */
export type PriorUse = 'added' | 'input' | 'hidden';

/** Which network to build; what is absent takes its default: 32, `added`, no attention, no memory, no global state. */
export interface ArchitectureOptions {
  readonly hidden?: number | undefined;
  readonly prior?: PriorUse | undefined;
  readonly attention?: number | undefined;
  readonly memory?: number | undefined;
  readonly global?: number | undefined;
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

/**
 * The network for a specification. Files written before an option existed lack it: they get its default.
 *
 * @throws SpaceCloudError `MISUSE` for a size that is no whole number, or an option that is not known.
 */
export function architectureOf(spec: DecisionSpec, options: ArchitectureOptions = {}): Architecture {
  const { hidden = 32, prior = 'added', attention = 0, memory = 0, global = 0 } = options;
  for (const [name, value, least] of [
    ['hidden', hidden, 1],
    ['attention', attention, 0],
    ['memory', memory, 0],
    ['global', global, 0],
  ] as const) {
    if (Number.isInteger(value) && value >= least) continue;
    throw new SpaceCloudError('MISUSE', `Expected network.${name} to be a whole number >= ${least}, got ${value}.`);
  }
  if (!PRIOR_USES.includes(prior)) {
    throw new SpaceCloudError(
      'MISUSE',
      `Expected network.prior to be one of ${PRIOR_USES.join(', ')}, got ${String(prior)}.`,
    );
  }
  const kinds = spec.kinds.map((kind) => ({
    name: kind.kind,
    context: kind.context.length,
    candidate: kind.candidate.length,
  }));
  return { hidden, maxCandidates: spec.maxCandidates, kinds, prior, attention, memory, global };
}

export const PRIOR_USES: readonly PriorUse[] = ['added', 'input', 'hidden'];

/** Tensors per kind of every network, in layout order; row-major [inputs, outputs]. */
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

/** Tensors that only some networks have; they stand after `KIND_TENSORS`. */
type AttentionTensor = `attention.${'query' | 'key' | 'value' | 'merge'}.w`;
type MemoryTensor =
  | `memory.${'context.w' | 'candidate.w' | 'encoder.b' | 'input.w' | 'state.w' | 'gate.b'}`
  | `${'policy' | 'value'}.memory.w`;
export type KindTensor = (typeof KIND_TENSORS)[number] | AttentionTensor | MemoryTensor | 'value.global.w';

const ATTENTION_TENSORS: readonly KindTensor[] = [
  'attention.query.w',
  'attention.key.w',
  'attention.value.w',
  'attention.merge.w',
];
const MEMORY_TENSORS: readonly KindTensor[] = [
  'memory.context.w',
  'memory.candidate.w',
  'memory.encoder.b',
  'memory.input.w',
  'memory.state.w',
  'memory.gate.b',
  'policy.memory.w',
  'value.memory.w',
];

/** Tensors per kind of one network, in layout order. */
export function kindTensors(
  architecture: Pick<Architecture, 'attention' | 'memory' | 'global'>,
): readonly KindTensor[] {
  return [
    ...KIND_TENSORS,
    ...(architecture.attention > 0 ? ATTENTION_TENSORS : []),
    ...(architecture.memory > 0 ? MEMORY_TENSORS : []),
    ...(architecture.global > 0 ? (['value.global.w'] as const) : []),
  ];
}

/** Names (`<kind>/<tensor>`), shapes and places of all tensors in the flat weights. */
export function weightLayout(architecture: Architecture): readonly TensorSlot[] {
  const slots: TensorSlot[] = [];
  const tensors = kindTensors(architecture);
  let offset = 0;
  const { hidden: h, attention: a, memory: m } = architecture;
  for (const kind of architecture.kinds) {
    const shapes: Record<KindTensor, readonly number[]> = {
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
      'attention.query.w': [h, a],
      'attention.key.w': [h, a],
      'attention.value.w': [h, a],
      'attention.merge.w': [a, h],
      'memory.context.w': [kind.context, h],
      'memory.candidate.w': [kind.candidate, h],
      'memory.encoder.b': [h],
      'memory.input.w': [h, 3 * m],
      'memory.state.w': [m, 3 * m],
      'memory.gate.b': [3 * m],
      'policy.memory.w': [m, h],
      'value.memory.w': [m, h],
      'value.global.w': [architecture.global, h],
    };
    for (const tensor of tensors) {
      const shape = shapes[tensor];
      const size = shape.reduce((product, dimension) => product * dimension, 1);
      slots.push({ name: `${kind.name}/${tensor}`, shape, offset, size });
      offset += size;
    }
  }
  return slots;
}

/** The tensors of one kind. */
export function kindSlots(architecture: Architecture, kindIndex: number): readonly TensorSlot[] {
  const tensors = kindTensors(architecture).length;
  return weightLayout(architecture).slice(kindIndex * tensors, (kindIndex + 1) * tensors);
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
    /** [G], only for networks with global state. */
    readonly globalMean?: Float32Array;
    readonly globalStd?: Float32Array;
  }[];
}

export const NORMALISED_CLIP = 10;
