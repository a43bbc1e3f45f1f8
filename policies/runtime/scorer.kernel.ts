import { type DecisionSpec, SpaceCloudError } from '../../core/index.ts';
import {
  type Architecture,
  MASKED_LOGIT,
  NORMALISED_CLIP,
  RESIDUAL_BOUND,
  type Normaliser,
  kindSlots,
} from './architecture.ts';
import {
  type AttentionScratch,
  type AttentionWeights,
  attendInto,
  attentionScratch,
  copyAttention,
  emptyAttention,
} from './attention.kernel.ts';
import { checkArchitecture, checkMemory, checkNormaliser } from './checks.ts';
import type { DecisionColumns, MemoryColumns } from './columns.ts';
import {
  type MemoryScratch,
  type MemoryWeights,
  addState,
  copyMemory,
  emptyMemory,
  memoryScratch,
  stepMemory,
} from './memory.kernel.ts';
import {
  type KindScale,
  type KindWeights,
  LANES,
  copyWeights,
  emptyKindWeights,
  paddedWidth,
  scalesOf,
} from './scorer-weights.kernel.ts';
import { type WasmForward, createWasmForward } from './wasm/forward.kernel.ts';

/**
 * The forward pass of `architecture.ts`: what gathers experience and what flies. Results of a row depend on that row alone,
 * bit for bit, whatever else is in the batch and wherever its candidates stand.
 *
 * Logits come from WebAssembly SIMD (float32, the same bits on every machine) where the runtime has it and the network has
 * neither attention nor memory; else, and for all values, from plain typed arrays with float64 sums. The two differ by
 * rounding only. Nothing is allocated per call. Weights are copied: after the source changes (a shared buffer the learner writes
 * to), call `setWeights`.
 */
export class Scorer {
  readonly spec: DecisionSpec;
  readonly architecture: Architecture;
  private readonly kinds: readonly KindWeights[];
  private readonly scales: readonly KindScale[];
  private readonly padded: number;
  /** Whether the logit is the prior and a bounded residual, or the network's output alone. */
  private readonly addsPrior: boolean;
  /** Scratch: inputs that are not zero, their positions, and layer outputs; sized for the widest layer. */
  private readonly active: Float64Array;
  private readonly activeAt: Int32Array;
  private readonly contextPart: Float64Array;
  private readonly layer: Float64Array;
  private readonly mean: Float64Array;
  private readonly head = new Float64Array(1);
  /** Per kind; empty without attention. */
  private readonly attention: readonly AttentionWeights[];
  private readonly attending: AttentionScratch;
  /** [K * padded] encoded candidates that are allowed, packed, and where in the row they stand. */
  private readonly encoded: Float64Array;
  private readonly encodedAt: Int32Array;
  /** Per kind; empty without memory. */
  private readonly memories: readonly MemoryWeights[];
  private readonly remembering: MemoryScratch;
  /** [M] the state of whoever has none yet. */
  private readonly noState: Float32Array;
  /** Undefined where plain arrays compute the logits. */
  private readonly wasm: WasmForward | undefined;

  /**
   * `kernel`: `plain` keeps WebAssembly out, for comparisons.
   *
   * @throws SpaceCloudError `MISUSE` when the parts do not belong together or a number in them is not finite.
   */
  constructor(
    spec: DecisionSpec,
    architecture: Architecture,
    weights: Float32Array,
    normaliser: Normaliser,
    kernel: 'auto' | 'plain' = 'auto',
  ) {
    checkArchitecture(spec, architecture);
    checkNormaliser(architecture, normaliser);
    this.spec = spec;
    this.architecture = architecture;
    this.scales = scalesOf(architecture, normaliser);
    this.addsPrior = architecture.prior === 'added';
    this.padded = paddedWidth(architecture);
    this.kinds = architecture.kinds.map((kind) => emptyKindWeights(kind, architecture.global, this.padded));
    const { global } = architecture;
    const widest = Math.max(
      this.padded,
      global,
      ...architecture.kinds.map((kind) => Math.max(kind.context, kind.candidate)),
    );
    this.active = new Float64Array(widest);
    this.activeAt = new Int32Array(widest);
    this.contextPart = new Float64Array(this.padded);
    this.layer = new Float64Array(this.padded);
    this.mean = new Float64Array(widest);
    this.attention = architecture.attention > 0 ? architecture.kinds.map(() => emptyAttention(architecture)) : [];
    this.attending = attentionScratch(architecture);
    this.encoded = new Float64Array(architecture.attention > 0 ? architecture.maxCandidates * this.padded : 0);
    this.encodedAt = new Int32Array(architecture.maxCandidates);
    this.memories = architecture.memory > 0 ? architecture.kinds.map((kind) => emptyMemory(architecture, kind)) : [];
    this.remembering = memoryScratch(architecture);
    this.noState = new Float32Array(architecture.memory);
    this.wasm = kernel === 'plain' ? undefined : createWasmForward(architecture, normaliser);
    this.setWeights(weights);
  }

