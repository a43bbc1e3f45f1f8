import { closeSync, copyFileSync, fsyncSync, linkSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileError, hasErrno } from './file-errors.ts';

/**
 * Replaces `path` so that at every moment, whatever fails, it is either the old file or the whole new one: writes
 * `<path>.tmp`, flushes it to the device, renames it, flushes the folder. With `keepPrevious` the old file stays as
 * `<path>.previous`. One writer at a time (see `lockRun`): a temporary file left by a killed writer is overwritten.
 *
 * Errors: DISK_FULL, FILE_WRITE; the temporary file is then removed.
 */
export function writeAtomically(path: string, content: Uint8Array, keepPrevious = false): void {
  const temporary = `${path}.tmp`;
  try {
    writeDurably(temporary, content);
    if (keepPrevious) keepAsPrevious(path);
    renameSync(temporary, path);
    flushFolder(dirname(path));
  } catch (cause) {
    removeQuietly(temporary);
    throw fileError('write', path, cause);
  }
}

function writeDurably(path: string, content: Uint8Array): void {
  const file = openSync(path, 'w');
  try {
    for (let done = 0; done < content.length;) done += writeSync(file, content, done);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Gives the file a second name first, so that `path` never stops existing. */
function keepAsPrevious(path: string): void {
  const second = `${path}.previous.tmp`;
  rmSync(second, { force: true });
  try {
    linkSync(path, second);
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return;
    copyFileSync(path, second);
  }
  renameSync(second, `${path}.previous`);
}

function flushFolder(folder: string): void {
  let file: number;
  try {
    file = openSync(folder, 'r');
  } catch (error) {
    // Windows cannot open folders; its renames are journalled.
    if (hasErrno(error, 'EISDIR') || hasErrno(error, 'EPERM') || hasErrno(error, 'EACCES')) return;
    throw error;
  }
  try {
    fsyncSync(file);
  } catch (error) {
    if (!hasErrno(error, 'EINVAL') && !hasErrno(error, 'EPERM')) throw error;
  } finally {
    closeSync(file);
  }
}

/** The first failure is the one to report; a read-only folder also refuses the removal. */
function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}
