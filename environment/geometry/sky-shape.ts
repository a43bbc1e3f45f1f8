import type { Sky } from './geometry.ts';

/** How the rows of a sky are cut into chunks. */
export type SkyShape = Pick<Sky, 'chunkRows' | 'rows' | 'rowLength'>;

/** Chunks are as large as fits below: small enough to be read at once, large enough that a disk reads them at full speed. */
const MAX_CHUNK_BYTES = 2 * 2 ** 20;

export function skyShape(satelliteCount: number, groundCount: number, tickCount: number): SkyShape {
  const rowLength = 3 * (satelliteCount + groundCount) + satelliteCount;
  const rows = tickCount + 1;
  const fitting = Math.floor(MAX_CHUNK_BYTES / (4 * rowLength));
  return { chunkRows: Math.max(1, Math.min(rows, fitting)), rows, rowLength };
}

export function chunkCount({ chunkRows, rows }: SkyShape): number {
  return Math.ceil(rows / chunkRows);
}

/** Rows of chunk `c`: the last one may be shorter. */
export function rowsOfChunk({ chunkRows, rows }: SkyShape, c: number): number {
  return Math.min(chunkRows, rows - c * chunkRows);
}
