import type { SourcePlace } from '../../core/index.ts';
import { type ElementSet, elementsError } from './element-set.ts';
import { type OmmRecord, elementSetOfOmm } from './omm.ts';
import { createPlaceFinder } from './text-place.ts';

/** Reads OMM as JSON: an array of records, or one record. Numbers may be quoted, as Space-Track does. */
export function parseOmmJson(text: string, file: string): ElementSet[] {
  const placeOf = createPlaceFinder(text, file);
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    const reason = (error as Error).message;
    const position = /position (\d+)/.exec(reason);
    const offset = position === null ? text.length : Number(position[1]);
    throw elementsError(
      'ELEMENTS_SYNTAX',
      `Expected OMM in JSON, got text that is not JSON (${reason}).`,
      placeOf(offset),
    );
  }
  const records = Array.isArray(parsed) ? (parsed as unknown[]) : [parsed];
  const offsets = objectOffsets(text);
  return records.map((record, index) => {
    const start = offsets[index] ?? 0;
    const place = placeOf(start);
    if (typeof record !== 'object' || record === null || Array.isArray(record)) {
      throw elementsError('ELEMENTS_SYNTAX', `Expected an OMM record, got ${JSON.stringify(record)}.`, place);
    }
    const values = new Map(
      Object.entries(record)
        .filter(([, value]) => typeof value === 'string' || typeof value === 'number')
        .map(([key, value]) => [key, String(value)]),
    );
    const fieldPlace = (keyword: string): SourcePlace => {
      const at = text.indexOf(`"${keyword}"`, start);
      return at < 0 ? place : placeOf(at);
    };
    return elementSetOfOmm({ values, place, fieldPlace });
  });
}

/** Offsets of the outermost objects of a JSON text, in order. */
function objectOffsets(text: string): number[] {
  const offsets: number[] = [];
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (inString) {
      if (c === 92)
        i++; // backslash: skip what it escapes
      else if (c === 34) inString = false;
    } else if (c === 34) inString = true;
    else if (c === 123 && depth++ === 0) offsets.push(i);
    else if (c === 125) depth--;
  }
  return offsets;
}

/** Reads OMM as CSV with a header row of CCSDS keywords (CelesTrak `FORMAT=CSV`); fields may be quoted. */
export function parseOmmCsv(text: string, file: string): ElementSet[] {
  const lines = text.split(/\r\n|\n|\r/);
  let header: readonly string[] | undefined;
  const sets: ElementSet[] = [];
  lines.forEach((line, index) => {
    if (line.trim() === '') return;
    const fields = csvFields(line);
    const names = fields.map((field) => field.text);
    if (header === undefined) {
      header = names.map((field) => field.trim());
      return;
    }
    const place = { file, line: index + 1, column: 1 };
    if (fields.length !== header.length) {
      throw elementsError(
        'ELEMENTS_SYNTAX',
        `Expected ${header.length} fields, as in the header, got ${fields.length}.`,
        { ...place, column: line.length + 1 },
      );
    }
    const columns = header;
    const record: OmmRecord = {
      values: new Map(columns.map((keyword, column) => [keyword, names[column] as string])),
      place,
      fieldPlace: (keyword) => ({ ...place, column: fields[columns.indexOf(keyword)]?.column ?? 1 }),
    };
    sets.push(elementSetOfOmm(record));
  });
  return sets;
}

function csvFields(line: string): { text: string; column: number }[] {
  const fields: { text: string; column: number }[] = [];
  const pattern = /(?:"((?:[^"]|"")*)"|([^,]*))(,|$)/y;
  while (pattern.lastIndex <= line.length) {
    const column = pattern.lastIndex + 1;
    const match = pattern.exec(line);
    if (match === null) break;
    fields.push({ text: match[1]?.replaceAll('""', '"') ?? match[2] ?? '', column });
    if (match[3] === '') break;
  }
  return fields;
}

/**
 * Reads OMM as KVN (CCSDS 502.0-B, `KEYWORD = value`): every `CCSDS_OMM_VERS` begins an object. Comments, blank lines and units
 * in brackets are passed over.
 */
export function parseOmmKvn(text: string, file: string): ElementSet[] {
  const sets: ElementSet[] = [];
  let values = new Map<string, string>();
  let places = new Map<string, SourcePlace>();
  let start: SourcePlace | undefined;
  const finish = (): void => {
    if (start === undefined) return;
    const [place, found] = [start, places];
    sets.push(elementSetOfOmm({ values, place, fieldPlace: (keyword) => found.get(keyword) ?? place }));
  };
  text.split(/\r\n|\n|\r/).forEach((line, index) => {
    if (line.trim() === '' || /^\s*COMMENT\b/.test(line)) return;
    const match = /^\s*([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*(?:\[[^\]]*\])?\s*$/.exec(line);
    const place = { file, line: index + 1, column: 1 };
    if (match === null) throw elementsError('ELEMENTS_SYNTAX', `Expected 'KEYWORD = value', got '${line}'.`, place);
    const [, keyword, value] = match as unknown as [string, string, string];
    if (keyword === 'CCSDS_OMM_VERS') {
      finish();
      values = new Map();
      places = new Map();
      start = place;
    }
    values.set(keyword, value);
    places.set(keyword, place);
  });
  finish();
  return sets;
}

/** Reads OMM as XML (CCSDS 505.0-B): every `<segment>` is one object; attributes and other elements are passed over. */
export function parseOmmXml(text: string, file: string): ElementSet[] {
  const placeOf = createPlaceFinder(text, file);
  const sets: ElementSet[] = [];
  const body = text.replace(/<!--[\s\S]*?-->/g, (comment) => ' '.repeat(comment.length));
  let end = 0;
  for (let start = body.indexOf('<segment>'); start >= 0; start = body.indexOf('<segment>', end)) {
    end = body.indexOf('</segment>', start);
    const place = placeOf(start);
    if (end < 0) throw elementsError('ELEMENTS_SYNTAX', `Expected '</segment>', got the end of the file.`, place);
    const values = new Map<string, string>();
    const offsets = new Map<string, number>();
    for (const match of body.slice(start, end).matchAll(/<([A-Z][A-Z0-9_]*)(?:\s[^>]*)?>([^<]*)<\/\1>/g)) {
      values.set(match[1] as string, unescapeXml(match[2] as string));
      offsets.set(match[1] as string, start + match.index);
    }
    sets.push(elementSetOfOmm({ values, place, fieldPlace: (keyword) => placeOf(offsets.get(keyword) ?? start) }));
  }
  if (sets.length === 0) {
    throw elementsError('ELEMENTS_SYNTAX', `Expected an OMM '<segment>', got none.`, { file, line: 1, column: 1 });
  }
  return sets;
}

const XML_ENTITIES: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

function unescapeXml(text: string): string {
  return text.replace(/&(lt|gt|quot|apos|amp);/g, (_, name: string) => XML_ENTITIES[name] as string);
}
