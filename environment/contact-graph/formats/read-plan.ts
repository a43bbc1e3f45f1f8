import { SpaceCloudError } from '../../../core/index.ts';
import type { ContactPlan } from '../contact.ts';
import { readAsabrPlan } from './asabr.ts';
import { contactsError } from './contacts-error.ts';
import { readHdtnPlan } from './hdtn.ts';
import { readIonPlan } from './ion.ts';
import { nodeNamesIn } from './node-names.ts';
import type { PlanFormat } from './plan-formats.ts';
import { PLAN_FORMAT, readJsonPlan } from './plan-json.ts';
import { type Word, WordReader, linesOf } from './words.ts';

const READERS = {
  ion: readIonPlan,
  hdtn: readHdtnPlan,
  json: readJsonPlan,
  asabr: readAsabrPlan,
} as const satisfies Record<PlanFormat, unknown>;

/** A plan as it was read. */
export interface ReadPlan {
  readonly plan: ContactPlan;
  readonly format: PlanFormat;
  /** Names that the file gives to numbered nodes, with the node of each; empty where it gives none. */
  readonly nodeNames: ReadonlyMap<string, string>;
}

/**
 * Reads a contact plan in ION's, HDTN's, A-SABR's or our own format; which one is told from the content unless it is given.
 * `file` names the source in errors.
 *
 * @throws SpaceCloudError CONTACTS_SYNTAX with file, line and column
 * @example
 * const { plan, format } = readContactPlan(readFileSync('plan.ion', 'utf8'), 'plan.ion');
 */
export function readContactPlan(text: string, file: string, format?: PlanFormat): ReadPlan {
  const content = text.replace(/^\uFEFF/, '');
  const known = format ?? formatOf(content, file);
  try {
    return { plan: READERS[known](content, file), format: known, nodeNames: nodeNamesIn(content, known) };
  } catch (error) {
    throw format === undefined ? error : withLikelyFormat(error, content, file, format);
  }
}

/** A plan that is not in the format asked for may be in another one. */
function withLikelyFormat(error: unknown, text: string, file: string, asked: PlanFormat): unknown {
  if (!(error instanceof SpaceCloudError) || error.place === undefined) return error;
  let likely: PlanFormat;
  try {
    likely = formatOf(text, file);
  } catch {
    return error;
  }
  if (likely === asked) return error;
  return contactsError(
    error.message,
    error.place,
    `The text looks like format ${likely}, not ${asked}: name that one, or none.`,
  );
}

const KNOWN_FORMATS =
  "Plans begin with '{' (HDTN, spacecloud JSON), or their lines with 'a contact' and 'a range' (ION), or with 'node' and 'contact' (A-SABR).";

function formatOf(text: string, file: string): PlanFormat {
  if (text.trimStart().startsWith('{')) return text.includes(`"${PLAN_FORMAT}"`) ? 'json' : 'hdtn';
  let first: Word | undefined;
  let format: PlanFormat | undefined;
  for (const line of linesOf(text, file, KNOWN_FORMATS)) {
    const word = new WordReader(line).word('a statement');
    first ??= word;
    if (word.text === 'contact' || word.text === 'node') return 'asabr';
    if (word.text === 'a') format = 'ion';
  }
  if (format !== undefined) return format;
  if (first === undefined) {
    throw contactsError(
      'Expected a contact plan, got a file without content.',
      { file, line: 1, column: 1 },
      KNOWN_FORMATS,
    );
  }
  throw contactsError(
    `Expected a contact plan of ION ('a contact ...'), A-SABR ('contact ...') or in JSON, got '${first.text}'.`,
    first.place,
    KNOWN_FORMATS,
  );
}
