import { readChunk } from './sky-file.ts';
import type { Sky } from './geometry.ts';

/** Rows of a sky, one at a time. */
export interface SkyReader {
  /**
   * Row of boundary `k` in [0, rows): [N * 3] Earth-fixed positions, km, then [S] sunlit shares. A view, not to be written;
   * it stays good when other rows are read.
   */
  row(k: number): Float32Array;
}

/** Chunks of files kept per thread, the ones used last; at most 2 MiB each. Worlds of one thread share them. */
const KEPT_CHUNKS = 16;
const keptChunks = new Map<string, readonly Float32Array[]>();

/**
 * Reads a sky in memory or in its file, whichever it has. Views of rows are made once per chunk, so that reading allocates
 * nothing. From a file, chunks are read as they are asked for and checked against their digests: FILE_READ when one is damaged
 * or the file is gone.
 */
export function skyReader(sky: Sky): SkyReader {
  const { chunkRows } = sky;
  const inMemory = new Map<number, readonly Float32Array[]>();
  const chunkOf = (c: number): readonly Float32Array[] => {
    const { chunks, file } = sky;
    if (chunks !== undefined) {
      const views = inMemory.get(c) ?? rowsOf(sky, chunks[c] as Float32Array);
      inMemory.set(c, views);
      return views;
    }
    const { path, offset } = file as NonNullable<Sky['file']>;
    const key = `${path}#${offset}#${c}`;
    const views = keptChunks.get(key) ?? rowsOf(sky, readChunk(sky, { path, offset }, c));
    keptChunks.delete(key); // so that it comes to stand last, as the one used last
    keptChunks.set(key, views);
    for (const oldest of keptChunks.keys()) {
      if (keptChunks.size <= KEPT_CHUNKS) break;
      keptChunks.delete(oldest);
    }
    return views;
  };
  // The last two chunks: at the edge between them, callers go back and forth.
  let [index, views] = [-1, [] as readonly Float32Array[]];
  let [formerIndex, formerViews] = [index, views];
  return {
    row(k) {
      const c = Math.floor(k / chunkRows);
      if (c !== index) {
        [index, formerIndex] = [formerIndex, index];
        [views, formerViews] = [formerViews, views];
        if (c !== index) {
          views = chunkOf(c);
          index = c;
        }
      }
      return views[k - c * chunkRows] as Float32Array;
    },
  };
}

function rowsOf(sky: Sky, chunk: Float32Array): Float32Array[] {
  const { rowLength } = sky;
  return Array.from({ length: chunk.length / rowLength }, (_, i) => chunk.subarray(i * rowLength, (i + 1) * rowLength));
}
