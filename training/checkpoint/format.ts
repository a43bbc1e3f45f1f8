import { createHash } from 'node:crypto';
import { SpaceCloudError } from '../../core/index.ts';

/**
 * Checkpoint file, version 2, little-endian. Version 1 differs in the content of `manifest` only and is read, too.
 *
 *     bytes  0..7    'SPCLDCKP'
 *     bytes  8..11   format version
 *     bytes 12..15   J, bytes of the index
 *     bytes 16..47   SHA-256 of every other byte of the file
 *     bytes 48..     index: JSON `{manifest, sections: [{name, type, offset, length}]}`, padded with spaces to 8 bytes
 *     then           the sections' raw elements, each starting at a multiple of 8; offsets count from 48 + J
 */
export const CHECKPOINT_FORMAT_VERSION = 2;
const OLDEST_VERSION = 1;

const MAGIC = 'SPCLDCKP';
const HEADER_BYTES = 48;
const DIGEST_AT = 16;
const ALIGNMENT = 8;

const ARRAY_TYPES = {
  Uint8Array,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
} as const;
type ArrayTypeName = keyof typeof ARRAY_TYPES;
export type CheckpointArray =
  Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array;
export type CheckpointSections = Readonly<Record<string, CheckpointArray>>;

/** What a run must match to continue a checkpoint, as texts: hashes of scenario, configuration and specification, engine. */
export type CheckpointIdentity = Readonly<Record<string, string>>;

export interface CheckpointManifest {
  readonly identity: CheckpointIdentity;
  /** Counters, file offsets, versions of the software: anything JSON holds exactly. */
  readonly state: Readonly<Record<string, unknown>>;
}

export interface Checkpoint {
  readonly manifest: CheckpointManifest;
  readonly sections: CheckpointSections;
}

/** As it stands in the file: content of an older format is not migrated yet. */
export interface DecodedCheckpoint extends Checkpoint {
  readonly formatVersion: number;
}

interface SectionEntry {
  readonly name: string;
  readonly type: ArrayTypeName;
  readonly offset: number;
  readonly length: number;
}

export function encodeCheckpoint(checkpoint: Checkpoint): Uint8Array {
  const entries: SectionEntry[] = [];
  let offset = 0;
  for (const [name, array] of Object.entries(checkpoint.sections)) {
    entries.push({ name, type: arrayTypeOf(name, array), offset, length: array.length });
    offset += roundUp(array.byteLength);
  }
  const json = new TextEncoder().encode(JSON.stringify({ manifest: checkpoint.manifest, sections: entries }));
  const indexBytes = roundUp(json.length);
  const file = new Uint8Array(HEADER_BYTES + indexBytes + offset);
  const view = new DataView(file.buffer);
  file.set(new TextEncoder().encode(MAGIC));
  view.setUint32(8, CHECKPOINT_FORMAT_VERSION, true);
  view.setUint32(12, indexBytes, true);
  file.fill(0x20, HEADER_BYTES, HEADER_BYTES + indexBytes);
  file.set(json, HEADER_BYTES);
  for (const entry of entries) {
    const array = checkpoint.sections[entry.name] as CheckpointArray;
    const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    file.set(bytes, HEADER_BYTES + indexBytes + entry.offset);
  }
  file.set(digestOf(file), DIGEST_AT);
  return file;
}

/**
 * Errors: CHECKPOINT_CORRUPT when the digest does not match, or the file is no checkpoint; CHECKPOINT_VERSION when it is
 * whole but of a format that this version cannot read; older ones it can are migrated.
 */
export function decodeCheckpoint(file: Uint8Array, path: string): DecodedCheckpoint {
  if (file.length < HEADER_BYTES || new TextDecoder().decode(file.subarray(0, 8)) !== MAGIC) {
    throw corrupt(path, `a checkpoint starting with '${MAGIC}'`, `${file.length} bytes of something else`);
  }
  const found = Buffer.from(file.subarray(DIGEST_AT, HEADER_BYTES)).toString('hex');
  const computed = digestOf(file).toString('hex');
  if (found !== computed) throw corrupt(path, `content with SHA-256 ${found}`, computed);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const version = view.getUint32(8, true);
  if (version < OLDEST_VERSION || version > CHECKPOINT_FORMAT_VERSION) {
    throw new SpaceCloudError(
      'CHECKPOINT_VERSION',
      `Expected checkpoint format ${OLDEST_VERSION} to ${CHECKPOINT_FORMAT_VERSION}, got ${version}.`,
      { place: { file: path }, hint: 'Resume with the version of spacecloud that wrote it, or start a new run.' },
    );
  }
  const bodyAt = HEADER_BYTES + view.getUint32(12, true);
  const index = JSON.parse(new TextDecoder().decode(file.subarray(HEADER_BYTES, bodyAt))) as {
    readonly manifest: CheckpointManifest;
    readonly sections: readonly SectionEntry[];
  };
  const sections: Record<string, CheckpointArray> = {};
  for (const entry of index.sections) sections[entry.name] = sectionOf(file, bodyAt, entry);
  return { manifest: index.manifest, sections, formatVersion: version };
}

/** A copy: the file's bytes may start anywhere, typed arrays need alignment. */
function sectionOf(file: Uint8Array, bodyAt: number, entry: SectionEntry): CheckpointArray {
  const array = new ARRAY_TYPES[entry.type](entry.length);
  const start = bodyAt + entry.offset;
  new Uint8Array(array.buffer).set(file.subarray(start, start + array.byteLength));
  return array;
}

function arrayTypeOf(name: string, array: CheckpointArray): ArrayTypeName {
  const type = array.constructor.name;
  if (type in ARRAY_TYPES) return type as ArrayTypeName;
  const known = Object.keys(ARRAY_TYPES).join(', ');
  throw new SpaceCloudError('MISUSE', `Expected checkpoint section '${name}' to be one of ${known}, got ${type}.`);
}

function digestOf(file: Uint8Array): Buffer {
  return createHash('sha256').update(file.subarray(0, DIGEST_AT)).update(file.subarray(HEADER_BYTES)).digest();
}

function corrupt(path: string, expected: string, got: string): SpaceCloudError {
  return new SpaceCloudError('CHECKPOINT_CORRUPT', `Expected ${expected}, got ${got}.`, {
    place: { file: path },
    hint: `The file is damaged. If '${path}.previous' exists, resume from that.`,
  });
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
