import { availableParallelism } from 'node:os';
import type { Worker } from 'node:worker_threads';
import { SpaceCloudError } from '../../../../core/index.ts';
import {
  KIND_WORDS,
  type KindAddresses,
  type KindBlock,
  kindBlocks,
  packWeights,
  scaleOf,
  unpackWeights,
  writeKind,
} from '../../../../policies/index.ts';
import { siblingModule, startWorker } from '../../../executors/worker-thread.ts';
import type { RolloutBuffer } from '../../../rollout/buffer.ts';
import type { KindMinibatch } from '../../kind-gradients.ts';
import type { LearningData } from '../../learning-data.ts';
import type { PpoCoefficients } from '../../loss.ts';
import { mergeRollouts } from '../../merge-rollouts.ts';
import { rowsOfKind } from '../../rows-of-kind.kernel.ts';
import type { GradientEngine, GradientOptions, InitialPolicy, RowOutputs } from '../gradient-engine.ts';
import { describeRows } from './describe-rows.kernel.ts';
import type { SourcesMessage } from './fused-worker.ts';
import { CHUNK_WORDS, CONTROL_BYTES, JOB, JobThread, MOST_CHUNKS, type ThreadSetup, WORD, stageBytes } from './jobs.ts';
import type { FusedName } from './kernels.ts';
import { SharedKernelMemory } from './shared-memory.ts';

/** Rows per chunk of a gradient, and most chunks of one kind: their sums are added in order, whoever computed them. */
const GRADIENT_ROWS = 128;
const MOST_GRADIENTS = 64;
const EVALUATE_ROWS = 512;
/** Rows per chunk of packing. */
const PACK_CHUNK_ROWS = 1024;
/** Fewer rows are not worth waking helpers for, nor starting them. */
const FEWEST_ROWS_TO_SHARE = 1024;
const MOST_THREADS = 8;
/** Float64s that describe the loss. */
const LOSS_WORDS = 8;
const TERM_FLOATS = 4;

/** Addresses that hold until the next `load`. */
interface Columns {
  readonly oldLogProb: number;
  readonly oldValue: number;
  readonly target: number;
  readonly values: number;
  readonly logProbs: number;
  readonly rows: number;
  readonly advantage: number;
  readonly terms: number;
  readonly table: number;
}

/**
 * The default network's forward pass, loss and derivatives in WebAssembly SIMD (policies/kernels), on all cores.
 *
 * Observations are packed once per update, straight from the rollouts' shared columns, normalised and without what the mask
 * forbids. Minibatches are cut into chunks of fixed rows; helper threads and this one take chunks, whose gradients are summed in
 * order: results do not depend on the number of threads, to the bit.
 */
export class FusedEngine implements GradientEngine {
  private readonly space = new SharedKernelMemory();
  private readonly blocks: readonly KindBlock[];
  private readonly addresses: readonly KindAddresses[];
  /** [kinds] where each kind's gradient is summed up. */
  private readonly totals: readonly number[];
  private readonly partials: number;
  private readonly loss: number;
  private readonly setup: Omit<ThreadSetup, 'scratch'>;
  private readonly thread: JobThread;
  private readonly control: Int32Array;
  private readonly scratch: readonly number[];
  private readonly scratchEach: number;
  private readonly helpers: Worker[] = [];
  private readonly mark: number;
  private buffer: RolloutBuffer | undefined;
  private sources: readonly RolloutBuffer[] = [];
  private columns: Columns | undefined;
  private data: LearningData | undefined;
  private jobs = 0;

