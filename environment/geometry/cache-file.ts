import { closeSync, fstatSync, fsyncSync, openSync, readdirSync, renameSync, rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { makeFolders } from '../../core/files/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { type ColumnLengths, type GeometryColumns, alignedBytes, packed, packedBytes, unpacked } from './columns.ts';
import { DIGEST_BYTES, bytesOf, digestOf, readBytes, writeBytes } from './file-bytes.ts';
import type { Geometry, Sky } from './geometry.ts';
import { GEOMETRY_VERSION } from './key.ts';
import { chunkOffset, readChunkFrom, skyBytes } from './sky-file.ts';
import { type SkyShape, chunkCount } from './sky-shape.ts';

/**
 * A geometry on disk: preamble, sky in chunks, each followed by its SHA-256, JSON header (scalars, names, notes, lengths),
 * padding to 8 bytes, then the other columns, each padded likewise. The sky stands first, as it is there first.
 *
 * Preamble, 128 bytes: `spacecloud-geometry` padded with zeros to 20; format version; length of the header (32-bit words in the
 * machine's byte order, so that a file from a machine of the other order fails the version check); 4 zeros; where the header
 * begins (64-bit float); the SHA-256 of header and columns; zeros.
 */
const MAGIC = Buffer.from('spacecloud-geometry\0', 'latin1');
const WORDS_AT = MAGIC.length;
const HEADER_AT_AT = 32;
const DIGEST_AT = 40;
const PREAMBLE_BYTES = 128;

type Scalars = Omit<Geometry, 'contacts' | 'passes' | 'sky' | keyof GeometryColumns['geometry']>;

interface Header extends Scalars {
  readonly sky: SkyShape;
  readonly contactCount: number;
  readonly passCount: number;
  readonly lengths: ColumnLengths;
}

/**
 * Reads a geometry; undefined when the file is absent, damaged, of another version or of another key. A sky of more than
 * `memoryBytes` stays in the file; then only the rest is checked here, and each chunk when it is read.
 */
export function readGeometryFile(path: string, key: string, memoryBytes: number): Geometry | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return parseGeometryFile(file, { path, key, memoryBytes });
  } catch {
    return undefined; // a header that is not JSON, or a disk that does not give its bytes: as good as damaged
  } finally {
    closeSync(file);
  }
}

function parseGeometryFile(
  file: number,
  { path, key, memoryBytes }: { readonly path: string; readonly key: string; readonly memoryBytes: number },
): Geometry | undefined {
  const size = fstatSync(file).size;
  const preamble = readBytes(file, new Uint8Array(PREAMBLE_BYTES), 0);
  if (preamble === undefined || MAGIC.compare(preamble, 0, MAGIC.length) !== 0) return undefined;
  const [version, headerBytes] = new Uint32Array(preamble.buffer, WORDS_AT, 2) as unknown as [number, number];
  const [headerAt] = new Float64Array(preamble.buffer, HEADER_AT_AT, 1) as unknown as [number];
  const columnsAt = headerAt + headerBytes;
  if (version !== GEOMETRY_VERSION || !(headerAt >= PREAMBLE_BYTES && columnsAt <= size)) return undefined;
  const headerText = readBytes(file, new Uint8Array(headerBytes), headerAt);
  const memory = new SharedArrayBuffer(size - columnsAt);
  const columns = readBytes(file, new Uint8Array(memory), columnsAt);
  if (headerText === undefined || columns === undefined) return undefined;
  if (!digestOf(headerText, columns).equals(preamble.subarray(DIGEST_AT, DIGEST_AT + DIGEST_BYTES))) return undefined;
  const header = JSON.parse(Buffer.from(headerText).toString('utf8')) as Header;
  if (header.key !== key || packedBytes(header.lengths) !== memory.byteLength) return undefined;
  if (headerAt !== PREAMBLE_BYTES + skyBytes(header.sky)) return undefined;
  const sky = readSky(file, path, header.sky, memoryBytes);
  return sky && geometryOf(header, sky, memory);
}

function readSky(file: number, path: string, shape: SkyShape, memoryBytes: number): Sky | undefined {
  if (skyBytes(shape) > memoryBytes) {
    return { ...shape, chunks: undefined, file: { path, offset: PREAMBLE_BYTES } };
  }
  const chunks: Float32Array[] = [];
  for (let c = 0; c < chunkCount(shape); c++) {
    const chunk = readChunkFrom(file, shape, PREAMBLE_BYTES, c);
    if (chunk === undefined) return undefined;
    chunks.push(chunk);
  }
  return { ...shape, chunks, file: undefined };
}

function geometryOf(header: Header, sky: Sky, memory: SharedArrayBuffer): Geometry {
  const { lengths, contactCount, passCount, ...scalars } = header;
  const { geometry, contacts, passes } = unpacked(memory, lengths);
  return {
    ...scalars,
    ...geometry,
    contacts: { n: contactCount, ...contacts },
    passes: { n: passCount, ...passes },
    sky,
  };
}