  /** Copies the flat weights in (`weightLayout` order). @throws SpaceCloudError `MISUSE` on another length or NaN. */
  setWeights(weights: Float32Array): void {
    copyWeights(this.architecture, weights, this.kinds);
    this.attention.forEach((target, kind) => copyAttention(kindSlots(this.architecture, kind), weights, target));
    this.memories.forEach((target, kind) => copyMemory(kindSlots(this.architecture, kind), weights, target));
    this.wasm?.setWeights(weights);
  }

  /** What computes the logits here. */
  get kernel(): 'wasm' | 'plain' {
    return this.wasm === undefined ? 'plain' : 'wasm';
  }

  /**
   * Writes `logits[r * K + k]` for rows [0, n) and all K candidates: `MASKED_LOGIT` where masked or absent. A network with
   * memory reads and writes `memory`, row by row, so that a row sees what the rows before it left; without it every row
   * starts from zeros and leaves nothing.
   */
  logitsInto(batch: DecisionColumns, logits: Float32Array, memory?: MemoryColumns): void {
    this.checkBatch(batch, logits.length, batch.maxCandidates, 'logits');
    if (memory !== undefined) checkMemory(this.architecture, batch.n, memory);
    if (this.wasm !== undefined) {
      this.wasm.logitsInto(batch, logits);
      return;
    }
    const { contextStride, candidateStride, maxCandidates, actionMask, candidateCount, n } = batch;
    const { active, activeAt, contextPart, layer, head, padded, addsPrior } = this;
    for (let row = 0; row < n; row++) {
      const kind = batch.kind[row]!;
      const w = this.kinds[kind]!;
      const scale = this.scales[kind]!;
      const candidateWidth = scale.candidateMean.length;
      let used = normalise(
        batch.context,
        row * contextStride,
        scale.contextMean,
        scale.contextInverseStd,
        active,
        activeAt,
      );
      affine(w.policyContext, w.policyEncoderBias, active, activeAt, used, contextPart);
      const remembered = this.memories[kind];
      if (remembered !== undefined) {
        this.remember(remembered, scale, batch, row, memory);
        addState(this.remembering, remembered.toPolicy, contextPart);
      }
      const count = candidateCount[row]!;
      const first = row * maxCandidates;
      const attention = this.attention[kind];
      if (attention !== undefined) {
        this.attendedLogitsInto(batch, row, attention, logits);
        continue;
      }
      for (let k = 0; k < maxCandidates; k++) {
        if (k >= count || actionMask[first + k] === 0) {
          logits[first + k] = MASKED_LOGIT;
          continue;
        }
        const at = (first + k) * candidateStride;
        used = normalise(batch.candidates, at, scale.candidateMean, scale.candidateInverseStd, active, activeAt);
        affine(w.policyCandidate, contextPart, active, activeAt, used, layer);
        used = positives(layer, padded, active, activeAt);
        affine(w.policyHidden, w.policyHiddenBias, active, activeAt, used, layer);
        reluDotInto(layer, w.policyOut, head);
        const residual = head[0]!;
        const bounded = residual / (1 + Math.abs(residual) / RESIDUAL_BOUND);
        logits[first + k] = addsPrior ? batch.candidates[at + candidateWidth - 1]! + bounded : residual;
      }
    }
  }

  /** Steps the memory of one row, from its state or from zeros. */
  private remember(
    weights: MemoryWeights,
    scale: KindScale,
    batch: DecisionColumns,
    row: number,
    memory: MemoryColumns | undefined,
  ): void {
    const { remembering } = this;
    if (memory === undefined) {
      stepMemory(weights, remembering, scale, batch, row, this.noState, 0);
      return;
    }
    const { units } = weights;
    const from = memory.slot[row]! * units;
    const { states, before } = memory;
    for (let m = 0; m < units; m++) before[row * units + m] = states[from + m]!;
    stepMemory(weights, remembering, scale, batch, row, states, from);
    for (let m = 0; m < units; m++) states[from + m] = remembering.after[m]!;
  }

