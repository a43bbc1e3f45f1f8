import {
  type Architecture,
  MASKED_LOGIT,
  NORMALISED_CLIP,
  type Normaliser,
  RESIDUAL_BOUND,
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
import type { DecisionColumns, MemoryColumns } from './columns.ts';
import { affine, nonzeros, normalise, positives, reluDotInto } from './layers.kernel.ts';
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

/**
 * The forward pass of `architecture.ts` in plain typed arrays, float64 sums: any network, on any engine. Results of a row
 * depend on that row alone. Nothing is allocated per call; what it is given has been checked.
 */
export class PlainForward {
  private readonly architecture: Architecture;
  private readonly kinds: readonly KindWeights[];
  private readonly scales: readonly KindScale[];
  private readonly padded: number;
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

  constructor(architecture: Architecture, normaliser: Normaliser) {
    this.architecture = architecture;
    this.scales = scalesOf(architecture, normaliser);
    this.padded = paddedWidth(architecture);
    const { attention, global, kinds, maxCandidates, memory } = architecture;
    this.kinds = kinds.map((kind) => emptyKindWeights(kind, global, this.padded));
    const widest = Math.max(this.padded, global, ...kinds.map((kind) => Math.max(kind.context, kind.candidate)));
    this.active = new Float64Array(widest);
    this.activeAt = new Int32Array(widest);
    this.contextPart = new Float64Array(this.padded);
    this.layer = new Float64Array(this.padded);
    this.mean = new Float64Array(widest);
    this.attention = attention > 0 ? kinds.map(() => emptyAttention(architecture)) : [];
    this.attending = attentionScratch(architecture);
    this.encoded = new Float64Array(attention > 0 ? maxCandidates * this.padded : 0);
    this.encodedAt = new Int32Array(maxCandidates);
    this.memories = memory > 0 ? kinds.map((kind) => emptyMemory(architecture, kind)) : [];
    this.remembering = memoryScratch(architecture);
    this.noState = new Float32Array(memory);
  }

  setWeights(weights: Float32Array): void {
    copyWeights(this.architecture, weights, this.kinds);
    this.attention.forEach((target, kind) => copyAttention(kindSlots(this.architecture, kind), weights, target));
    this.memories.forEach((target, kind) => copyMemory(kindSlots(this.architecture, kind), weights, target));
  }

  /** As `Scorer.logitsInto`. */
  logitsInto(batch: DecisionColumns, logits: Float32Array, memory: MemoryColumns | undefined): void {
    for (let row = 0; row < batch.n; row++) {
      const kind = batch.kind[row]!;
      const w = this.kinds[kind]!;
      this.encodeContext(w.policyContext, w.policyEncoderBias, batch, row);
      const remembered = this.memories[kind];
      if (remembered !== undefined) {
        this.remember(remembered, batch, row, memory);
        addState(this.remembering, remembered.toPolicy, this.contextPart);
      }
      const attention = this.attention[kind];
      if (attention === undefined) this.scoreApart(batch, row, logits);
      else this.scoreTogether(batch, row, attention, logits);
    }
  }

  /** As `Scorer.valuesInto`; `global` are the features of the true state, if the network reads any. */
  valuesInto(
    batch: DecisionColumns,
    values: Float32Array,
    before: Float32Array | undefined,
    global: Float32Array | undefined,
  ): void {
    const { active, activeAt, contextPart, layer, head, padded } = this;
    for (let row = 0; row < batch.n; row++) {
      const kind = batch.kind[row]!;
      const w = this.kinds[kind]!;
      const scale = this.scales[kind]!;
      this.encodeContext(w.valueContext, w.valueEncoderBias, batch, row);
      const remembered = this.memories[kind];
      if (remembered !== undefined) {
        const from = before === undefined ? 0 : row * remembered.units;
        stepMemory(remembered, this.remembering, scale, batch, row, before ?? this.noState, from);
        addState(this.remembering, remembered.toValue, contextPart);
      }
      let used = this.meanCandidate(batch, row, scale);
      affine(w.valueCandidate, contextPart, active, activeAt, used, layer);
      if (global !== undefined) {
        const { globalMean, globalInverseStd } = scale;
        used = normalise(global, row * globalMean.length, globalMean, globalInverseStd, active, activeAt);
        affine(w.valueGlobal, layer, active, activeAt, used, layer);
      }
      used = positives(layer, padded, active, activeAt);
      affine(w.valueHidden, w.valueHiddenBias, active, activeAt, used, layer);
      reluDotInto(layer, w.valueOut, head);
      values[row] = w.valueOutBias[0]! + head[0]!;
    }
  }

  /** The part of the encoder that all candidates of a row share, before memory: to `contextPart`. */
  private encodeContext(weights: Float64Array, bias: Float64Array, batch: DecisionColumns, row: number): void {
    const { active, activeAt } = this;
    const { contextMean, contextInverseStd } = this.scales[batch.kind[row]!]!;
    const from = row * batch.contextStride;
    const used = normalise(batch.context, from, contextMean, contextInverseStd, active, activeAt);
    affine(weights, bias, active, activeAt, used, this.contextPart);
  }

  /** Encodes the candidate in `slot` to `layer`, before relu. */
  private encodeCandidate(batch: DecisionColumns, kind: number, slot: number): void {
    const { active, activeAt } = this;
    const { candidateMean, candidateInverseStd } = this.scales[kind]!;
    const at = slot * batch.candidateStride;
    const used = normalise(batch.candidates, at, candidateMean, candidateInverseStd, active, activeAt);
    affine(this.kinds[kind]!.policyCandidate, this.contextPart, active, activeAt, used, this.layer);
  }

  /** Logits of one row, each candidate by itself. */
  private scoreApart(batch: DecisionColumns, row: number, logits: Float32Array): void {
    const { active, activeAt, layer, padded } = this;
    const kind = batch.kind[row]!;
    const first = row * batch.maxCandidates;
    const end = batch.candidateCount[row]!;
    for (let k = 0; k < batch.maxCandidates; k++) {
      if (k >= end || batch.actionMask[first + k] === 0) {
        logits[first + k] = MASKED_LOGIT;
        continue;
      }
      this.encodeCandidate(batch, kind, first + k);
      this.score(batch, kind, first + k, positives(layer, padded, active, activeAt), logits);
    }
  }

  /** Logits of one row with attention among its candidates. */
  private scoreTogether(batch: DecisionColumns, row: number, attention: AttentionWeights, logits: Float32Array): void {
    const { active, activeAt, layer, padded, encoded, encodedAt } = this;
    const kind = batch.kind[row]!;
    const first = row * batch.maxCandidates;
    const end = batch.candidateCount[row]!;
    let count = 0;
    for (let k = 0; k < batch.maxCandidates; k++) {
      logits[first + k] = MASKED_LOGIT;
      if (k >= end || batch.actionMask[first + k] === 0) continue;
      this.encodeCandidate(batch, kind, first + k);
      for (let j = 0; j < padded; j++) encoded[count * padded + j] = Math.max(0, layer[j]!);
      encodedAt[count++] = k;
    }
    attendInto(attention, this.attending, encoded, count, padded);
    for (let i = 0; i < count; i++) {
      const used = nonzeros(encoded, i * padded, padded, active, activeAt);
      this.score(batch, kind, first + encodedAt[i]!, used, logits);
    }
  }

  /** Hidden layer and head over the `used` packed inputs: the logit is the prior and a bounded residual, or the output alone. */
  private score(batch: DecisionColumns, kind: number, slot: number, used: number, logits: Float32Array): void {
    const { active, activeAt, layer, head } = this;
    const w = this.kinds[kind]!;
    affine(w.policyHidden, w.policyHiddenBias, active, activeAt, used, layer);
    reluDotInto(layer, w.policyOut, head);
    const residual = head[0]!;
    if (this.architecture.prior !== 'added') {
      logits[slot] = residual;
      return;
    }
    const prior = batch.candidates[slot * batch.candidateStride + this.scales[kind]!.candidateMean.length - 1]!;
    logits[slot] = prior + residual / (1 + Math.abs(residual) / RESIDUAL_BOUND);
  }

  /** The mean normalised candidate of a row, packed; returns how many are not zero. */
  private meanCandidate(batch: DecisionColumns, row: number, scale: KindScale): number {
    const { active, activeAt, mean } = this;
    const { candidateMean, candidateInverseStd } = scale;
    const width = candidateMean.length;
    const count = batch.candidateCount[row]!;
    for (let i = 0; i < width; i++) mean[i] = 0;
    for (let k = 0; k < count; k++) {
      const at = (row * batch.maxCandidates + k) * batch.candidateStride;
      for (let i = 0; i < width; i++) {
        const x = (batch.candidates[at + i]! - candidateMean[i]!) * candidateInverseStd[i]!;
        mean[i] = mean[i]! + Math.min(NORMALISED_CLIP, Math.max(-NORMALISED_CLIP, x));
      }
    }
    let used = 0;
    const share = count > 0 ? 1 / count : 0;
    for (let i = 0; i < width; i++) {
      const x = mean[i]! * share;
      active[used] = x;
      activeAt[used] = i * LANES;
      if (x !== 0) used++;
    }
    return used;
  }

  /** Steps the memory of one row, from its state or from zeros. */
  private remember(
    weights: MemoryWeights,
    batch: DecisionColumns,
    row: number,
    memory: MemoryColumns | undefined,
  ): void {
    const { remembering } = this;
    const scale = this.scales[batch.kind[row]!]!;
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
}
