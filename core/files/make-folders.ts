import { existsSync, mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { SpaceCloudError } from '../errors.ts';

/**
 * Makes a folder and those above it, one level at a time: `mkdirSync` with `recursive` never returns where a level cannot be
 * made and the system calls that ENOENT, as under /proc (Node 20). Returns the first one made, undefined when all were there;
 * on an error none is left.
 *
 * Errors: FILE_WRITE where a file stands in the way; otherwise that of the operating system, for the caller to put in words.
 */
export function makeFolders(folder: string): string | undefined {
  const missing: string[] = [];
  for (let path = folder; !isFolder(path); path = dirname(path)) {
    if (existsSync(path)) throw notAFolder(path, folder);
    missing.push(path);
    if (dirname(path) === path) break;
  }
  const made: string[] = [];
  try {
    for (const path of missing.reverse()) if (makeOne(path)) made.push(path);
  } catch (error) {
    for (const path of made.reverse()) removeIfEmpty(path);
    throw error;
  }
  return made[0];
}

/** False where another process has made it meanwhile. */
function makeOne(path: string): boolean {
  try {
    mkdirSync(path);
    return true;
  } catch (error) {
    if (isFolder(path)) return false;
    throw error;
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

function notAFolder(path: string, wanted: string): SpaceCloudError {
  const within = path === wanted ? '' : ` to make '${wanted}' in`;
  return new SpaceCloudError('FILE_WRITE', `Expected a folder${within}, got the file '${path}'.`, {
    place: { file: path },
    hint: 'Choose another folder, or remove the file first.',
  });
}

/** The failure that came first is the one to report. */
function removeIfEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    return;
  }
}