  /** The logits of one row whose context part stands in `contextPart`, with attention among its candidates. */
  private attendedLogitsInto(
    batch: DecisionColumns,
    row: number,
    attention: AttentionWeights,
    logits: Float32Array,
  ): void {
    const { candidateStride, maxCandidates, actionMask } = batch;
    const { active, activeAt, contextPart, layer, head, padded, encoded, encodedAt, addsPrior } = this;
    const kind = batch.kind[row]!;
    const w = this.kinds[kind]!;
    const { candidateMean, candidateInverseStd } = this.scales[kind]!;
    const first = row * maxCandidates;
    const end = batch.candidateCount[row]!;
    let count = 0;
    for (let k = 0; k < maxCandidates; k++) {
      logits[first + k] = MASKED_LOGIT;
      if (k >= end || actionMask[first + k] === 0) continue;
      const at = (first + k) * candidateStride;
      const used = normalise(batch.candidates, at, candidateMean, candidateInverseStd, active, activeAt);
      affine(w.policyCandidate, contextPart, active, activeAt, used, layer);
      for (let j = 0; j < padded; j++) encoded[count * padded + j] = Math.max(0, layer[j]!);
      encodedAt[count++] = k;
    }
    attendInto(attention, this.attending, encoded, count, padded);
    for (let i = 0; i < count; i++) {
      const used = nonzeros(encoded, i * padded, padded, active, activeAt);
      affine(w.policyHidden, w.policyHiddenBias, active, activeAt, used, layer);
      reluDotInto(layer, w.policyOut, head);
      const at = first + encodedAt[i]!;
      const residual = head[0]!;
      const bounded = residual / (1 + Math.abs(residual) / RESIDUAL_BOUND);
      const prior = batch.candidates[at * candidateStride + candidateMean.length - 1]!;
      logits[at] = addsPrior ? prior + bounded : residual;
    }
  }

  /**
   * Writes `values[r]`, the critic's estimate, for rows [0, n). `before` [n * M]: the states before the decisions, as
   * `logitsInto` records them; default zeros. A network with global state needs `batch.global`.
   */
  valuesInto(batch: DecisionColumns, values: Float32Array, before?: Float32Array): void {
    this.checkBatch(batch, values.length, 1, 'values');
    const stateOf = globalOf(batch, this.architecture.global);
    const { contextStride, candidateStride, maxCandidates, candidateCount, n } = batch;
    const { active, activeAt, contextPart, layer, head, mean, padded } = this;
    for (let row = 0; row < n; row++) {
      const kind = batch.kind[row]!;
      const w = this.kinds[kind]!;
      const scale = this.scales[kind]!;
      const { candidateMean, candidateInverseStd } = scale;
      const candidateWidth = candidateMean.length;
      let used = normalise(
        batch.context,
        row * contextStride,
        scale.contextMean,
        scale.contextInverseStd,
        active,
        activeAt,
      );
      affine(w.valueContext, w.valueEncoderBias, active, activeAt, used, contextPart);
      const remembered = this.memories[kind];
      if (remembered !== undefined) {
        const from = before === undefined ? 0 : row * remembered.units;
        stepMemory(remembered, this.remembering, scale, batch, row, before ?? this.noState, from);
        addState(this.remembering, remembered.toValue, contextPart);
      }
      const count = candidateCount[row]!;
      for (let i = 0; i < candidateWidth; i++) mean[i] = 0;
      for (let k = 0; k < count; k++) {
        const at = (row * maxCandidates + k) * candidateStride;
        for (let i = 0; i < candidateWidth; i++) {
          const x = (batch.candidates[at + i]! - candidateMean[i]!) * candidateInverseStd[i]!;
          mean[i] = mean[i]! + Math.min(NORMALISED_CLIP, Math.max(-NORMALISED_CLIP, x));
        }
      }
      used = 0;
      const share = count > 0 ? 1 / count : 0;
      for (let i = 0; i < candidateWidth; i++) {
        const x = mean[i]! * share;
        active[used] = x;
        activeAt[used] = i * LANES;
        if (x !== 0) used++;
      }
      affine(w.valueCandidate, contextPart, active, activeAt, used, layer);
      if (stateOf !== undefined) {
        const { globalMean, globalInverseStd } = scale;
        used = normalise(stateOf, row * globalMean.length, globalMean, globalInverseStd, active, activeAt);
        affine(w.valueGlobal, layer, active, activeAt, used, layer);
      }
      used = positives(layer, padded, active, activeAt);
      affine(w.valueHidden, w.valueHiddenBias, active, activeAt, used, layer);
      reluDotInto(layer, w.valueOut, head);
      values[row] = w.valueOutBias[0]! + head[0]!;
    }
  }

  private checkBatch(batch: DecisionColumns, length: number, perRow: number, name: string): void {
    const { architecture } = this;
    if (batch.maxCandidates !== architecture.maxCandidates) {
      const got = `${architecture.maxCandidates} candidates per row, got ${batch.maxCandidates}`;
      throw new SpaceCloudError('MISUSE', `Expected a batch with ${got}.`);
    }
    if (length < batch.n * perRow) {
      throw new SpaceCloudError('MISUSE', `Expected room for ${batch.n * perRow} ${name}, got ${length}.`);
    }
    for (let row = 0; row < batch.n; row++) {
      if (batch.kind[row]! >= architecture.kinds.length) {
        const got = `${architecture.kinds.length} decision kinds, got kind ${batch.kind[row]} in row ${row}`;
        throw new SpaceCloudError('MISUSE', `Expected one of ${got}.`);
      }
    }
  }
}

