import { SpaceCloudError } from '../../core/index.ts';
import {
  type Architecture,
  type KindTensor,
  type Normaliser,
  kindTensors,
  weightCount,
  weightLayout,
} from './architecture.ts';

/** Outputs computed together, in registers; hidden widths are padded to a multiple of it. */
export const LANES = 8;

/** Weights of one kind in float64; matrices in blocks of `LANES` columns, `[block][input][lane]`, padded with zeros. */
export interface KindWeights {
  readonly policyContext: Float64Array;
  readonly policyCandidate: Float64Array;
  readonly policyEncoderBias: Float64Array;
  readonly policyHidden: Float64Array;
  readonly policyHiddenBias: Float64Array;
  readonly policyOut: Float64Array;
  readonly valueContext: Float64Array;
  readonly valueCandidate: Float64Array;
  readonly valueEncoderBias: Float64Array;
  readonly valueHidden: Float64Array;
  readonly valueHiddenBias: Float64Array;
  readonly valueOut: Float64Array;
  /** [1] */
  readonly valueOutBias: Float64Array;
  /** [0] without global state. */
  readonly valueGlobal: Float64Array;
}

/** The normaliser of one kind in float64, with the division turned into a product. */
export interface KindScale {
  readonly contextMean: Float64Array;
  readonly contextInverseStd: Float64Array;
  readonly candidateMean: Float64Array;
  /** 0 for a prior that the network must not see: it then normalises to 0. */
  readonly candidateInverseStd: Float64Array;
  /** [0] without global state. */
  readonly globalMean: Float64Array;
  readonly globalInverseStd: Float64Array;
}

/** Hidden width rounded up to whole blocks. */
export function paddedWidth(architecture: Architecture): number {
  return Math.ceil(architecture.hidden / LANES) * LANES;
}

/** Zeros for one kind. */
export function emptyKindWeights(kind: Architecture['kinds'][number], global: number, padded: number): KindWeights {
  return {
    policyContext: new Float64Array(kind.context * padded),
    policyCandidate: new Float64Array(kind.candidate * padded),
    policyEncoderBias: new Float64Array(padded),
    policyHidden: new Float64Array(padded * padded),
    policyHiddenBias: new Float64Array(padded),
    policyOut: new Float64Array(padded),
    valueContext: new Float64Array(kind.context * padded),
    valueCandidate: new Float64Array(kind.candidate * padded),
    valueEncoderBias: new Float64Array(padded),
    valueHidden: new Float64Array(padded * padded),
    valueHiddenBias: new Float64Array(padded),
    valueOut: new Float64Array(padded),
    valueOutBias: new Float64Array(1),
    valueGlobal: new Float64Array(global * padded),
  };
}

/**
 * Copies the flat weights into the blocks of every kind; on an error the blocks are unchanged.
 * @throws SpaceCloudError `MISUSE` on another length or a number that is not finite.
 */
export function copyWeights(architecture: Architecture, flat: Float32Array, kinds: readonly KindWeights[]): void {
  const expected = weightCount(architecture);
  if (flat.length !== expected) {
    throw new SpaceCloudError('MISUSE', `Expected ${expected} weights, got ${flat.length}.`, {
      hint: 'Pass the weights of this architecture: hidden width, decision kinds and features must be the same.',
    });
  }
  const layout = weightLayout(architecture);
  for (const slot of layout) {
    for (let e = slot.offset; e < slot.offset + slot.size; e++) {
      if (Number.isFinite(flat[e]!)) continue;
      throw new SpaceCloudError('MISUSE', `Expected finite weights, got ${flat[e]} in '${slot.name}'.`, {
        hint: 'The training run has diverged: go back to its last good checkpoint.',
      });
    }
  }
  const padded = paddedWidth(architecture);
  const tensors = kindTensors(architecture);
  for (let s = 0; s < layout.length; s++) {
    const slot = layout[s]!;
    const kind = kinds[Math.floor(s / tensors.length)]!;
    const name = tensors[s % tensors.length]!;
    const target = targetOf(kind, name);
    if (target === undefined) continue; // attention and memory: see `copyAttention`, `copyMemory`
    if (isMatrix(name)) copyBlocks(flat, slot.offset, slot.shape[0]!, slot.shape[1]!, target, padded);
    else for (let e = 0; e < slot.size; e++) target[e] = flat[slot.offset + e]!;
  }
}

function copyBlocks(
  flat: Float32Array,
  offset: number,
  inputs: number,
  outputs: number,
  target: Float64Array,
  padded: number,
): void {
  const stride = target.length / padded;
  for (let i = 0; i < inputs; i++) {
    for (let o = 0; o < outputs; o++) {
      const block = Math.floor(o / LANES);
      target[(block * stride + i) * LANES + (o % LANES)] = flat[offset + i * outputs + o]!;
    }
  }
}

/** Matrices are blocked; biases and output columns are vectors. */
function isMatrix(name: KindTensor): boolean {
  return name.endsWith('.w') && !name.endsWith('.out.w');
}

function targetOf(kind: KindWeights, name: KindTensor): Float64Array | undefined {
  const targets: Readonly<Partial<Record<KindTensor, Float64Array>>> = {
    'policy.context.w': kind.policyContext,
    'policy.candidate.w': kind.policyCandidate,
    'policy.encoder.b': kind.policyEncoderBias,
    'policy.hidden.w': kind.policyHidden,
    'policy.hidden.b': kind.policyHiddenBias,
    'policy.out.w': kind.policyOut,
    'value.context.w': kind.valueContext,
    'value.candidate.w': kind.valueCandidate,
    'value.encoder.b': kind.valueEncoderBias,
    'value.hidden.w': kind.valueHidden,
    'value.hidden.b': kind.valueHiddenBias,
    'value.out.w': kind.valueOut,
    'value.out.b': kind.valueOutBias,
    'value.global.w': kind.valueGlobal,
  };
  return targets[name];
}

/** The normaliser as the kernels read it. */
export function scalesOf(architecture: Architecture, normaliser: Normaliser): readonly KindScale[] {
  const inverse = (stds: Float32Array): Float64Array => Float64Array.from(stds, (std) => 1 / std);
  return normaliser.kinds.map((kind) => {
    const candidateInverseStd = inverse(kind.candidateStd);
    if (architecture.prior === 'hidden') candidateInverseStd[candidateInverseStd.length - 1] = 0;
    const global = architecture.global > 0;
    return {
      contextMean: Float64Array.from(kind.contextMean),
      contextInverseStd: inverse(kind.contextStd),
      candidateMean: Float64Array.from(kind.candidateMean),
      candidateInverseStd,
      globalMean: Float64Array.from((global && kind.globalMean) || []),
      globalInverseStd: inverse((global && kind.globalStd) || new Float32Array()),
    };
  });
}
