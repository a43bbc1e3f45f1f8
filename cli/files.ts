import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { SpaceCloudError } from '../core/index.ts';
import { fromSystemError } from './system-errors.ts';

/** Reads a text file. Errors: FILE_NOT_FOUND, FILE_READ. */
export function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw fromSystemError(error) ?? error;
  }
}

/** Writes a text file and the folders above it. Errors: FILE_WRITE, DISK_FULL. */
export function writeText(
  file: string,
  text: string,
  options: { readonly mode?: number; readonly isNew?: boolean } = {},
): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: options.mode ?? 0o644, flag: options.isNew === true ? 'wx' : 'w' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') {
      throw new SpaceCloudError('FILE_WRITE', `Expected a file that does not exist yet, got '${file}'.`, {
        place: { file },
        hint: 'Choose another name, or remove it first.',
      });
    }
    throw fromSystemError(error) ?? error;
  }
}