/** The global state of a batch, if the network reads any. */
function globalOf(batch: DecisionColumns, width: number): Float32Array | undefined {
  if (width === 0) return undefined;
  if (batch.global !== undefined && batch.global.length >= batch.n * width) return batch.global;
  throw new SpaceCloudError(
    'MISUSE',
    `Expected ${width} features of global state per row, got ${batch.global?.length ?? 'none'}.`,
    {
      hint: 'A central critic is for training: policies that act are exported without it.',
    },
  );
}

/** Normalised inputs that are not zero, packed, with the offset of their weights within a block; returns how many. */
function normalise(
  source: Float32Array,
  from: number,
  mean: Float64Array,
  inverseStd: Float64Array,
  active: Float64Array,
  activeAt: Int32Array,
): number {
  let used = 0;
  for (let i = 0; i < mean.length; i++) {
    const x = (source[from + i]! - mean[i]!) * inverseStd[i]!;
    active[used] = Math.min(NORMALISED_CLIP, Math.max(-NORMALISED_CLIP, x));
    activeAt[used] = i * LANES;
    if (x !== 0) used++;
  }
  return used;
}

/** The outputs that survive relu, packed; returns how many. */
function positives(layer: Float64Array, width: number, active: Float64Array, activeAt: Int32Array): number {
  let used = 0;
  for (let i = 0; i < width; i++) {
    const x = layer[i]!;
    active[used] = x;
    activeAt[used] = i * LANES;
    if (x > 0) used++;
  }
  return used;
}

/** What is not zero of `source[from .. from + width)`, packed; returns how many. */
function nonzeros(
  source: Float64Array,
  from: number,
  width: number,
  active: Float64Array,
  activeAt: Int32Array,
): number {
  let used = 0;
  for (let i = 0; i < width; i++) {
    const x = source[from + i]!;
    active[used] = x;
    activeAt[used] = i * LANES;
    if (x !== 0) used++;
  }
  return used;
}

/** `out = start + active W`, `LANES` outputs at a time. `out` may be the array `active` was packed from, not `active`. */
function affine(
  w: Float64Array,
  start: Float64Array,
  active: Float64Array,
  activeAt: Int32Array,
  used: number,
  out: Float64Array,
): void {
  const width = start.length;
  const block = (w.length / width) * LANES;
  for (let j = 0, base = 0; j < width; j += LANES, base += block) {
    let a0 = start[j]!;
    let a1 = start[j + 1]!;
    let a2 = start[j + 2]!;
    let a3 = start[j + 3]!;
    let a4 = start[j + 4]!;
    let a5 = start[j + 5]!;
    let a6 = start[j + 6]!;
    let a7 = start[j + 7]!;
    for (let q = 0; q < used; q++) {
      const x = active[q]!;
      const at = base + activeAt[q]!;
      a0 += x * w[at]!;
      a1 += x * w[at + 1]!;
      a2 += x * w[at + 2]!;
      a3 += x * w[at + 3]!;
      a4 += x * w[at + 4]!;
      a5 += x * w[at + 5]!;
      a6 += x * w[at + 6]!;
      a7 += x * w[at + 7]!;
    }
    out[j] = a0;
    out[j + 1] = a1;
    out[j + 2] = a2;
    out[j + 3] = a3;
    out[j + 4] = a4;
    out[j + 5] = a5;
    out[j + 6] = a6;
    out[j + 7] = a7;
  }
}

/** `out[0] = relu(layer) . w`, with four running sums. Into an array, because a returned float64 would be allocated. */
function reluDotInto(layer: Float64Array, w: Float64Array, out: Float64Array): void {
  let a0 = 0;
  let a1 = 0;
  let a2 = 0;
  let a3 = 0;
  for (let j = 0; j < w.length; j += 4) {
    const x0 = layer[j]!;
    const x1 = layer[j + 1]!;
    const x2 = layer[j + 2]!;
    const x3 = layer[j + 3]!;
    a0 += (x0 > 0 ? x0 : 0) * w[j]!;
    a1 += (x1 > 0 ? x1 : 0) * w[j + 1]!;
    a2 += (x2 > 0 ? x2 : 0) * w[j + 2]!;
    a3 += (x3 > 0 ? x3 : 0) * w[j + 3]!;
  }
  out[0] = a0 + a1 + (a2 + a3);
}
