import { StrictMath } from '../../core/index.ts';
import { type Architecture, NORMALISED_CLIP, type TensorSlot } from './architecture.ts';
import type { DecisionColumns } from './columns.ts';
import { type BlockedMatrix, addProduct, blockedWidth, copyBlocked, emptyBlocked } from './product.kernel.ts';
import type { KindScale } from './scorer-weights.kernel.ts';

/** Weights of the memory of one kind in float64; gates in the order reset, update, new. */
export interface MemoryWeights {
  /** M */
  readonly units: number;
  /** [C, H], [F, H], [H] */
  readonly context: BlockedMatrix;
  readonly candidate: BlockedMatrix;
  readonly encoderBias: Float64Array;
  /** [H, 3M], [M, 3M], [3M] */
  readonly input: BlockedMatrix;
  readonly state: BlockedMatrix;
  readonly gateBias: Float64Array;
  /** [M, H] what the state adds to the encoders of policy and value. */
  readonly toPolicy: BlockedMatrix;
  readonly toValue: BlockedMatrix;
}

/** Widths rounded up to whole blocks. */
export interface MemoryScratch {
  /** [widest of C and F], [H], [3M], [3M] */
  readonly features: Float64Array;
  readonly encoded: Float64Array;
  readonly fromInput: Float64Array;
  readonly fromState: Float64Array;
  /** [M] the states before and after the row under way, exact in float32. */
  readonly before: Float64Array;
  readonly after: Float64Array;
}

export function emptyMemory(architecture: Architecture, kind: Architecture['kinds'][number]): MemoryWeights {
  const { hidden, memory } = architecture;
  return {
    units: memory,
    context: emptyBlocked(kind.context, hidden),
    candidate: emptyBlocked(kind.candidate, hidden),
    encoderBias: new Float64Array(hidden),
    input: emptyBlocked(hidden, 3 * memory),
    state: emptyBlocked(memory, 3 * memory),
    gateBias: new Float64Array(3 * memory),
    toPolicy: emptyBlocked(memory, hidden),
    toValue: emptyBlocked(memory, hidden),
  };
}

export function memoryScratch({ hidden, memory, kinds }: Architecture): MemoryScratch {
  return {
    features: new Float64Array(Math.max(...kinds.map((kind) => Math.max(kind.context, kind.candidate)))),
    encoded: new Float64Array(blockedWidth(hidden)),
    fromInput: new Float64Array(blockedWidth(3 * memory)),
    fromState: new Float64Array(blockedWidth(3 * memory)),
    before: new Float64Array(memory),
    after: new Float64Array(memory),
  };
}

/** Copies the tensors of the memory among `slots` (those of one kind). */
export function copyMemory(slots: readonly TensorSlot[], flat: Float32Array, target: MemoryWeights): void {
  for (const { name, offset, size } of slots) {
    const tensor = name.slice(name.indexOf('/') + 1);
    const matrix = matrixOf(target, tensor);
    if (matrix !== undefined) copyBlocked(flat, offset, matrix);
    if (tensor === 'memory.encoder.b') target.encoderBias.set(flat.subarray(offset, offset + size));
    if (tensor === 'memory.gate.b') target.gateBias.set(flat.subarray(offset, offset + size));
  }
}

function matrixOf(target: MemoryWeights, tensor: string): BlockedMatrix | undefined {
  if (tensor === 'memory.context.w') return target.context;
  if (tensor === 'memory.candidate.w') return target.candidate;
  if (tensor === 'memory.input.w') return target.input;
  if (tensor === 'memory.state.w') return target.state;
  if (tensor === 'policy.memory.w') return target.toPolicy;
  return tensor === 'value.memory.w' ? target.toValue : undefined;
}

/**
 * One step of a gated recurrent unit (Cho et al. 2014, eq. 5 to 8, with the update gate weighing the old state) for one
 * decision, from the state `states[from ..]` [M] into `scratch.after`:
 *
 *     u = relu(context Gc + mean_allowed(candidate) Gf + bu)                      [H]
 *     r = sigmoid(u Wr + m Ur + br), z = sigmoid(u Wz + m Uz + bz)                 [M]
 *     n = tanh(u Wn + r * (m Un) + bn), m' = (1 - z) * n + z * m
 *
 * The mean is over the candidates that are allowed, so that those which are not change no bit. Float64, rounded to
 * float32 at the end: a stored state gives back exactly what the unbroken run had.
 */
export function stepMemory(
  weights: MemoryWeights,
  scratch: MemoryScratch,
  scale: KindScale,
  batch: DecisionColumns,
  row: number,
  states: Float32Array,
  from: number,
): void {
  const { units, gateBias } = weights;
  const { encoded, fromInput, fromState, before, after } = scratch;
  encodeInto(weights, scratch, scale, batch, row);
  for (let h = 0; h < encoded.length; h++) if (encoded[h]! < 0) encoded[h] = 0; // relu
  for (let g = 0; g < 3 * units; g++) {
    fromInput[g] = gateBias[g]!;
    fromState[g] = 0;
  }
  for (let m = 0; m < units; m++) before[m] = states[from + m]!;
  addProduct(weights.input, encoded, 0, fromInput, 0);
  addProduct(weights.state, before, 0, fromState, 0);
  for (let m = 0; m < units; m++) {
    const reset = 1 / (1 + StrictMath.exp(-(fromInput[m]! + fromState[m]!)));
    const update = 1 / (1 + StrictMath.exp(-(fromInput[units + m]! + fromState[units + m]!)));
    const x = fromInput[2 * units + m]! + reset * fromState[2 * units + m]!;
    const fresh = 2 / (1 + StrictMath.exp(-2 * x)) - 1; // tanh x
    after[m] = Math.fround((1 - update) * fresh + update * before[m]!);
  }
}

/** `target[0 .. H) += state W`, with the state in `scratch.after`; H rounded up to whole blocks. */
export function addState(scratch: MemoryScratch, w: BlockedMatrix, target: Float64Array): void {
  addProduct(w, scratch.after, 0, target, 0);
}

/** What the decision looks like to the memory, before relu, into `scratch.encoded`. */
function encodeInto(
  weights: MemoryWeights,
  { features, encoded }: MemoryScratch,
  scale: KindScale,
  batch: DecisionColumns,
  row: number,
): void {
  const { contextMean, contextInverseStd, candidateMean, candidateInverseStd } = scale;
  const { maxCandidates, candidateStride, context, candidates, actionMask } = batch;
  for (let h = 0; h < encoded.length; h++) encoded[h] = 0;
  encoded.set(weights.encoderBias);
  for (let i = 0; i < contextMean.length; i++) {
    features[i] = clip((context[row * batch.contextStride + i]! - contextMean[i]!) * contextInverseStd[i]!);
  }
  addProduct(weights.context, features, 0, encoded, 0);
  const width = candidateMean.length;
  const end = batch.candidateCount[row]!;
  for (let i = 0; i < width; i++) features[i] = 0;
  let allowed = 0;
  for (let k = 0; k < end; k++) {
    if (actionMask[row * maxCandidates + k] === 0) continue;
    const at = (row * maxCandidates + k) * candidateStride;
    for (let i = 0; i < width; i++) {
      features[i] = features[i]! + clip((candidates[at + i]! - candidateMean[i]!) * candidateInverseStd[i]!);
    }
    allowed++;
  }
  for (let i = 0; i < width; i++) features[i] = features[i]! / Math.max(1, allowed);
  addProduct(weights.candidate, features, 0, encoded, 0);
}

function clip(x: number): number {
  return Math.min(NORMALISED_CLIP, Math.max(-NORMALISED_CLIP, x));
}
