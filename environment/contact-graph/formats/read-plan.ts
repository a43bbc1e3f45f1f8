import type { ContactPlan } from '../contact.ts';
import { readAsabrPlan } from './asabr.ts';
import { contactsError } from './contacts-error.ts';
import { readHdtnPlan } from './hdtn.ts';
import { readIonPlan } from './ion.ts';
import { PLAN_FORMAT, readJsonPlan } from './plan-json.ts';
import { type Word, WordReader, linesOf } from './words.ts';

const READERS = { ion: readIonPlan, hdtn: readHdtnPlan, json: readJsonPlan, asabr: readAsabrPlan } as const;

/** Formats of contact plans that can be read. */
export type PlanFormat = keyof typeof READERS;

export const PLAN_FORMATS = Object.keys(READERS) as readonly PlanFormat[];

/**
 * Reads a contact plan in ION's, HDTN's, A-SABR's or our own format; which one is told from the content unless it is given.
 * `file` names the source in errors.
 *
 * @throws SpaceCloudError CONTACTS_SYNTAX with file, line and column
 * @example
 * const { plan, format } = readContactPlan(readFileSync('plan.ion', 'utf8'), 'plan.ion');
 */
export function readContactPlan(
  text: string,
  file: string,
  format?: PlanFormat,
): { readonly plan: ContactPlan; readonly format: PlanFormat } {
  const content = text.replace(/^\uFEFF/, '');
  const known = format ?? formatOf(content, file);
  return { plan: READERS[known](content, file), format: known };
}

function formatOf(text: string, file: string): PlanFormat {
  if (text.trimStart().startsWith('{')) return text.includes(`"${PLAN_FORMAT}"`) ? 'json' : 'hdtn';
  let first: Word | undefined;
  let format: PlanFormat | undefined;
  for (const line of linesOf(text, file)) {
    const word = new WordReader(line).word('a statement');
    first ??= word;
    if (word.text === 'contact' || word.text === 'node') return 'asabr';
    if (word.text === 'a') format = 'ion';
  }
  if (format !== undefined) return format;
  if (first === undefined) {
    throw contactsError('Expected a contact plan, got a file without content.', { file, line: 1, column: 1 });
  }
  throw contactsError(
    `Expected a contact plan of ION ('a contact ...'), A-SABR ('contact ...') or in JSON, got '${first.text}'.`,
    first.place,
    'Name the format if you know it.',
  );
}