  constructor(name: FusedName, initial: InitialPolicy, threads = Math.min(MOST_THREADS, availableParallelism())) {
    const { architecture, normaliser } = initial;
    const { space } = this;
    space.take(CONTROL_BYTES);
    this.blocks = kindBlocks(architecture);
    const widest = Math.max(...this.blocks.map((block) => block.padded.hidden));
    const kindBytes = 4 * KIND_WORDS;
    const kinds = space.take(kindBytes * this.blocks.length);
    const zeros = space.take(4 * widest);
    this.addresses = this.blocks.map((block, k) => ({
      words: kinds + k * kindBytes,
      weights: space.take(4 * block.weights),
      transposed: space.take(4 * block.transposed),
      scale: space.take(4 * block.scale),
    }));
    this.totals = this.blocks.map((block) => space.take(4 * block.weights));
    this.partials = space.take(4 * MOST_GRADIENTS * this.blocks.reduce((sum, block) => sum + block.weights, 0));
    this.loss = space.take(8 * LOSS_WORDS);
    space.grow();
    const { memory } = space;
    this.blocks.forEach((block, k) => {
      const features = architecture.kinds[k]?.candidate ?? 0;
      const scale = scaleOf(architecture, normaliser, k, block);
      const kind = { features, addsPrior: architecture.prior === 'added', scale };
      writeKind(memory.buffer, this.addresses[k] as KindAddresses, block, kind);
    });
    const blockWeights = this.blocks.map((block) => block.weights);
    this.setup = { name, memory, kinds, kindBytes, blockWeights, zeros };
    // Sizes of scratch are known to the kernels, which need an instance: one without scratch tells them.
    const probe = new JobThread({ ...this.setup, scratch: 0 });
    const layers = this.addresses.map(({ words }) => probe.scratchBytes(words, architecture.maxCandidates));
    const stage = stageBytes({
      contextStride: Math.max(...architecture.kinds.map((kind) => kind.context)),
      candidateStride: Math.max(...architecture.kinds.map((kind) => kind.candidate)),
      maxCandidates: architecture.maxCandidates,
      globalStride: architecture.global,
    });
    this.scratchEach = Math.max(stage, ...layers);
    this.scratch = Array.from({ length: threads }, () => space.take(this.scratchEach));
    space.grow();
    this.thread = new JobThread({ ...this.setup, scratch: this.scratch[0] as number });
    this.control = this.thread.control;
    this.mark = space.mark;
    this.setWeights(initial.weights);
  }

  load(buffers: readonly RolloutBuffer[]): RolloutBuffer {
    const buffer = mergeRollouts(buffers, false);
    const rows = buffer.n + buffer.finals;
    const { space, control } = this;
    space.release(this.mark);
    const packed = space.take(4 * rows);
    const allowed = space.take(rows);
    const choice = space.take(rows);
    const f32 = (count: number): number => space.take(4 * count);
    const chunks = Math.ceil(rows / GRADIENT_ROWS) + buffers.length + MOST_GRADIENTS * this.blocks.length;
    this.columns = {
      oldLogProb: f32(buffer.n),
      oldValue: f32(buffer.n),
      target: f32(buffer.n),
      values: f32(rows),
      logProbs: f32(rows),
      rows: f32(rows),
      advantage: f32(buffer.n),
      terms: f32(TERM_FLOATS * buffer.n),
      table: space.take(4 * CHUNK_WORDS * (2 * buffers.length + chunks)),
    };
    const records = space.mark;
    space.grow();
    const { memory } = space;
    const rowFloats = this.blocks.map(({ padded: { context, candidate, global } }) => context + candidate + global);
    const candidateFloats = this.blocks.map(({ padded }) => padded.candidate);
    const end = describeRows(
      buffer,
      rowFloats,
      candidateFloats,
      records,
      new Uint32Array(memory.buffer, packed, rows),
      new Uint8Array(memory.buffer, allowed, rows),
      new Uint8Array(memory.buffer, choice, rows),
    );
    space.take(end - records);
    space.grow();
    control[WORD.packed] = packed;
    control[WORD.allowed] = allowed;
    control[WORD.choice] = choice;
    control[WORD.most] = buffer.maxCandidates;
    control[WORD.values] = this.columns.values;
    control[WORD.logProbs] = this.columns.logProbs;
    control[WORD.oldLogProb] = this.columns.oldLogProb;
    control[WORD.oldValue] = this.columns.oldValue;
    control[WORD.target] = this.columns.target;
    control[WORD.weight] = 0;
    control[WORD.loss] = this.loss;
    control[WORD.table] = this.columns.table;
    this.buffer = buffer;
    this.data = undefined;
    this.setSources(buffers);
    if (rows >= FEWEST_ROWS_TO_SHARE) this.startHelpers();
    this.packRows(buffers, packed);
    new Float32Array(memory.buffer, this.columns.oldLogProb, buffer.n).set(buffer.logProb.subarray(0, buffer.n));
    return buffer;
  }

