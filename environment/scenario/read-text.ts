import { readFileSync, statSync } from 'node:fs';
import { SpaceCloudError } from '../../core/index.ts';
import { MAX_FILE_BYTES } from './limits.ts';

/** The text of a scenario file. Errors: FILE_NOT_FOUND, FILE_READ, SCENARIO_TOO_LARGE, SCENARIO_SYNTAX. */
export function readText(file: string): string {
  const place = { file };
  let bytes: Buffer;
  try {
    const info = statSync(file);
    if (!info.isFile()) {
      throw new SpaceCloudError('FILE_READ', `Expected a scenario file, found a folder or device: ${file}.`, {
        place,
        hint: 'Name a YAML file.',
      });
    }
    if (info.size > MAX_FILE_BYTES) {
      const message = `Expected a scenario of at most ${MAX_FILE_BYTES} bytes, got ${info.size}.`;
      const hint = 'Element sets belong in a file of their own.';
      throw new SpaceCloudError('SCENARIO_TOO_LARGE', message, { place, hint });
    }
    bytes = readFileSync(file);
  } catch (cause) {
    if (cause instanceof SpaceCloudError) throw cause;
    throw unreadable(file, cause);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SpaceCloudError('SCENARIO_SYNTAX', 'Expected a scenario in UTF-8, found bytes that are not.', {
      place,
      hint: 'Save the file as UTF-8.',
      cause,
    });
  }
}

function unreadable(file: string, cause: unknown): SpaceCloudError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  if (reason === 'ENOENT' || reason === 'ENOTDIR') {
    const hint = 'Check the path; it starts at the working directory.';
    return new SpaceCloudError('FILE_NOT_FOUND', `Expected a scenario file, found none at ${file}.`, {
      place: { file },
      hint,
      cause,
    });
  }
  return new SpaceCloudError('FILE_READ', `Expected a readable scenario file, got ${reason}.`, {
    place: { file },
    hint: 'Check the permissions of the file.',
    cause,
  });
}
