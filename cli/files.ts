import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeFolders } from '../core/files/index.ts';
import { SpaceCloudError } from '../core/index.ts';
import { fromSystemError } from './system-errors.ts';

/** Reads a text file; `ofFolder`: what to do when it is a folder. Errors: FILE_NOT_FOUND, FILE_READ. */
export function readText(file: string, ofFolder = 'Name a file in it.'): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EISDIR') {
      throw new SpaceCloudError('FILE_READ', `Expected a file to read, got the folder '${file}'.`, {
        place: { file },
        hint: ofFolder,
        cause: error,
      });
    }
    throw fromSystemError(error) ?? error;
  }
}

/**
 * Reads the PEM text of a key, and refuses one of the other kind: a private key where a public one is asked for is a slip
 * that must not pass. Errors: FILE_NOT_FOUND, FILE_READ.
 */
export function readKey(file: string, kind: 'public' | 'private'): string {
  const text = readText(file, `Name the key in it, such as ${join(file, `${kind}.pem`)}.`);
  const found = /-----BEGIN (?:[A-Z]+ )*(PUBLIC|PRIVATE) KEY-----/.exec(text)?.[1]?.toLowerCase();
  if (found === kind) return text;
  const got = found === undefined ? 'something else' : `a ${found} one`;
  throw new SpaceCloudError('FILE_READ', `Expected a ${kind} key (PEM) in '${file}', got ${got}.`, {
    place: { file },
    hint: `Give the ${kind}.pem that \`spacecloud key\` made.`,
  });
}

/** Reads a JSON document that says in `format` what it is. Errors: FILE_NOT_FOUND, FILE_READ (also for another document). */
export function readJson(file: string, format: string, hint: string): unknown {
  const refuse = (got: string, cause?: unknown): SpaceCloudError =>
    new SpaceCloudError('FILE_READ', `Expected a JSON document of format ${format} in '${file}', got ${got}.`, {
      place: { file },
      hint,
      cause,
    });
  const text = readText(file);
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw refuse(`no JSON: ${(cause as Error).message}`, cause);
  }
  const found = (document as { readonly format?: unknown } | null)?.format;
  if (found !== format) throw refuse(found === undefined ? 'one without a format' : JSON.stringify(found));
  return document;
}

export interface TextFile {
  readonly path: string;
  /** Bytes are written as they are. */
  readonly text: string | Uint8Array;
  /** Default 0o644. */
  readonly mode?: number;
  /** Refuse to replace a file that exists. */
  readonly isNew?: boolean;
}

/**
 * Writes text files and the folders above them. All are written under other names first and renamed when the last is on
 * the disk, so a full disk or a read-only folder leaves neither a part of a file nor a part of the set.
 *
 * Errors: FILE_WRITE, DISK_FULL; folders and files made so far are then removed.
 */
export function writeTexts(files: readonly TextFile[]): void {
  for (const { path, isNew } of files) {
    if (/[/\\]$/.test(path) || isFolder(path)) throw isAFolder(path);
    if (isNew === true && existsSync(path)) throw existsAlready(path);
  }
  const madeFolders: string[] = [];
  const drafts = files.map((file) => ({ ...file, draft: `${file.path}.${process.pid}.partial` }));
  let writing = '';
  try {
    for (const { path, text, mode, draft } of drafts) {
      writing = path;
      const made = makeFolders(dirname(path));
      if (made !== undefined) madeFolders.push(made);
      writeFileSync(draft, text, { mode: mode ?? 0o644, flush: true });
    }
    for (const { path, draft } of drafts) {
      writing = path;
      renameSync(draft, path);
    }
  } catch (error) {
    for (const { draft } of drafts) rmQuietly(draft);
    for (const folder of madeFolders) rmQuietly(folder);
    throw writeError(error, writing);
  }
}

/**
 * Finds out before long work whether its results can be written into a folder. Leaves no trace.
 *
 * Errors: FILE_WRITE, DISK_FULL.
 */
export function expectWritable(folder: string): void {
  const probe = join(folder, `.${process.pid}.partial`);
  let made: string | undefined;
  try {
    made = makeFolders(folder);
    writeFileSync(probe, 'spacecloud', { flush: true });
  } catch (error) {
    throw writeError(error, folder);
  } finally {
    rmQuietly(made ?? probe);
  }
}

/** False also where nobody can say: the call that needs the folder tells why. */
function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

/** Who writes is told of writing, and of the file that was asked for, not of the draft or the folder that failed. */
function writeError(error: unknown, path: string): unknown {
  if (error instanceof SpaceCloudError) return error;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === undefined || syscall === undefined) return error;
  const isFull = fromSystemError(error)?.code === 'DISK_FULL';
  const expected = isFull ? `free space for '${path}'` : `to write '${path}'`;
  return new SpaceCloudError(isFull ? 'DISK_FULL' : 'FILE_WRITE', `Expected ${expected}, got ${code} (${syscall}).`, {
    place: { file: path },
    hint: isFull
      ? 'Free some space or choose another folder, then run the command again.'
      : 'Choose a folder that exists or can be made, and that this user may write to.',
    cause: error,
  });
}

function isAFolder(path: string): SpaceCloudError {
  return new SpaceCloudError('FILE_WRITE', `Expected a file to write, got the folder '${path}'.`, {
    place: { file: path },
    hint: `Name a file in it, such as ${join(path, 'result.json')}.`,
  });
}

function existsAlready(file: string): SpaceCloudError {
  return new SpaceCloudError('FILE_WRITE', `Expected a file that does not exist yet, got '${file}'.`, {
    place: { file },
    hint: 'Choose another name, or remove it first.',
  });
}

/** The failure that came first is the one to report. */
function rmQuietly(path: string): void {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    return;
  }
}
