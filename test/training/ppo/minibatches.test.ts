import { describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { Minibatches, timeMajor } from '../../../training/ppo/minibatches.ts';
import { type RolloutBuffer, createRolloutBuffer } from '../../../training/rollout/buffer.ts';

/** A buffer of `n` decisions of `agents` agents in turn; agent `a`'s episodes end after `episode[a]` decisions each. */
function bufferOf(n: number, episode: readonly number[], memoryStride: number): RolloutBuffer {
  const shape = { capacity: n, contextStride: 1, candidateStride: 1, maxCandidates: 2, memoryStride };
  const buffer = createRolloutBuffer(shape);
  buffer.n = n;
  const agents = episode.length;
  for (let row = 0; row < n && memoryStride > 0; row++) {
    const turn = Math.floor(row / agents);
    buffer.earlier[row] = turn % (episode[row % agents] as number) === 0 ? -1 : row - agents;
  }
  return buffer;
}

function chunksOf(rows: Int32Array, buffer: RolloutBuffer): number[][] {
  const chunks: number[][] = [];
  rows.forEach((row, at) => {
    if (at > 0 && buffer.earlier[row] === rows[at - 1] && (chunks.at(-1)?.length ?? 0) < 4) chunks.at(-1)?.push(row);
    else chunks.push([row]);
  });
  return chunks;
}

describe('minibatches', () => {
  it('of a network without memory are what a shuffle of all rows gives, cut into equal parts', () => {
    const minibatches = new Minibatches(bufferOf(10, [3], 0), { minibatchRows: 4, sequenceLength: 4 });
    minibatches.shuffle(new Rng(5, 'shuffle'));
    const expected = Int32Array.from({ length: 10 }, (_, row) => row);
    new Rng(5, 'shuffle').shuffle(expected);
    // round(10 / 4) = 3 parts: up to rows 10 / 3, 20 / 3 and 10, rounded down
    const parts = [...minibatches.rows()].map((rows) => [...rows]);
    expect(parts).toEqual([[...expected.slice(0, 3)], [...expected.slice(3, 6)], [...expected.slice(6)]]);
  });

  it('of a network with memory hold every row once an epoch, in whole chunks that never cross the end of an episode', () => {
    const buffer = bufferOf(300, [7, 100, 1], 2);
    const minibatches = new Minibatches(buffer, { minibatchRows: 64, sequenceLength: 4 });
    const rng = new Rng(6, 'shuffle');
    const epochs = [0, 1].map(() => {
      minibatches.shuffle(rng);
      return [...minibatches.rows()].map((rows) => rows.slice());
    });
    for (const parts of epochs) {
      expect(parts.length).toBe(5); // round(300 / 64)
      for (const rows of parts) expect(Math.abs(rows.length - 60)).toBeLessThan(8);
      expect(parts.flatMap((rows) => [...rows]).sort((a, b) => a - b)).toEqual([...Array(300).keys()]);
      // Agent 0: 14 episodes of 7 in chunks of 4 and 3, and 2 decisions more; agent 1: 25 of 4; agent 2: 100 of 1.
      const chunks = parts.flatMap((rows) => chunksOf(rows, buffer));
      const count = (agent: number, length: number): number =>
        chunks.filter((chunk) => (chunk[0] as number) % 3 === agent && chunk.length === length).length;
      expect([count(0, 4), count(0, 3), count(0, 2), count(0, 1)]).toEqual([14, 14, 1, 0]);
      expect([count(1, 4), count(2, 1), chunks.length]).toEqual([25, 100, 14 + 14 + 1 + 25 + 100]);
    }
    expect(epochs[0]).not.toEqual(epochs[1]);
  });

  it('find their chunks again, and run them side by side, longest first', () => {
    //            chunk A: 0 3 6, chunk B: 1, chunk C: 2 5 8 11 and, cut by the length of 4, D: 14
    const rows = Int32Array.of(1, 0, 3, 6, 2, 5, 8, 11, 14);
    const earlier = new Int32Array(15).fill(-1);
    for (const [row, before] of [
      [3, 0],
      [6, 3],
      [5, 2],
      [8, 5],
      [11, 8],
      [14, 11],
    ] as const) {
      earlier[row] = before;
    }
    const { order, steps } = timeMajor(rows, earlier, 4);
    expect(steps).toEqual([4, 2, 2, 1]);
    expect([...order].map((at) => rows[at])).toEqual([2, 0, 1, 14, 5, 3, 8, 6, 11]);
  });
});
