import { SpaceCloudError } from '../../../core/index.ts';

/** What a bundle may hold, so that a damaged or hostile pack cannot fill a node's memory. */
const MOST_FILES = 64;
export const MOST_PACK_BYTES = 64 * 1024 * 1024;
/** Names of files in a bundle: no folders, nothing hidden. */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/;
const MAGIC = Buffer.from('SCPACK1\n', 'ascii');

/**
 * The files of a bundle as one run of bytes, to be sent: magic, count (u32), then per file, by name: length of its name (u16),
 * name (UTF-8), length (u32), bytes. All numbers are little-endian. The pack itself is not signed: its files are.
 */
export function packFiles(files: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const parts: Uint8Array[] = [MAGIC, uint32(files.size)];
  for (const [name, bytes] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const text = Buffer.from(name, 'utf8');
    const length = Buffer.alloc(2);
    length.writeUInt16LE(text.length);
    parts.push(length, text, uint32(bytes.length), bytes);
  }
  return Buffer.concat(parts);
}

/** The inverse of `packFiles`; the bytes are views. Throws BUNDLE_MALFORMED for anything else. */
export function unpackFiles(pack: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const bytes = Buffer.from(pack.buffer, pack.byteOffset, pack.length);
  const files = new Map<string, Uint8Array>();
  if (bytes.length > MOST_PACK_BYTES) throw malformed(`at most ${MOST_PACK_BYTES} bytes`, `${bytes.length}`);
  let at = MAGIC.length;
  const take = (count: number): Buffer => {
    if (at + count > bytes.length) throw malformed(`${count} bytes at ${at}`, `the end at ${bytes.length}`);
    at += count;
    return bytes.subarray(at - count, at);
  };
  if (!bytes.subarray(0, at).equals(MAGIC)) throw malformed('the pack of a bundle', 'something else');
  const count = take(4).readUInt32LE();
  if (count > MOST_FILES) throw malformed(`at most ${MOST_FILES} files`, `${count}`);
  for (let i = 0; i < count; i++) {
    const name = take(take(2).readUInt16LE()).toString('utf8');
    if (!NAME.test(name) || files.has(name)) throw malformed('plain and unique file names', JSON.stringify(name));
    files.set(name, take(take(4).readUInt32LE()));
  }
  if (at !== bytes.length) throw malformed(`a pack of ${at} bytes`, `${bytes.length}`);
  return files;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function malformed(expected: string, got: string): SpaceCloudError {
  return new SpaceCloudError('BUNDLE_MALFORMED', `Expected ${expected} in the pack of a bundle, got ${got}.`, {
    hint: 'Send the bundle again.',
  });
}
