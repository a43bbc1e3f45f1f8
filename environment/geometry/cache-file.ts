import { createHash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, mkdirSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { threadId } from 'node:worker_threads';
import { SpaceCloudError } from '../../core/index.ts';
import { type GeometryShape, columnBytes, columnsOver } from './columns.ts';
import type { Geometry } from './geometry.ts';
import { GEOMETRY_VERSION } from './key.ts';

/**
 * A geometry on disk: preamble, JSON header (scalars, names, notes), padding to 8 bytes, then the columns as they lie in memory.
 *
 * Preamble, 64 bytes: `spacecloud-geometry` padded with zeros to 20, version, header length (32-bit words in the machine's byte
 * order, so that a file from a machine of the other order fails the version check), the SHA-256 of all that follows, zeros.
 */
const MAGIC = Buffer.from('spacecloud-geometry\0', 'latin1');
const WORDS_AT = MAGIC.length;
const DIGEST_AT = WORDS_AT + 8;
const PREAMBLE_BYTES = 64;

interface Header {
  readonly key: string;
  readonly tickS: number;
  readonly shape: GeometryShape;
  readonly nodeNames: readonly string[];
  readonly leftOut: Geometry['leftOut'];
  readonly notes: readonly string[];
}

/** Reads a geometry; undefined when the file is absent, damaged, of another version or of another key. */
export function readGeometryFile(path: string, key: string): Geometry | undefined {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch {
    return undefined;
  }
  try {
    return parseGeometryFile(file, key);
  } catch {
    return undefined; // a header that is not JSON, or a disk that does not give its bytes: as good as damaged
  } finally {
    closeSync(file);
  }
}

function parseGeometryFile(file: number, key: string): Geometry | undefined {
  const size = fstatSync(file).size;
  const preamble = readBytes(file, new Uint8Array(PREAMBLE_BYTES), 0);
  if (preamble === undefined || MAGIC.compare(preamble, 0, MAGIC.length) !== 0) return undefined;
  const [version, headerBytes] = new Uint32Array(preamble.buffer, WORDS_AT, 2) as unknown as [number, number];
  const columnsAt = PREAMBLE_BYTES + headerBytes;
  if (version !== GEOMETRY_VERSION || columnsAt % 8 !== 0 || columnsAt > size) return undefined;
  const headerText = readBytes(file, new Uint8Array(headerBytes), PREAMBLE_BYTES);
  const memory = new SharedArrayBuffer(size - columnsAt);
  const columns = readBytes(file, new Uint8Array(memory), columnsAt);
  if (headerText === undefined || columns === undefined) return undefined;
  const digest = createHash('sha256').update(headerText).update(columns).digest();
  if (digest.compare(preamble, DIGEST_AT, DIGEST_AT + 32) !== 0) return undefined;
  const { shape, ...header } = JSON.parse(Buffer.from(headerText).toString('utf8')) as Header;
  if (header.key !== key || columnBytes(shape) !== memory.byteLength) return undefined;
  return { ...header, ...shape, nodeCount: header.nodeNames.length, ...columnsOver(memory, shape) };
}

function readBytes<T extends Uint8Array>(file: number, into: T, position: number): T | undefined {
  for (let done = 0; done < into.length;) {
    const read = readSync(file, into, done, into.length - done, position + done);
    if (read === 0) return undefined;
    done += read;
  }
  return into;
}

/**
 * Writes a geometry whose columns lie in one buffer, atomically: a temporary file beside it, flushed to the disk, then renamed.
 * Throws DISK_FULL or FILE_WRITE and leaves nothing behind.
 */
export function writeGeometryFile(path: string, geometry: Geometry): void {
  const temporary = `${path}.${process.pid}-${threadId}.tmp`;
  let file: number | undefined;
  let opened = false;
  try {
    mkdirSync(dirname(path), { recursive: true });
    file = openSync(temporary, 'w');
    opened = true;
    for (const bytes of encodeGeometry(geometry)) writeBytes(file, bytes);
    fsyncSync(file);
    const descriptor = file;
    file = undefined;
    closeSync(descriptor);
    renameSync(temporary, path);
  } catch (cause) {
    if (file !== undefined) closeSync(file);
    if (opened) rmSync(temporary, { force: true });
    const full = (cause as NodeJS.ErrnoException).code === 'ENOSPC';
    throw new SpaceCloudError(
      full ? 'DISK_FULL' : 'FILE_WRITE',
      `Expected to write the geometry cache '${path}', got: ${(cause as Error).message}.`,
      {
        hint: full ? 'Free some space, or choose another cache folder.' : 'Choose a cache folder that can be written.',
        cause,
      },
    );
  }
}

function encodeGeometry(geometry: Geometry): Uint8Array[] {
  const { key, tickS, nodeNames, leftOut, notes } = geometry;
  const { tickCount, satelliteCount, gatewayCount, dataCentreCount, terminalCount, islSlots, antennaCount } = geometry;
  const shape = { tickCount, satelliteCount, gatewayCount, dataCentreCount, terminalCount, islSlots, antennaCount };
  const header: Header = { key, tickS, shape, nodeNames, leftOut, notes };
  const text = Buffer.from(JSON.stringify(header), 'utf8');
  const headerBytes = Buffer.alloc(Math.ceil(text.length / 8) * 8, ' ');
  text.copy(headerBytes);
  const columns = new Uint8Array(geometry.islNeighbour.buffer, 0, columnBytes(shape));
  const preamble = new Uint8Array(PREAMBLE_BYTES);
  preamble.set(MAGIC);
  new Uint32Array(preamble.buffer, WORDS_AT, 2).set([GEOMETRY_VERSION, headerBytes.length]);
  preamble.set(createHash('sha256').update(headerBytes).update(columns).digest(), DIGEST_AT);
  return [preamble, headerBytes, columns];
}

function writeBytes(file: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length;) done += writeSync(file, bytes, done, bytes.length - done);
}
