import { type DecisionBatch, type DecisionSpec, SpaceCloudError, createDecisionBatch } from '../../core/index.ts';
import { type Architecture, type Normaliser, Scorer } from '../../policies/runtime/index.ts';
import type { NetworkFacts } from './format.ts';
import type { LoggedDecision } from './read-decisions.ts';
import type { RecordCursor } from './record-cursor.ts';

/** What was verified of the bundle that decided. */
export interface AuditNetwork {
  readonly rootDigest: string;
  readonly spec: DecisionSpec;
  readonly architecture: Architecture;
  readonly weights: Float32Array;
  readonly normaliser: Normaliser;
}

/** Decisions of a log put to their network again: each row with the memory that was logged with it. */
export class Rescorer {
  readonly batch: DecisionBatch;
  /** [rows * K] after `score`. */
  readonly logits: Float32Array;
  /** The same memory, bit by bit. */
  readonly logitBits: Int32Array;
  private readonly scorer: Scorer;
  private readonly units: number;
  /** [rows * M] */
  private readonly states: Float32Array;
  private readonly memory: { states: Float32Array; slot: Int32Array; before: Float32Array };

  /** Errors: AUDIT_REPLAY if this machine cannot compute as the one did that decided. */
  constructor(network: AuditNetwork, facts: NetworkFacts, rows: number) {
    const parts = [network.spec, network.architecture, network.weights, network.normaliser] as const;
    this.scorer = facts.kernel === 'plain' ? Scorer.plain(...parts) : new Scorer(...parts);
    if (this.scorer.kernel !== facts.kernel) {
      throw new SpaceCloudError(
        'AUDIT_REPLAY',
        `Expected the forward pass '${facts.kernel}' that decided, got '${this.scorer.kernel}'.`,
        { hint: 'The two differ by rounding; replay on a machine whose Node has WebAssembly SIMD.' },
      );
    }
    this.units = network.architecture.memory;
    this.batch = createDecisionBatch(network.spec, rows);
    this.logits = new Float32Array(rows * this.batch.maxCandidates);
    this.logitBits = new Int32Array(this.logits.buffer);
    this.states = new Float32Array(rows * this.units);
    this.memory = {
      states: this.states,
      slot: Int32Array.from({ length: rows }, (_, i) => i),
      before: new Float32Array(rows * this.units),
    };
  }

  get isFull(): boolean {
    return this.batch.n === this.batch.capacity;
  }

  /** Appends a row and returns its index. */
  add({ kind, count, context, candidates, actionMask, memory }: LoggedDecision): number {
    return this.addColumns(kind, count, { context, candidates, actionMask, memory });
  }

  /** The same of the record that a cursor stands at. */
  addRecord(cursor: RecordCursor): number {
    const { views, kind, count, contextAt, candidatesAt, nodesAt, maskAt, memoryAt, units } = cursor;
    return this.addColumns(kind, count, {
      context: views.f32.subarray(contextAt, candidatesAt),
      candidates: views.f32.subarray(candidatesAt, nodesAt),
      actionMask: views.bytes.subarray(maskAt, maskAt + count),
      memory: units > 0 ? views.f32.subarray(memoryAt, memoryAt + units) : undefined,
    });
  }

  private addColumns(
    kind: number,
    count: number,
    {
      context,
      candidates,
      actionMask,
      memory,
    }: Pick<LoggedDecision, 'context' | 'candidates' | 'actionMask' | 'memory'>,
  ): number {
    const { batch, units } = this;
    const { contextStride, candidateStride, maxCandidates } = batch;
    const row = batch.n++;
    const width = candidates.length / count;
    batch.kind[row] = kind;
    batch.candidateCount[row] = count;
    batch.context.set(context, row * contextStride);
    const first = row * maxCandidates;
    if (width === candidateStride) batch.candidates.set(candidates, first * candidateStride);
    else {
      for (let k = 0; k < count; k++) {
        batch.candidates.set(candidates.subarray(k * width, (k + 1) * width), (first + k) * candidateStride);
      }
    }
    batch.actionMask.fill(0, first, first + maxCandidates);
    batch.actionMask.set(actionMask, first);
    this.states.fill(0, row * units, (row + 1) * units);
    if (memory?.length === units) this.states.set(memory, row * units);
    return row;
  }

  /** Computes the logits of all rows. */
  score(): void {
    this.scorer.logitsInto(this.batch, this.logits, this.units > 0 ? this.memory : undefined);
  }

  /** State before the decision of a row, after `score`. */
  stateBefore(row: number): Float32Array {
    return this.memory.before.subarray(row * this.units, (row + 1) * this.units);
  }

  /** State after the decision of a row, after `score`. */
  stateAfter(row: number): Float32Array {
    return this.states.subarray(row * this.units, (row + 1) * this.units);
  }

  clear(): void {
    this.batch.n = 0;
  }
}