  evaluateInto({ values, logProbs }: RowOutputs): void {
    const { buffer, columns, space } = this;
    if (buffer === undefined || columns === undefined) throw notLoaded();
    const total = buffer.n + buffer.finals;
    const list = new Int32Array(space.memory.buffer, columns.rows, total);
    const chunks: number[] = [];
    let at = 0;
    for (let kind = 0; kind < this.blocks.length; kind++) {
      const rows = rowsOfKind(buffer.kind, kind, total);
      list.set(rows, at);
      for (let first = 0; first < rows.length; first += EVALUATE_ROWS) {
        const count = Math.min(EVALUATE_ROWS, rows.length - first);
        chunks.push(kind, columns.rows + 4 * (at + first), count, 0, 0, 0);
      }
      at += rows.length;
    }
    this.run(JOB.evaluate, chunks, total);
    values.set(new Float32Array(space.memory.buffer, columns.values, total));
    logProbs.set(new Float32Array(space.memory.buffer, columns.logProbs, buffer.n));
  }

  gradientInto(parts: readonly KindMinibatch[], options: GradientOptions, gradient: Float32Array): void {
    const { columns, space, blocks } = this;
    if (columns === undefined) throw notLoaded();
    const { buffer: bytes } = space.memory;
    const total = parts[0]?.total ?? 1;
    for (const { data } of parts) this.setTargets(data);
    new Float64Array(bytes, this.loss, LOSS_WORDS).set(lossWords(options.coefficients, total));
    const chunks: number[] = [];
    let partial = this.partials;
    let done = 0;
    for (const { kind, rows, advantage } of parts) {
      new Int32Array(bytes, columns.rows + 4 * done, rows.length).set(rows);
      new Float32Array(bytes, columns.advantage + 4 * done, rows.length).set(advantage);
      const size = Math.max(GRADIENT_ROWS, 4 * Math.ceil(rows.length / MOST_GRADIENTS / 4));
      for (let first = 0; first < rows.length; first += size) {
        const [at, count] = [4 * (done + first), Math.min(size, rows.length - first)];
        const terms = columns.terms + TERM_FLOATS * at;
        chunks.push(kind, columns.rows + at, count, columns.advantage + at, partial, terms);
        partial += 4 * (blocks[kind] as KindBlock).weights;
      }
      done += rows.length;
    }
    this.run(JOB.differentiate, chunks, done);
    this.sumGradients(chunks, gradient);
    this.tally(parts, options);
  }

  setWeights(weights: Float32Array): void {
    const { buffer } = this.space.memory;
    this.blocks.forEach((block, k) => {
      const { weights: at, transposed } = this.addresses[k] as KindAddresses;
      const to = new Float32Array(buffer, at, block.weights);
      packWeights(weights, block, to, new Float32Array(buffer, transposed, block.transposed));
    });
  }

  dispose(): void {
    Atomics.store(this.control, WORD.stop, 1);
    Atomics.add(this.control, WORD.wake, 1);
    Atomics.notify(this.control, WORD.wake);
    this.helpers.length = 0;
  }

  /** Chunks that helper threads have computed so far. */
  get chunksByHelpers(): number {
    return Atomics.load(this.control, WORD.helped);
  }

  private setTargets(data: LearningData): void {
    if (data === this.data) return;
    const { buffer } = this.space.memory;
    const { oldValue, target } = this.columns as Columns;
    new Float32Array(buffer, oldValue, data.oldValue.length).set(data.oldValue);
    new Float32Array(buffer, target, data.target.length).set(data.target);
    this.data = data;
  }

  private sumGradients(chunks: readonly number[], gradient: Float32Array): void {
    const { buffer } = this.space.memory;
    const { blocks, totals } = this;
    blocks.forEach((block, k) => new Float32Array(buffer, totals[k], block.weights).fill(0));
    for (let at = 0; at < chunks.length; at += CHUNK_WORDS) {
      const kind = chunks[at] as number;
      this.thread.addInto(totals[kind] as number, chunks[at + 4] as number, (blocks[kind] as KindBlock).weights);
    }
    blocks.forEach((block, k) => unpackWeights(new Float32Array(buffer, totals[k], block.weights), block, gradient));
  }

