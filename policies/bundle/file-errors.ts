import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { SpaceCloudError } from '../../core/index.ts';

/** DISK_FULL or FILE_WRITE for an error of the file system while writing `path`. */
export function fileWriteError(path: string, cause: unknown): SpaceCloudError {
  const reason = systemCode(cause);
  if (reason === 'ENOSPC' || reason === 'EDQUOT') {
    return new SpaceCloudError('DISK_FULL', `Expected room to write '${path}', got a full disk (${reason}).`, {
      place: { file: path },
      hint: 'Free some space or choose another folder, then repeat; nothing half-written was left.',
      cause,
    });
  }
  return new SpaceCloudError('FILE_WRITE', `Expected to write '${path}', got ${reason}.`, {
    place: { file: path },
    hint: 'Check that the folder exists and may be written, or choose another one.',
    cause,
  });
}

/** FILE_NOT_FOUND or FILE_READ for an error of the file system while reading `path`. */
export function fileReadError(path: string, cause: unknown): SpaceCloudError {
  const reason = systemCode(cause);
  if (reason === 'ENOENT') {
    return new SpaceCloudError('FILE_NOT_FOUND', `Expected '${path}', got nothing of that name.`, {
      place: { file: path },
      hint: 'Check the path.',
      cause,
    });
  }
  return new SpaceCloudError('FILE_READ', `Expected to read '${path}', got ${reason}.`, {
    place: { file: path },
    hint: 'Check that the file may be read.',
    cause,
  });
}

/** Creates a file with its content on the disk, not only in the cache; fails if it exists. */
export function writeNewFile(path: string, bytes: Uint8Array): void {
  const descriptor = openSync(path, 'wx', 0o644);
  try {
    let written = 0;
    while (written < bytes.length) written += writeSync(descriptor, bytes, written);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Replaces or creates a file so that a reader sees the old or the new content, never a part. */
export function writeFileAtomically(path: string, bytes: Uint8Array): void {
  const partial = `${path}.${process.pid}.partial`;
  try {
    rmSync(partial, { force: true });
    writeNewFile(partial, bytes);
    renameSync(partial, path);
  } catch (cause) {
    rmSync(partial, { force: true });
    throw fileWriteError(path, cause);
  }
}

/** Puts a folder's entries on the disk; not possible on every system, and not needed where it is not. */
export function syncFolder(dir: string): void {
  let descriptor: number | undefined;
  try {
    descriptor = openSync(dir, 'r');
    fsyncSync(descriptor);
  } catch {
    return;
  } finally {
    if (descriptor !== undefined) closeSync(descriptor);
  }
}

function systemCode(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause);
}
