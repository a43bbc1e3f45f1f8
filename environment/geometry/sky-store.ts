import { SpaceCloudError } from '../../core/index.ts';
import type { Sky } from './geometry.ts';
import { type SkyShape, chunkCount, rowsOfChunk } from './sky-shape.ts';

/** Where the chunks of a sky go as they are made. */
export interface SkyStore {
  /** Memory to make chunk `c` in, shared among threads. */
  chunk(c: number): Float32Array;
  /** Takes chunk `c`, made in that memory; in order. */
  add(c: number, chunk: Float32Array): void;
  /** The chunks so far. */
  sky(): Sky;
}

/** Keeps all chunks. Throws SCENARIO_FIELD when there is not enough memory. */
export function memoryStore(shape: SkyShape): SkyStore {
  const chunks: Float32Array[] = [];
  return {
    chunk: (c) => allocate(shape, c),
    add: (c, chunk) => void (chunks[c] = chunk),
    sky: () => ({ ...shape, chunks, file: undefined }),
  };
}

/** Hands chunks on to a file and uses their memory again. */
export function fileStore(
  shape: SkyShape,
  writer: { readonly file: NonNullable<Sky['file']>; add(chunk: Float32Array): void },
): SkyStore {
  const free: Float32Array[] = [];
  return {
    chunk: (c) => (free.pop() ?? allocate(shape, 0)).subarray(0, rowsOfChunk(shape, c) * shape.rowLength),
    add(_, chunk) {
      writer.add(chunk);
      free.push(new Float32Array(chunk.buffer));
    },
    sky: () => ({ ...shape, chunks: undefined, file: writer.file }),
  };
}

function allocate(shape: SkyShape, c: number): Float32Array {
  try {
    return new Float32Array(new SharedArrayBuffer(4 * rowsOfChunk(shape, c) * shape.rowLength));
  } catch (cause) {
    const bytes = 4 * shape.rows * shape.rowLength;
    throw new SpaceCloudError(
      'SCENARIO_FIELD',
      `Expected the geometry to fit in memory, got ${(bytes / 1e9).toFixed(1)} GB in ${chunkCount(shape)} parts.`,
      { hint: 'Allow a cache folder, shorten durationS, lengthen tickS, or use fewer satellites.', cause },
    );
  }
}
