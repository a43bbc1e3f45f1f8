import type { Rank, Tensor, Tensor1D, Tensor2D, Variable } from '@tensorflow/tfjs-core';
import { SpaceCloudError } from '../../core/index.ts';
import {
  type Architecture,
  type DecisionColumns,
  type KindTensor,
  MASKED_LOGIT,
  RESIDUAL_BOUND,
  type Normaliser,
  type TensorSlot,
  kindTensors,
  weightCount,
  weightLayout,
} from '../runtime/index.ts';
import { attend } from './attention.ts';
import { column, denseRelu, productOfConstant } from './dense.ts';
import { type MemoryInputs, unrollMemory } from './memory.ts';
import type { Tf } from './tf.ts';
import { type PackedKind, packKind } from './pack.kernel.ts';

/** Tensors of B rows of one kind, normalised; W = the largest candidate count among them (see `PackedKind`). */
export interface KindInputs {
  readonly kindIndex: number;
  /** B */
  readonly rows: number;
  /** W, candidates per row; <= K. One-hot choices must have this width. */
  readonly width: number;
  /** [B, C] */
  readonly context: Tensor2D;
  /** [W * B, F] candidate-major: candidate `k` of row `b` in row `k * B + b`. */
  readonly candidates: Tensor2D;
  /** [B, F] mean over the candidates that exist. */
  readonly meanCandidate: Tensor2D;
  /** [B, W] raw prior logits. */
  readonly prior: Tensor2D;
  /** [B, W] bool, true = allowed. */
  readonly mask: Tensor2D;
  /** [B, G], only for networks with global state. */
  readonly global?: Tensor2D;
  /** Only for networks with memory. */
  readonly memory?: MemoryInputs;
}

/** Where the memory of rows comes from, for networks with memory. */
export interface RowMemory {
  /** [rows of the columns * M] state before each row. */
  readonly before: Float32Array;
  /** Sequences among the rows, see `MemoryInputs.steps`. */
  readonly steps: readonly number[];
}

export interface KindOutputs {
  /** [B, W]; `MASKED_LOGIT` where masked. */
  readonly logits: Tensor2D;
  /** [B] */
  readonly value: Tensor1D;
}

/**
 * The network of `runtime/architecture.ts` in TensorFlow.js, for learning. Computes what `Scorer` computes, to 1e-5 of
 * the logit's size; a test holds the two together. Owns one variable per slot of `weightLayout`.
 */
export class CandidateScorer {
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  /** One per slot of `weightLayout`, in its order; hand this list to optimisers and `variableGrads`. */
  readonly variables: readonly Variable[];
  private readonly tf: Tf;
  private readonly slots: readonly TensorSlot[];
  /** Names of the slots of one kind, in layout order. */
  private readonly tensors: readonly KindTensor[];

  /** @throws SpaceCloudError `MISUSE` when `weights` is not `weightCount(architecture)` long. */
  constructor(tf: Tf, architecture: Architecture, normaliser: Normaliser, weights: Float32Array) {
    this.tf = tf;
    this.architecture = architecture;
    this.normaliser = normaliser;
    this.slots = weightLayout(architecture);
    this.tensors = kindTensors(architecture);
    checkLength('weights', weights, architecture);
    this.variables = this.slots.map((slot) => tf.tidy(() => tf.variable(this.slotTensor(slot, weights))));
  }

  /** The variables of one kind, in `kindTensors` order: what a loss over rows of that kind depends on. */
  variablesOfKind(kindIndex: number): readonly Variable[] {
    return this.variables.slice(kindIndex * this.tensors.length, (kindIndex + 1) * this.tensors.length);
  }

