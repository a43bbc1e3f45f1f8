import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileReadError } from '../file-errors.ts';
import { refuse } from './refuse.ts';

/** A larger file is refused before it is read: bundles are kilobytes, and a node must not run out of memory on a bad one. */
export const MAX_FILE_BYTES = 256 * 1024 * 1024;

/** A file of the folder, read once: what was hashed is what is used. */
export interface ScannedFile {
  readonly bytes: Buffer;
  /** SHA-256, lower-case hex. */
  readonly digest: string;
}

/**
 * Names of the regular files below `dir`, relative with `/`, without `ignored` paths and what lies below them.
 * Symbolic links, devices and sockets, and names that are not UTF-8, are refused with BUNDLE_MALFORMED wherever they stand.
 */
export function listFiles(dir: string, ignored: readonly string[]): string[] {
  const names: string[] = [];
  walk(dir, '', new Set(ignored), names);
  return names;
}

/** Reads and hashes one listed file. Does not follow a link that took its place meanwhile. */
export function readListed(dir: string, name: string): ScannedFile {
  const path = join(dir, name);
  let descriptor: number;
  try {
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ELOOP') {
      throw refuse('BUNDLE_MALFORMED', path, `Expected regular files only, got symbolic link '${name}'.`, cause);
    }
    throw fileReadError(path, cause);
  }
  try {
    const status = fstatSync(descriptor);
    if (!status.isFile()) throw refuse('BUNDLE_MALFORMED', path, `Expected '${name}' to be a regular file.`);
    if (status.size > MAX_FILE_BYTES) {
      throw refuse('BUNDLE_MALFORMED', path, `Expected '${name}' below ${MAX_FILE_BYTES} bytes, got ${status.size}.`);
    }
    const bytes = readFileSync(descriptor);
    return { bytes, digest: createHash('sha256').update(bytes).digest('hex') };
  } finally {
    closeSync(descriptor);
  }
}

/** Throws FILE_NOT_FOUND or BUNDLE_MALFORMED unless `dir` is a folder. */
export function checkFolder(dir: string): void {
  try {
    if (lstatSync(join(dir, '.')).isDirectory()) return;
  } catch (cause) {
    throw fileReadError(dir, cause);
  }
  throw refuse('BUNDLE_MALFORMED', dir, `Expected '${dir}' to be a folder.`);
}

function walk(dir: string, below: string, ignored: ReadonlySet<string>, names: string[]): void {
  let entries;
  try {
    entries = readdirSync(join(dir, below), { withFileTypes: true, encoding: 'buffer' });
  } catch (cause) {
    throw fileReadError(join(dir, below), cause);
  }
  for (const entry of entries) {
    const name = below + decodeName(dir, entry.name);
    if (entry.isSymbolicLink()) {
      throw refuse('BUNDLE_MALFORMED', join(dir, name), `Expected regular files only, got symbolic link '${name}'.`);
    }
    if (ignored.has(name)) continue;
    if (entry.isDirectory()) walk(dir, `${name}/`, ignored, names);
    else if (entry.isFile()) names.push(name);
    else
      throw refuse(
        'BUNDLE_MALFORMED',
        join(dir, name),
        `Expected regular files only, got '${name}', which is neither file nor folder.`,
      );
  }
}

function decodeName(dir: string, name: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(name);
  } catch (cause) {
    const shown = name.toString('latin1');
    throw refuse('BUNDLE_MALFORMED', dir, `Expected file names in UTF-8, got '${shown}' (shown as Latin-1).`, cause);
  }
}
