import type { KernelMemory } from '../../../../policies/index.ts';
import type { RolloutBuffer } from '../../../rollout/buffer.ts';
import { type FusedName, type LearnerKernels, instantiateLearner } from './kernels.ts';

/*
 * Work shared out among threads. A job is cut into chunks that any thread may take; which one does, changes nothing, because
 * every chunk has results of its own. All words stand at the start of the shared memory.
 */

/** Bytes of the words. */
export const CONTROL_BYTES = 256;

/** Indices of the words. */
export const WORD = {
  /** Counts up whenever there is work; helpers wait on it. */
  wake: 0,
  /** Job number in the upper half, chunks not yet taken in the lower. */
  ticket: 1,
  /** Chunks finished. */
  done: 2,
  stop: 3,
  job: 4,
  chunks: 5,
  /** Version of the rollouts that helpers were sent. */
  sources: 6,
  /** 1 once a chunk has failed. */
  failed: 7,
  /** Address of the chunk table. */
  table: 8,
  /** Addresses of columns by row, see policies/kernels/learner.ts. */
  packed: 9,
  allowed: 10,
  choice: 11,
  oldLogProb: 12,
  oldValue: 13,
  target: 14,
  weight: 15,
  loss: 16,
  values: 17,
  logProbs: 18,
  /** Most candidates of a row. */
  most: 19,
  /** Chunks that helpers have taken, ever. */
  helped: 20,
} as const;

export const JOB = { pack: 1, evaluate: 2, differentiate: 3 } as const;

/** Words per chunk in the table. */
export const CHUNK_WORDS = 6;
/** Most chunks of a job. */
export const MOST_CHUNKS = 0xffff;
/** Rows packed at a time. */
export const PACK_ROWS = 32;

/** What a thread needs to take part; structured-cloneable. */
export interface ThreadSetup {
  readonly name: FusedName;
  readonly memory: KernelMemory;
  /** Address of the kinds' words, and bytes from one to the next. */
  readonly kinds: number;
  readonly kindBytes: number;
  /** [kinds] float32s of a kind's weights. */
  readonly blockWeights: readonly number[];
  /** Address of zeros. */
  readonly zeros: number;
  /** Address of this thread's scratch. */
  readonly scratch: number;
}

/** One thread's share of the work. */
export class JobThread {
  readonly control: Int32Array;
  private readonly setup: ThreadSetup;
  private readonly kernels: LearnerKernels;
  private sources: readonly RolloutBuffer[] = [];

  constructor(setup: ThreadSetup) {
    this.setup = setup;
    this.kernels = instantiateLearner(setup.name, setup.memory);
    this.kernels.setZeros(setup.zeros);
    this.control = new Int32Array(setup.memory.buffer, 0, CONTROL_BYTES / 4);
  }

  /** Adds `count` float32 at `part` to those at `total`. */
  addInto(total: number, part: number, count: number): void {
    this.kernels.addInto(total, part, count);
  }

  /** Bytes of scratch for a kind's layers. */
  scratchBytes(kind: number, most: number): number {
    return this.kernels.scratchBytes(kind, most);
  }

  setSources(sources: readonly RolloutBuffer[]): void {
    this.sources = sources;
  }

  /** Takes chunks of the present job until none is left. `beforeChunk` runs before each. */
  work(beforeChunk?: () => void): void {
    const { control } = this;
    for (;;) {
      const ticket = Atomics.load(control, WORD.ticket);
      const left = ticket & MOST_CHUNKS;
      if (left === 0) return;
      // A ticket holds its job's number: it cannot be taken once the job is over.
      if (Atomics.compareExchange(control, WORD.ticket, ticket, ticket - 1) !== ticket) continue;
      try {
        beforeChunk?.();
        this.run((control[WORD.chunks] as number) - left);
      } catch {
        Atomics.store(control, WORD.failed, 1);
      }
      if (Atomics.add(control, WORD.done, 1) + 1 === control[WORD.chunks]) Atomics.notify(control, WORD.done);
    }
  }

