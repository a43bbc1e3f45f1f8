import type { SourcePlace } from '../../core/index.ts';
import { type ElementSet, checkElementSet, elementsError, parseCatalogueId } from './element-set.ts';
import { type UtcInstant, utcOfYearDay } from './utc.ts';

/** Columns of a TLE line, the checksum included. */
const LINE_LENGTH = 69;

interface Field {
  readonly what: string;
  /** First and last column, from 1, as in the format's documentation. */
  readonly from: number;
  readonly to: number;
  readonly pattern: RegExp;
}

/** How TLEs are read. */
export interface TleReading {
  /** Told of every wrong checksum, whose line is then read all the same; without it the line is refused. */
  readonly onWrongChecksum?: (message: string, place: SourcePlace) => void;
}

const DECIMAL = /^ *-?\d*\.\d+ *$/;
const EXPONENT = /^[ +-]\d{5}[ +-]\d$/;
const ID: Field = { what: 'catalogue number', from: 3, to: 7, pattern: /^[ 0-9A-HJ-NP-Z][ 0-9]{3}\d$/ };
const YEAR: Field = { what: 'epoch year', from: 19, to: 20, pattern: /^\d\d$/ };
const DAY: Field = { what: 'epoch day', from: 21, to: 32, pattern: /^[ \d]{3}\.\d{1,8} *$/ };
const BSTAR: Field = { what: 'drag term', from: 54, to: 61, pattern: EXPONENT };
const TYPE: Field = { what: 'ephemeris type', from: 63, to: 63, pattern: /^[ \d]$/ };
const INCLINATION: Field = { what: 'inclination', from: 9, to: 16, pattern: DECIMAL };
const RAAN: Field = { what: 'right ascension of the ascending node', from: 18, to: 25, pattern: DECIMAL };
const ECCENTRICITY: Field = { what: 'eccentricity', from: 27, to: 33, pattern: /^\d{7}$/ };
const ARG_PERIGEE: Field = { what: 'argument of perigee', from: 35, to: 42, pattern: DECIMAL };
const MEAN_ANOMALY: Field = { what: 'mean anomaly', from: 44, to: 51, pattern: DECIMAL };
const MEAN_MOTION: Field = { what: 'mean motion', from: 53, to: 63, pattern: DECIMAL };
const REVOLUTION: Field = { what: 'revolution number', from: 64, to: 68, pattern: /^ *\d* *$/ };

/**
 * Reads two- and three-line element sets (CelesTrak `tle` and `3le`; format: CelesTrak, NORAD Two-Line Element Set Format).
 * Blank lines and lines that start with `#` are skipped; a name may be preceded by `0 `. What follows the 69 columns after a
 * blank, as in the verification set of SGP4, is passed over.
 *
 * Throws ELEMENTS_SYNTAX (truncated or malformed line, missing line, numbers out of range) and ELEMENTS_CHECKSUM, each with
 * line and column.
 */
export function parseTle(text: string, file: string, reading: TleReading = {}): ElementSet[] {
  const sets: ElementSet[] = [];
  let name: string | undefined;
  let nameLine = 0;
  let line1: string | undefined;
  const lines = text.split(/\r\n|\n|\r/);
  for (let index = 0; index < lines.length; index++) {
    const line = withoutAppendix((lines[index] as string).trimEnd());
    const lineNumber = index + 1;
    if (line === '' || line.startsWith('#')) continue;
    if (line1 !== undefined) {
      if (!line.startsWith('2 ')) {
        throw elementsError(
          'ELEMENTS_SYNTAX',
          `Expected line 2 of the element set '${name ?? line1.slice(2, 7)}', got '${excerpt(line)}'.`,
          { file, line: lineNumber, column: 1 },
        );
      }
      checkLine(line, { file, line: lineNumber }, reading);
      sets.push(elementSet(name, [line1, line], { file, line: lineNumber }));
      line1 = undefined;
      name = undefined;
    } else if (line.startsWith('1 ')) {
      checkLine(line, { file, line: lineNumber }, reading);
      line1 = line;
    } else if (name !== undefined || line.startsWith('2 ')) {
      throw elementsError(
        'ELEMENTS_SYNTAX',
        `Expected line 1 of the element set${name === undefined ? '' : ` '${name}'`}, got '${excerpt(line)}'.`,
        { file, line: lineNumber, column: 1 },
      );
    } else {
      name = line.replace(/^0 /, '').trim();
      nameLine = lineNumber;
    }
  }
  if (line1 !== undefined || name !== undefined) {
    throw elementsError(
      'ELEMENTS_SYNTAX',
      `Expected line ${line1 === undefined ? 1 : 2} of the element set '${name ?? line1?.slice(2, 7)}', got the end of the file.`,
      { file, line: line1 === undefined ? nameLine : lines.length, column: 1 },
    );
  }
  return sets;
}