  /**
   * Tensors of `rows` (row indices, all of kind `kindIndex`). The caller disposes them (`disposeInputs`, or a tidy).
   * Without `memory`, a network that has one takes every row for the first of its agent: state zero.
   */
  inputs(columns: DecisionColumns, kindIndex: number, rows: ArrayLike<number>, memory?: RowMemory): KindInputs {
    const { tf } = this;
    const kind = this.architecture.kinds[kindIndex];
    if (kind === undefined) throw new SpaceCloudError('MISUSE', `Expected a decision kind, got index ${kindIndex}.`);
    const packed = packKind(columns, rows, kindIndex, this.architecture, this.normaliser);
    const { rows: b, width: w } = packed;
    return {
      kindIndex,
      rows: b,
      width: w,
      context: tf.tensor2d(packed.context, [b, kind.context]),
      candidates: tf.tensor2d(packed.candidates, [w * b, kind.candidate]),
      meanCandidate: tf.tensor2d(packed.meanCandidate, [b, kind.candidate]),
      prior: tf.tensor2d(packed.prior, [b, w]),
      mask: tf.tensor2d(packed.mask, [b, w], 'bool'),
      ...(packed.global.length > 0 ? { global: tf.tensor2d(packed.global, [b, this.architecture.global]) } : {}),
      ...(this.architecture.memory > 0 ? { memory: this.memoryInputs(rows, packed, kind.candidate, memory) } : {}),
    };
  }

  disposeInputs(inputs: KindInputs): void {
    for (const tensor of [inputs.context, inputs.candidates, inputs.meanCandidate, inputs.prior, inputs.mask]) {
      tensor.dispose();
    }
    inputs.global?.dispose();
    inputs.memory?.state.dispose();
    inputs.memory?.allowedMean.dispose();
  }

  /** Logits and values of one kind; differentiable with respect to `variablesOfKind`. Call inside a tidy. */
  forwardKind(inputs: KindInputs): KindOutputs {
    const { tf } = this;
    const { rows, width } = inputs;
    const v = (name: KindTensor): Variable => this.variable(inputs.kindIndex, name);
    const w = (name: KindTensor): Tensor2D => v(name) as unknown as Tensor2D;
    const b = (name: KindTensor): Tensor1D => v(name) as unknown as Tensor1D;
    const h = this.architecture.hidden;

    const remembered = inputs.memory === undefined ? undefined : this.remembered(inputs, inputs.memory);
    /** Adds what the memory says, if there is one. */
    const withMemory = (x: Tensor, name: KindTensor): Tensor =>
      remembered === undefined ? x : tf.add(x, tf.matMul(remembered, w(name)));

    const ofContext = tf.add(this.fromContext(inputs, 'policy.context.w'), b('policy.encoder.b'));
    const fromContext = withMemory(ofContext, 'policy.memory.w');
    const fromCandidate = productOfConstant(tf, inputs.candidates, w('policy.candidate.w'));
    const sum = tf.add(tf.reshape(fromCandidate, [width, rows, h]), fromContext);
    const alone = tf.reshape<Rank.R2>(tf.relu(sum), [width * rows, h]);
    const encoded = this.architecture.attention > 0 ? this.attended(alone, inputs) : alone;
    const hidden = denseRelu(tf, encoded, w('policy.hidden.w'), b('policy.hidden.b'));
    const residual = tf.transpose(tf.reshape(column(tf, hidden, w('policy.out.w')), [width, rows]));
    const bounded = tf.div(residual, tf.add(tf.div(tf.abs(residual), RESIDUAL_BOUND), 1));
    const scores = this.architecture.prior === 'added' ? tf.add(inputs.prior, bounded) : residual;
    const logits = tf.where<Tensor2D>(inputs.mask, scores as Tensor2D, MASKED_LOGIT);

    const fromMean = productOfConstant(tf, inputs.meanCandidate, w('value.candidate.w'));
    const ofState = tf.add(tf.add(this.fromContext(inputs, 'value.context.w'), fromMean), b('value.encoder.b'));
    const ofGlobal =
      inputs.global === undefined
        ? ofState
        : tf.add(ofState, productOfConstant(tf, inputs.global, w('value.global.w')));
    const state = tf.relu(withMemory(ofGlobal, 'value.memory.w'));
    const valueHidden = denseRelu(tf, state as Tensor2D, w('value.hidden.w'), b('value.hidden.b'));
    const output = tf.add(column(tf, valueHidden, w('value.out.w')), b('value.out.b'));
    const value = tf.reshape<Rank.R1>(output, [rows]);
    return { logits, value };
  }

