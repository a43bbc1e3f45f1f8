import type { Rng } from '../../core/index.ts';
import type { RolloutBuffer } from '../rollout/buffer.ts';

/**
 * The order in which an update learns from the rows of a rollout: drawn anew every epoch, cut into minibatches near the size
 * asked for. Without memory single rows are drawn. With memory, chunks are: up to `sequenceLength` consecutive decisions of
 * one agent and kind, which never reach across the end of an episode, because `earlier` does not.
 */
export class Minibatches {
  /** [n] rows in the present order. */
  private readonly order: Int32Array;
  /** [chunks] first row of each; undefined without memory. */
  private readonly chunks: Int32Array | undefined;
  /** [n] row after this one in its chunk, or -1. */
  private readonly following: Int32Array;
  private readonly parts: number;

  constructor(buffer: RolloutBuffer, config: { readonly minibatchRows: number; readonly sequenceLength: number }) {
    const { n } = buffer;
    this.parts = Math.max(1, Math.round(n / config.minibatchRows));
    this.order = Int32Array.from({ length: n }, (_, row) => row);
    const remembers = buffer.memoryStride > 0;
    this.following = new Int32Array(remembers ? n : 0).fill(-1);
    this.chunks = remembers ? this.cutIntoChunks(buffer, config.sequenceLength) : undefined;
  }

  /** A new order for the next epoch. */
  shuffle(rng: Rng): void {
    const { chunks, order, following } = this;
    if (chunks === undefined) {
      rng.shuffle(order);
      return;
    }
    rng.shuffle(chunks);
    let at = 0;
    for (const first of chunks) {
      for (let row = first; row >= 0; row = following[row] as number) order[at++] = row;
    }
  }

  /** The minibatches of an epoch: all rows once; chunks are not cut. */
  *rows(): Generator<Int32Array> {
    const { order, parts } = this;
    let first = 0;
    for (let part = 1; part <= parts; part++) {
      let last = Math.floor((part * order.length) / parts);
      while (last < order.length && this.continues(last)) last++;
      if (last > first) yield order.subarray(first, last);
      first = Math.max(first, last);
    }
  }

  /** Whether the row at this place of the order goes on with the chunk of the one before. */
  private continues(at: number): boolean {
    if (this.chunks === undefined || at === 0) return false;
    return this.following[this.order[at - 1] as number] === this.order[at];
  }

  private cutIntoChunks({ n, earlier }: RolloutBuffer, length: number): Int32Array {
    const step = new Int32Array(n);
    const first: number[] = [];
    for (let row = 0; row < n; row++) {
      const before = earlier[row] as number;
      step[row] = before < 0 ? 0 : ((step[before] as number) + 1) % length;
      if (step[row] === 0) first.push(row);
      else this.following[before] = row;
    }
    return Int32Array.from(first);
  }
}

/** Rows of one kind rearranged for the unrolled network. */
export interface TimeMajor {
  /** [B] places in the list of rows: the first decision of every chunk, longest chunks first, then the second, and so on. */
  readonly order: Int32Array;
  /** Chunks that reach each step, falling. */
  readonly steps: readonly number[];
}

/**
 * Finds the chunks again in rows that `Minibatches` gave out (of one kind, in order) and rearranges them by time. A row goes
 * on with the chunk before it if it is that agent's next decision and the chunk is shorter than `sequenceLength`.
 */
export function timeMajor(rows: Int32Array, earlier: Int32Array, sequenceLength: number): TimeMajor {
  const chunks: number[][] = [];
  rows.forEach((row, at) => {
    const chunk = chunks.at(-1);
    const goesOn = at > 0 && earlier[row] === rows[at - 1] && chunk !== undefined && chunk.length < sequenceLength;
    if (goesOn) chunk.push(at);
    else chunks.push([at]);
  });
  chunks.sort((a, b) => b.length - a.length); // stable: chunks of one length stay in order
  const order = new Int32Array(rows.length);
  const steps: number[] = [];
  let filled = 0;
  for (let step = 0; step < (chunks[0]?.length ?? 0); step++) {
    const before = filled;
    for (const chunk of chunks) {
      const at = chunk[step];
      if (at === undefined) break;
      order[filled++] = at;
    }
    steps.push(filled - before);
  }
  return { order, steps };
}