interface LinePlace {
  readonly file: string;
  readonly line: number;
}

function withoutAppendix(line: string): string {
  return /^[12] /.test(line) && line.charAt(LINE_LENGTH) === ' ' ? line.slice(0, LINE_LENGTH) : line;
}

function checkLine(line: string, place: LinePlace, reading: TleReading): void {
  if (line.length !== LINE_LENGTH) {
    throw elementsError(
      'ELEMENTS_SYNTAX',
      `Expected a TLE line of ${LINE_LENGTH} characters, got ${line.length}${line.length < LINE_LENGTH ? ' (truncated)' : ''}.`,
      { ...place, column: Math.min(line.length, LINE_LENGTH) + 1 },
    );
  }
  const found = line.charAt(LINE_LENGTH - 1);
  const expected = tleChecksum(line);
  if (found === String(expected)) return;
  const message = `Expected the TLE checksum ${expected}, got '${found}'.`;
  const column = { ...place, column: LINE_LENGTH };
  if (reading.onWrongChecksum === undefined) throw elementsError('ELEMENTS_CHECKSUM', message, column);
  reading.onWrongChecksum(message, column);
}

/** Sum of the digits of the first 68 columns, a minus counting 1, modulo 10. */
export function tleChecksum(line: string): number {
  let sum = 0;
  for (let i = 0; i < LINE_LENGTH - 1; i++) {
    const c = line.charCodeAt(i);
    if (c >= 48 && c <= 57) sum += c - 48;
    else if (c === 45) sum += 1;
  }
  return sum % 10;
}

function elementSet(name: string | undefined, lines: readonly [string, string], place2: LinePlace): ElementSet {
  const [line1, line2] = lines;
  const place1 = { file: place2.file, line: place2.line - 1 };
  const one = (field: Field): string => read(line1, field, place1);
  const two = (field: Field): string => read(line2, field, place2);
  const catalogueId = parseCatalogueId(one(ID)) as number;
  if (two(ID) !== one(ID)) {
    throw elementsError(
      'ELEMENTS_SYNTAX',
      `Expected both lines to carry one catalogue number, got '${one(ID)}' and '${two(ID)}'.`,
      { ...place2, column: ID.from },
    );
  }
  two(REVOLUTION);
  return checkElementSet({
    name: name ?? String(catalogueId),
    catalogueId,
    epoch: epochOf(one(YEAR), one(DAY)),
    meanMotionRevPerDay: Number(two(MEAN_MOTION)),
    eccentricity: Number(`0.${two(ECCENTRICITY)}`),
    inclinationDeg: Number(two(INCLINATION)),
    raanDeg: Number(two(RAAN)),
    argPerigeeDeg: Number(two(ARG_PERIGEE)),
    meanAnomalyDeg: Number(two(MEAN_ANOMALY)),
    bstar: assumedPoint(one(BSTAR)),
    ephemerisType: Number(one(TYPE)),
    tle: lines,
    place: place1,
  });
}

function read(line: string, field: Field, place: LinePlace): string {
  const text = line.slice(field.from - 1, field.to);
  if (!field.pattern.test(text)) {
    throw elementsError(
      'ELEMENTS_SYNTAX',
      `Expected the ${field.what} in columns ${field.from}-${field.to} of the TLE line, got '${text}'.`,
      { ...place, column: field.from },
    );
  }
  return text;
}

/** Two-digit years: 57 and later are of the 20th century (CelesTrak). */
function epochOf(year: string, day: string): UtcInstant {
  const short = Number(year);
  const [whole, decimals] = day.trim().split('.') as [string, string];
  return utcOfYearDay(short < 57 ? 2000 + short : 1900 + short, Number(whole), Number(`0.${decimals}`));
}

/** `-11606-4` is -0.11606e-4. */
function assumedPoint(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  return sign * Number(`0.${text.slice(1, 6)}e${text.slice(6).replace(' ', '+')}`);
}

function excerpt(line: string): string {
  return line.length > 24 ? `${line.slice(0, 24)}...` : line;
}
