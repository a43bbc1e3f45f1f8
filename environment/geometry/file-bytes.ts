import { createHash } from 'node:crypto';
import { readSync, writeSync } from 'node:fs';

export const DIGEST_BYTES = 32;

/** SHA-256 of byte ranges one after the other. */
export function digestOf(...parts: readonly ArrayBufferView[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(bytesOf(part));
  return hash.digest();
}

/** The memory of a column as bytes. */
export function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** Fills `into` from `position` on; undefined when the file ends before. */
export function readBytes<T extends Uint8Array>(file: number, into: T, position: number): T | undefined {
  for (let done = 0; done < into.length;) {
    const read = readSync(file, into, done, into.length - done, position + done);
    if (read === 0) return undefined;
    done += read;
  }
  return into;
}

/** Writes all of `bytes` at `position`. */
export function writeBytes(file: number, bytes: Uint8Array, position: number): void {
  for (let done = 0; done < bytes.length;) {
    done += writeSync(file, bytes, done, bytes.length - done, position + done);
  }
}
