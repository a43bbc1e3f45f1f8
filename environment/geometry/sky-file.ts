import { closeSync, openSync, rmSync } from 'node:fs';
import { SpaceCloudError } from '../../core/index.ts';
import { DIGEST_BYTES, bytesOf, digestOf, readBytes } from './file-bytes.ts';
import type { Sky } from './geometry.ts';
import { type SkyShape, rowsOfChunk } from './sky-shape.ts';

/** Where chunk `c` begins, counted from the first: each chunk is followed by its digest. */
export function chunkOffset({ chunkRows, rowLength }: SkyShape, c: number): number {
  return c * (4 * chunkRows * rowLength + DIGEST_BYTES);
}

/** Bytes that all chunks and their digests take. */
export function skyBytes(shape: SkyShape): number {
  const chunks = Math.ceil(shape.rows / shape.chunkRows);
  return 4 * shape.rows * shape.rowLength + chunks * DIGEST_BYTES;
}

/** Reads chunk `c` from an open file in which chunk 0 stands at `offset`; undefined when it is damaged or cut off. */
export function readChunkFrom(file: number, shape: SkyShape, offset: number, c: number): Float32Array | undefined {
  const chunk = new Float32Array(new SharedArrayBuffer(4 * rowsOfChunk(shape, c) * shape.rowLength));
  const at = offset + chunkOffset(shape, c);
  const bytes = readBytes(file, bytesOf(chunk), at);
  const digest = readBytes(file, new Uint8Array(DIGEST_BYTES), at + chunk.byteLength);
  if (bytes === undefined || digest === undefined) return undefined;
  return digestOf(chunk).equals(digest) ? chunk : undefined;
}

/**
 * Reads chunk `c` of a sky that lies in a file. Throws FILE_READ when the file is gone, or damaged; then it is removed, so that
 * the next start makes it anew.
 */
export function readChunk(shape: SkyShape, { path, offset }: NonNullable<Sky['file']>, c: number): Float32Array {
  const chunk = tryReadChunk(shape, { path, offset }, c);
  if (chunk !== undefined) return chunk;
  rmSync(path, { force: true });
  throw new SpaceCloudError('FILE_READ', `Expected a sound geometry in '${path}', got a damaged part (chunk ${c}).`, {
    hint: 'The file was removed; start again to have the geometry computed anew.',
  });
}

function tryReadChunk(
  shape: SkyShape,
  { path, offset }: NonNullable<Sky['file']>,
  c: number,
): Float32Array | undefined {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    return readChunkFrom(file, shape, offset, c);
  } catch (cause) {
    throw new SpaceCloudError(
      'FILE_READ',
      `Expected to read the geometry in '${path}', got: ${(cause as Error).message}.`,
      {
        hint: 'Start again; a file that is gone is computed anew.',
        cause,
      },
    );
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
