import type { SourcePlace } from '../../../core/index.ts';
import { createPlaceFinder } from '../../orbit/text-place.ts';
import { nearestWord } from '../../scenario/edit-distance.ts';
import { contactsError } from './contacts-error.ts';

/** A JSON document and where its parts stand. */
export interface JsonText {
  readonly root: Readonly<Record<string, unknown>>;
  readonly placeOfRoot: SourcePlace;
  /** The value of a contact's field, by the contact's position in the list; the contact itself where the field is missing. */
  readonly placeOf: (contact: number, field?: string) => SourcePlace;
}

/** What a format calls the fields of a contact, for errors. */
export interface ContactForm {
  readonly fields: readonly string[];
  /** How a contact is written. */
  readonly usage: string;
}

/**
 * Parses a JSON document that is one object.
 *
 * @throws SpaceCloudError CONTACTS_SYNTAX
 */
export function parseJsonText(text: string, file: string): JsonText {
  const placeAt = createPlaceFinder(text, file);
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message;
    const position = /position (\d+)/.exec(reason);
    const offset = position === null ? text.length : Number(position[1]);
    const hint =
      offset >= text.trimEnd().length
        ? 'The text ends before the JSON does: is the file cut off? Get it whole, or close its lists and objects.'
        : 'Correct the JSON there; if the plan is not JSON at all, name its format.';
    throw contactsError(
      `Expected a contact plan in JSON, got text that is not JSON (${reason}).`,
      placeAt(offset),
      hint,
    );
  }
  const placeOfRoot = placeAt(Math.max(0, text.search(/\S/)));
  if (typeof root !== 'object' || root === null || Array.isArray(root)) {
    throw contactsError('Expected a JSON object, got something else.', placeOfRoot, OBJECT_HINT);
  }
  let offsets: readonly number[] | undefined;
  return {
    root: root as Record<string, unknown>,
    placeOfRoot,
    placeOf: (contact, field) => {
      offsets ??= objectOffsets(text, '"contacts"');
      const start = offsets[contact] ?? 0;
      const end = offsets[contact + 1] ?? text.length;
      return placeAt(start + (field === undefined ? 0 : valueOffset(text.slice(start, end), field)));
    },
  };
}

const OBJECT_HINT = 'A plan is one object with a list of contacts: {"contacts": [...]}.';

/** Where the value of a field begins in the text of an object; 0 = nowhere. A string that reads like a field has no colon. */
function valueOffset(text: string, field: string): number {
  const key = JSON.stringify(field);
  for (let at = text.indexOf(key); at >= 0; at = text.indexOf(key, at + 1)) {
    const colon = /^\s*:\s*/.exec(text.slice(at + key.length, at + key.length + 100));
    if (colon !== null) return at + key.length + colon[0].length;
  }
  return 0;
}

/** Offsets of the objects of the list that follows a key. */
function objectOffsets(text: string, key: string): number[] {
  const offsets: number[] = [];
  let depth = 0;
  const list = text.indexOf('[', text.indexOf(key));
  const token = /"(?:[^"\\]|\\.)*"|[{}[\]]/g;
  token.lastIndex = Math.max(0, list);
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === '{' || match[0] === '[') {
      if (match[0] === '{' && depth === 1) offsets.push(match.index);
      depth++;
    } else if (match[0] === '}' || match[0] === ']') {
      depth--;
      if (depth === 0) break;
    }
  }
  return offsets;
}

/** Reads typed fields of one contact. */
export class ContactFields {
  private readonly json: JsonText;
  private readonly index: number;
  private readonly form: ContactForm;
  readonly values: Readonly<Record<string, unknown>>;

  constructor(json: JsonText, form: ContactForm, index: number, value: unknown) {
    this.json = json;
    this.form = form;
    this.index = index;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw contactsError(`Expected contacts[${index}] to be an object.`, json.placeOf(index), form.usage);
    }
    this.values = value as Record<string, unknown>;
  }

  number(field: string, expected: string, accept: (value: number) => boolean): number {
    const value = this.values[field];
    if (typeof value === 'number' && Number.isFinite(value) && accept(value)) return value;
    throw this.error(field, expected);
  }

  text(field: string, expected: string): string {
    const value = this.values[field];
    if (typeof value === 'string' && value !== '') return value;
    throw this.error(field, expected);
  }

  error(field: string, expected: string, hint?: string): Error {
    const value = this.values[field];
    const got = value === undefined ? 'nothing' : JSON.stringify(value);
    const message = `Expected contacts[${this.index}].${field} to be ${expected}, got ${got}.`;
    const misspelt = value === undefined ? this.misspelt(field) : undefined;
    const place = this.json.placeOf(this.index, misspelt ?? field);
    const ownHint = misspelt === undefined ? this.form.usage : `Did you mean '${field}' where it says '${misspelt}'?`;
    return contactsError(message, place, hint ?? ownHint);
  }

  /** A field that the format does not know and whose name is near that of the missing one. */
  private misspelt(field: string): string | undefined {
    const unknown = Object.keys(this.values).filter((name) => !this.form.fields.includes(name));
    return nearestWord(field, unknown);
  }
}

/** The list of contacts of a document. */
export function contactList(json: JsonText, form: ContactForm): ContactFields[] {
  const { contacts } = json.root;
  if (!Array.isArray(contacts)) {
    const misspelt = contacts === undefined ? nearestWord('contacts', Object.keys(json.root)) : undefined;
    const hint = misspelt === undefined ? OBJECT_HINT : `Did you mean 'contacts' where it says '${misspelt}'?`;
    throw contactsError("Expected a list 'contacts', got none.", json.placeOfRoot, hint);
  }
  return contacts.map((value: unknown, index) => new ContactFields(json, form, index, value));
}
