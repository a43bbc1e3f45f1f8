import type { SourcePlace } from '../../../core/index.ts';
import { createPlaceFinder } from '../../orbit/text-place.ts';
import { contactsError } from './contacts-error.ts';

/** A JSON document and where its parts stand. */
export interface JsonText {
  readonly root: Readonly<Record<string, unknown>>;
  readonly placeOfRoot: SourcePlace;
  /** A contact's field, by the contact's position in the list; the contact itself where the field is missing. */
  readonly placeOf: (contact: number, field?: string) => SourcePlace;
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
    const place = placeAt(position === null ? text.length : Number(position[1]));
    throw contactsError(`Expected a contact plan in JSON, got text that is not JSON (${reason}).`, place);
  }
  const placeOfRoot = placeAt(Math.max(0, text.search(/\S/)));
  if (typeof root !== 'object' || root === null || Array.isArray(root)) {
    throw contactsError('Expected a JSON object, got something else.', placeOfRoot);
  }
  let offsets: readonly number[] | undefined;
  return {
    root: root as Record<string, unknown>,
    placeOfRoot,
    placeOf: (contact, field) => {
      offsets ??= objectOffsets(text, '"contacts"');
      const start = offsets[contact] ?? 0;
      const end = offsets[contact + 1] ?? text.length;
      const at = field === undefined ? -1 : text.slice(start, end).indexOf(`"${field}"`);
      return placeAt(at < 0 ? start : start + at);
    },
  };
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
  readonly values: Readonly<Record<string, unknown>>;

  constructor(json: JsonText, index: number, value: unknown) {
    this.json = json;
    this.index = index;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw contactsError(`Expected contacts[${index}] to be an object.`, json.placeOf(index));
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
    return contactsError(message, this.json.placeOf(this.index, field), hint);
  }
}

/** The list of contacts of a document. */
export function contactList(json: JsonText): ContactFields[] {
  const { contacts } = json.root;
  if (!Array.isArray(contacts)) {
    throw contactsError("Expected a list 'contacts', got none.", json.placeOfRoot);
  }
  return contacts.map((value: unknown, index) => new ContactFields(json, index, value));
}