/** Writes a geometry in the order in which it comes about: the sky chunk by chunk, then all else. */
export interface GeometryFileWriter {
  /** Where the chunks written so far can be read. */
  readonly file: NonNullable<Sky['file']>;
  /** Chunks come in order. Throws DISK_FULL or FILE_WRITE and leaves nothing behind, as `finish` does. */
  add(chunk: Float32Array): void;
  /** Puts the file in its place and gives the geometry as one that is read from there. */
  finish(geometry: Geometry): Geometry;
  /** Gives up and removes what was written; without effect after `finish`. */
  abandon(): void;
}

/**
 * Opens a temporary file beside `path`, which `finish` flushes to the disk and renames: `path` is complete or absent, whatever
 * happens. Throws DISK_FULL or FILE_WRITE.
 */
export function createGeometryFile(path: string, shape: SkyShape): GeometryFileWriter {
  const temporary = `${path}.${process.pid}-${threadId}.tmp`;
  let file: number | undefined;
  let written = 0;
  const abandon = (): void => {
    if (file === undefined) return;
    closeSync(file);
    file = undefined;
    rmSync(temporary, { force: true });
  };
  const orGiveUp = <T>(step: () => T): T => {
    try {
      return step();
    } catch (cause) {
      abandon();
      throw writeError(path, cause);
    }
  };
  orGiveUp(() => {
    makeFolders(dirname(path));
    removeLeftovers(dirname(path));
    file = openSync(temporary, 'w+');
  });
  return {
    file: { path: temporary, offset: PREAMBLE_BYTES },
    add(chunk) {
      const at = PREAMBLE_BYTES + chunkOffset(shape, written++);
      orGiveUp(() => {
        writeBytes(file as number, bytesOf(chunk), at);
        writeBytes(file as number, digestOf(chunk), at + chunk.byteLength);
      });
    },
    finish(geometry) {
      orGiveUp(() => {
        writeRest(file as number, geometry, PREAMBLE_BYTES + skyBytes(shape));
        fsyncSync(file as number);
        renameSync(temporary, path);
      });
      closeSync(file as number);
      file = undefined;
      return { ...geometry, sky: { ...shape, chunks: undefined, file: { path, offset: PREAMBLE_BYTES } } };
    },
    abandon,
  };
}

function writeRest(file: number, geometry: Geometry, headerAt: number): void {
  const { contacts, passes, sky, ...rest } = geometry;
  const { lengths, columns } = packed(geometry);
  const scalars = Object.fromEntries(Object.entries(rest).filter(([, value]) => !ArrayBuffer.isView(value)));
  const { chunkRows, rows, rowLength } = sky;
  const header = {
    ...scalars,
    sky: { chunkRows, rows, rowLength },
    contactCount: contacts.n,
    passCount: passes.n,
    lengths,
  };
  const text = Buffer.from(JSON.stringify(header), 'utf8');
  const headerText = Buffer.alloc(alignedBytes(text.length), ' ');
  text.copy(headerText);
  const parts = columns.flatMap((column) => [
    column,
    new Uint8Array(alignedBytes(column.byteLength) - column.byteLength),
  ]);
  let at = headerAt;
  for (const part of [headerText, ...parts]) {
    writeBytes(file, bytesOf(part), at);
    at += part.byteLength;
  }
  const preamble = new Uint8Array(PREAMBLE_BYTES);
  preamble.set(MAGIC);
  new Uint32Array(preamble.buffer, WORDS_AT, 2).set([GEOMETRY_VERSION, headerText.length]);
  new Float64Array(preamble.buffer, HEADER_AT_AT, 1)[0] = headerAt;
  preamble.set(digestOf(headerText, ...parts), DIGEST_AT);
  writeSync(file, preamble, 0, PREAMBLE_BYTES, 0);
}

/** Writes a geometry whose sky lies in memory. Throws DISK_FULL or FILE_WRITE and leaves nothing behind. */
export function writeGeometryFile(path: string, geometry: Geometry): void {
  const writer = createGeometryFile(path, geometry.sky);
  for (const chunk of geometry.sky.chunks ?? []) writer.add(chunk);
  writer.finish(geometry);
}

const TEMPORARY = /^[0-9a-f]+\.geometry\.(\d+)-\d+\.tmp$/;

/** Removes temporary files whose process is gone, as after a crash. */
function removeLeftovers(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = TEMPORARY.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(folder, basename(name)), { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function writeError(path: string, cause: unknown): SpaceCloudError {
  const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
  return new SpaceCloudError(
    full ? 'DISK_FULL' : 'FILE_WRITE',
    `Expected to write the geometry cache '${path}', got: ${(cause as Error).message}.`,
    {
      hint: full ? 'Free some space, or choose another cache folder.' : 'Choose a cache folder that can be written.',
      cause,
    },
  );
}