  private run(chunk: number): void {
    const { control, kernels, setup } = this;
    const word = (index: number): number => (control[index] as number) >>> 0;
    const table = new Int32Array(setup.memory.buffer, word(WORD.table) + chunk * CHUNK_WORDS * 4, CHUNK_WORDS);
    const [kind, rows, count, advantage, gradient, terms] = table as unknown as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    if (word(WORD.job) === JOB.pack) {
      this.pack(this.sources[kind] as RolloutBuffer, rows, count, advantage >>> 0);
      return;
    }
    const at = setup.kinds + kind * setup.kindBytes;
    const [packed, allowed, most, choice] = [word(WORD.packed), word(WORD.allowed), word(WORD.most), word(WORD.choice)];
    const first = rows >>> 0;
    if (word(WORD.job) === JOB.evaluate) {
      const [values, logProbs] = [word(WORD.values), word(WORD.logProbs)];
      kernels.evaluate(at, first, count, packed, allowed, most, choice, values, logProbs, setup.scratch);
      return;
    }
    new Float32Array(setup.memory.buffer, gradient >>> 0, setup.blockWeights[kind]).fill(0);
    // prettier-ignore
    kernels.differentiate(at, first, count, packed, allowed, most, choice, word(WORD.oldLogProb), word(WORD.oldValue),
      word(WORD.target), word(WORD.weight), advantage >>> 0, word(WORD.loss), gradient >>> 0, terms >>> 0, setup.scratch);
  }

  /** Packs `count` rows of a rollout from `first` on, a few at a time through this thread's scratch. */
  private pack(source: RolloutBuffer, first: number, count: number, packed: number): void {
    const { setup, kernels } = this;
    const { buffer } = setup.memory;
    const { contextStride: c, candidateStride: f, maxCandidates: k, globalStride: g } = source;
    const stage = stageOf(source, setup.scratch);
    for (let done = 0; done < count; done += PACK_ROWS) {
      const rows = Math.min(PACK_ROWS, count - done);
      const from = first + done;
      const to = from + rows;
      new Uint8Array(buffer, stage.kind).set(source.kind.subarray(from, to));
      new Uint8Array(buffer, stage.count).set(source.candidateCount.subarray(from, to));
      new Uint8Array(buffer, stage.mask).set(source.actionMask.subarray(from * k, to * k));
      new Float32Array(buffer, stage.context).set(source.context.subarray(from * c, to * c));
      new Float32Array(buffer, stage.features).set(source.candidates.subarray(from * k * f, to * k * f));
      new Float32Array(buffer, stage.global).set(source.global.subarray(from * g, to * g));
      // prettier-ignore
      kernels.pack(setup.kinds, setup.kindBytes, rows, packed + 4 * done, stage.kind, stage.count, stage.context, c,
        stage.features, f, stage.mask, k, stage.global, g);
    }
  }
}

/** What the size of raw rows depends on. */
type RowShape = Pick<RolloutBuffer, 'contextStride' | 'candidateStride' | 'maxCandidates' | 'globalStride'>;

interface Stage {
  readonly kind: number;
  readonly count: number;
  readonly mask: number;
  readonly context: number;
  readonly features: number;
  readonly global: number;
  readonly end: number;
}

/** Where `PACK_ROWS` raw rows stand from `scratch` on. The kernels read up to three numbers behind each. */
function stageOf(source: RowShape, scratch: number): Stage {
  const { contextStride: c, candidateStride: f, maxCandidates: k, globalStride: g } = source;
  let end = scratch;
  const take = (bytes: number): number => {
    const at = end;
    end = Math.ceil((end + bytes + 16) / 16) * 16;
    return at;
  };
  const kind = take(PACK_ROWS);
  const count = take(PACK_ROWS);
  const mask = take(PACK_ROWS * k);
  const context = take(4 * PACK_ROWS * c);
  const features = take(4 * PACK_ROWS * k * f);
  const global = take(4 * PACK_ROWS * g);
  return { kind, count, mask, context, features, global, end };
}

/** Bytes of scratch that packing rows of this shape takes. */
export function stageBytes(source: RowShape): number {
  return stageOf(source, 0).end;
}
