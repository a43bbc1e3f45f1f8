import { readFileSync } from 'node:fs';
import { type SourcePlace, SpaceCloudError } from '../../core/index.ts';
import { type PayloadProfile, payloadProfileSchema } from './profile.ts';

/**
 * Reads the profile of a payload.
 *
 * @param place where the file is named, for errors; default the file itself
 * @throws SpaceCloudError FILE_NOT_FOUND, FILE_READ for a file that is no profile
 */
export function readPayloadProfile(file: string, place: SourcePlace = { file }): PayloadProfile {
  const hint = 'Make one with `spacecloud payload profile --out FILE`; the path is relative to the file that names it.';
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'an error';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      const message = `Expected a payload profile, found none at ${file}.`;
      throw new SpaceCloudError('FILE_NOT_FOUND', message, { place, hint, cause });
    }
    throw new SpaceCloudError('FILE_READ', `Expected a payload profile in '${file}', got ${code}.`, {
      place,
      hint,
      cause,
    });
  }
  const refuse = (got: string): SpaceCloudError =>
    new SpaceCloudError('FILE_READ', `Expected a payload profile in '${file}', got ${got}.`, { place, hint });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw refuse(`no JSON: ${(cause as Error).message}`);
  }
  const result = payloadProfileSchema.safeParse(document);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw refuse(`${issue?.path.join('.') || 'the document'}: ${issue?.message ?? 'something else'}`);
}