  /** Copies the variables into `flat` (length `weightCount`), in layout order. */
  readWeightsInto(flat: Float32Array): void {
    checkLength('flat', flat, this.architecture);
    this.slots.forEach((slot, i) => flat.set((this.variables[i] as Variable).dataSync<'float32'>(), slot.offset));
  }

  /** Overwrites the variables from `flat` (length `weightCount`). */
  assign(flat: Float32Array): void {
    checkLength('flat', flat, this.architecture);
    this.tf.tidy(() => {
      this.slots.forEach((slot, i) => (this.variables[i] as Variable).assign(this.slotTensor(slot, flat)));
    });
  }

  /**
   * Copies gradients by variable name, as `tf.variableGrads` returns them, into `flat` in layout order; variables
   * without a gradient (kinds absent from the loss) get 0. Disposes nothing.
   */
  readGradientsInto(gradients: Readonly<Record<string, Tensor>>, flat: Float32Array): void {
    checkLength('flat', flat, this.architecture);
    this.slots.forEach((slot, i) => {
      const gradient = gradients[(this.variables[i] as Variable).name];
      if (gradient === undefined || gradient === null) flat.fill(0, slot.offset, slot.offset + slot.size);
      else flat.set(gradient.dataSync<'float32'>(), slot.offset);
    });
  }

  dispose(): void {
    for (const variable of this.variables) variable.dispose();
  }

  /** context W [B, H]; zeros for a kind without context, whose empty product the WASM backend gets wrong. */
  private fromContext(inputs: KindInputs, name: KindTensor): Tensor2D {
    const { tf } = this;
    if (inputs.context.shape[1] === 0) return tf.zeros([inputs.rows, this.architecture.hidden]);
    return productOfConstant(tf, inputs.context, this.variable(inputs.kindIndex, name) as unknown as Tensor2D);
  }

  private memoryInputs(rows: ArrayLike<number>, packed: PackedKind, width: number, memory?: RowMemory): MemoryInputs {
    const { tf } = this;
    const { memory: units } = this.architecture;
    const steps = memory?.steps ?? [packed.rows];
    const count = steps[0] ?? 0;
    const state = new Float32Array(count * units);
    if (memory !== undefined) {
      for (let s = 0; s < count; s++) {
        const from = (rows[s] as number) * units;
        state.set(memory.before.subarray(from, from + units), s * units);
      }
    }
    return {
      steps,
      state: tf.tensor2d(state, [count, units]),
      allowedMean: tf.tensor2d(packed.allowedMean, [packed.rows, width]),
    };
  }

  /** [B, M] states after the rows. */
  private remembered(inputs: KindInputs, memory: MemoryInputs): Tensor2D {
    const { kindIndex, context } = inputs;
    const t = (name: KindTensor): Tensor => this.variable(kindIndex, name);
    return unrollMemory(this.tf, context, memory, {
      context: t('memory.context.w') as Tensor2D,
      candidate: t('memory.candidate.w') as Tensor2D,
      encoderBias: t('memory.encoder.b') as Tensor1D,
      input: t('memory.input.w') as Tensor2D,
      state: t('memory.state.w') as Tensor2D,
      gateBias: t('memory.gate.b') as Tensor1D,
    });
  }

  private attended(encoded: Tensor2D, { kindIndex, mask }: KindInputs): Tensor2D {
    const w = (part: 'query' | 'key' | 'value' | 'merge'): Tensor2D =>
      this.variable(kindIndex, `attention.${part}.w`) as unknown as Tensor2D;
    return attend(this.tf, encoded, mask, { query: w('query'), key: w('key'), value: w('value'), merge: w('merge') });
  }

  private variable(kindIndex: number, name: KindTensor): Variable {
    return this.variables[kindIndex * this.tensors.length + this.tensors.indexOf(name)] as Variable;
  }

  private slotTensor(slot: TensorSlot, flat: Float32Array): Tensor {
    return this.tf.tensor(flat.slice(slot.offset, slot.offset + slot.size), slot.shape as number[], 'float32');
  }
}

function checkLength(name: string, flat: Float32Array, architecture: Architecture): void {
  const expected = weightCount(architecture);
  if (flat.length !== expected) {
    throw new SpaceCloudError('MISUSE', `Expected ${name} of ${expected} numbers, got ${flat.length}.`);
  }
}