  private tally(parts: readonly KindMinibatch[], { tally, coefficients }: GradientOptions): void {
    const { terms: at } = this.columns as Columns;
    const terms = new Float32Array(this.space.memory.buffer, at);
    let t = 0;
    for (const { rows, data } of parts) {
      const { logProb } = data.buffer;
      for (const row of rows) {
        tally.addRow(terms[t] as number, terms[t + 1] as number, terms[t + 2] as number);
        tally.addRatio((terms[t + 3] as number) - (logProb[row] as number), coefficients.clipCoef);
        t += TERM_FLOATS;
      }
    }
  }

  private packRows(buffers: readonly RolloutBuffer[], packed: number): void {
    const chunks: number[] = [];
    const decisions = buffers.reduce((sum, { n }) => sum + n, 0);
    let row = 0;
    let final = decisions;
    buffers.forEach(({ n, finals }, source) => {
      for (const [from, count, to] of [
        [0, n, row],
        [n, finals, final],
      ] as const) {
        for (let first = 0; first < count; first += PACK_CHUNK_ROWS) {
          const rows = Math.min(PACK_CHUNK_ROWS, count - first);
          chunks.push(source, from + first, rows, packed + 4 * (to + first), 0, 0);
        }
      }
      row += n;
      final += finals;
    });
    this.run(JOB.pack, chunks, final);
  }

  /** Runs a job and returns when all its chunks are done. */
  private run(job: number, chunks: readonly number[], rows: number): void {
    const { control, columns } = this;
    const count = chunks.length / CHUNK_WORDS;
    if (count > MOST_CHUNKS)
      throw new SpaceCloudError('MISUSE', `Expected at most ${MOST_CHUNKS} chunks, got ${count}.`);
    new Int32Array(this.space.memory.buffer, (columns as Columns).table, chunks.length).set(chunks);
    control[WORD.job] = job;
    control[WORD.chunks] = count;
    Atomics.store(control, WORD.done, 0);
    this.jobs = (this.jobs + 1) & 0x7fff;
    Atomics.store(control, WORD.ticket, (this.jobs << 16) | count);
    if (rows >= FEWEST_ROWS_TO_SHARE && this.helpers.length > 0) {
      Atomics.add(control, WORD.wake, 1);
      Atomics.notify(control, WORD.wake);
    }
    this.thread.work();
    for (;;) {
      const done = Atomics.load(control, WORD.done);
      if (done === count) break;
      if (Atomics.wait(control, WORD.done, done, HELPER_TIMEOUT_MS) === 'timed-out') {
        throw new SpaceCloudError('MISUSE', `Expected the learner's threads to finish ${count} chunks, got ${done}.`);
      }
    }
    if (Atomics.load(control, WORD.failed) !== 0) {
      throw new SpaceCloudError('MISUSE', 'Expected all chunks of the gradient to be computed, got a failure.');
    }
  }

  private setSources(buffers: readonly RolloutBuffer[]): void {
    const same =
      buffers.length === this.sources.length &&
      buffers.every((buffer, i) => buffer.context.buffer === this.sources[i]?.context.buffer);
    this.sources = buffers;
    this.thread.setSources(buffers);
    if (same) return;
    Atomics.add(this.control, WORD.sources, 1);
    for (const helper of this.helpers) this.sendSources(helper);
  }

  private sendSources(helper: Worker): void {
    const version = Atomics.load(this.control, WORD.sources);
    helper.postMessage({ version, sources: this.sources } satisfies SourcesMessage);
  }

  private startHelpers(): void {
    while (this.helpers.length < this.scratch.length - 1) {
      const scratch = this.scratch[this.helpers.length + 1] as number;
      const setup: ThreadSetup = { ...this.setup, scratch };
      const helper = startWorker(siblingModule(import.meta.url, 'fused-worker'), setup);
      helper.unref();
      this.helpers.push(helper);
      this.sendSources(helper);
    }
  }
}

const HELPER_TIMEOUT_MS = 120_000;

function lossWords(coefficients: PpoCoefficients, total: number): number[] {
  const { clipCoef, valueClip, huberDelta, valueCoef, entropyCoef } = coefficients;
  const imitation = 0;
  // prettier-ignore
  return [1 - clipCoef, 1 + clipCoef, valueClip ?? Infinity, huberDelta ?? Infinity, valueCoef, entropyCoef, 1 / total,
    imitation];
}

function notLoaded(): SpaceCloudError {
  return new SpaceCloudError('MISUSE', 'Expected rollouts to be loaded first, got none.');
}
