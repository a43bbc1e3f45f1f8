import { SpaceCloudError } from '../../core/index.ts';
import { nearestWord } from '../scenario/index.ts';
import { type ReadAs, TELEMETRY_COLUMNS, readAs, unitsFor } from './columns.ts';

/** Telemetry of one satellite. */
export interface Telemetry {
  /** Rows. */
  readonly n: number;
  /** [n] s, rising. */
  readonly timeS: Float64Array;
  /** By name of `TELEMETRY_COLUMNS`: [n] in the unit of the name; NaN where nothing was measured. */
  readonly columns: ReadonlyMap<string, Float64Array>;
  /** [n] 1: nothing is known of the interval before this row (the first row, and those after a gap). */
  readonly starts: Uint8Array;
  /** What was converted, counted or left out, in sentences. */
  readonly notes: readonly string[];
}

/** A gap is longer than so many usual intervals. */
const GAP_INTERVALS = 1.5;
/** Each stretch between gaps has a state of its own to estimate. */
const MOST_STRETCHES = 32;
const LEAST_ROWS = 30;
/** Inputs that may be empty, and mean then that there was nothing. */
const MAY_BE_EMPTY = new Set(['rangeKm']);

/**
 * Reads a telemetry file: CSV with a header of names that end in their units (`TELEMETRY_COLUMNS`; other known units are
 * converted, and `notes` says so). Lines that begin with `#` are comments, columns whose name begins with `_` are left out.
 *
 * Errors, with line and column: FILE_READ for an unknown name or unit, a missing `timeS` or `sunlitFrac`, a value that is no
 * number or outside the range of its quantity, an input without a value, times that do not rise.
 */
export function parseTelemetry(text: string, file: string): Telemetry {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  const headerLine = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#'));
  if (headerLine < 0)
    throw refuse(file, [1, 1], 'Expected a header with names of columns, got an empty file.', 'See docs/TWIN.md.');
  const header = readHeader(lines[headerLine] as string, { file, line: headerLine + 1 });
  const notes: string[] = header.flatMap((read) =>
    read === undefined || (read.factor === 1 && read.offset === 0)
      ? []
      : [`'${read.name}' was converted to ${read.column.name}`],
  );
  const left = (lines[headerLine] as string).split(',').filter((name) => bare(name).startsWith('_')).length;
  if (left > 0) notes.push(`${left} columns whose name begins with '_' were left out`);

  const values: number[][] = header.map(() => []);
  const rowLines: number[] = [];
  for (let l = headerLine + 1; l < lines.length; l++) {
    const line = lines[l] as string;
    if (line.trim() === '' || line.startsWith('#')) continue;
    readRow(line, { file, line: l + 1 }, header, values);
    rowLines.push(l + 1);
  }
  const columns = new Map<string, Float64Array>();
  header.forEach((read, h) => {
    if (read !== undefined) columns.set(read.column.name, Float64Array.from(values[h] as number[]));
  });
  header.forEach((read, h) => {
    if (read !== undefined) expectPercent(read, values[h] as number[], [file, headerLine + 1]);
  });
  const timeS = columns.get('timeS') as Float64Array;
  columns.delete('timeS');
  if (timeS.length < LEAST_ROWS) {
    const message = `Expected at least ${LEAST_ROWS} rows, got ${timeS.length}.`;
    throw refuse(file, [lines.length, 1], message, 'A few rows say nothing about a satellite.');
  }
  for (let i = 1; i < timeS.length; i++) {
    const [before, now] = [timeS[i - 1] as number, timeS[i] as number];
    if (now > before) continue;
    const what = now === before ? `the time ${now} s of the row before again` : `${now} s after ${before} s`;
    const place: [number, number] = [rowLines[i] as number, 1];
    throw refuse(file, place, `Expected times that rise, got ${what}.`, 'Sort the rows and remove what stands twice.');
  }
  return withStarts({ timeS, columns, notes, file });
}

/** Telemetry from columns that are there already, such as a recording. `gaps` false: longer intervals are no gaps. */
export function createTelemetry(
  timeS: Float64Array,
  columns: ReadonlyMap<string, Float64Array>,
  { gaps = true }: { readonly gaps?: boolean } = {},
): Telemetry {
  return withStarts({ timeS, columns, notes: [], file: 'telemetry', gaps });
}

/** The file that `parseTelemetry` reads. Numbers are written in full, so that reading gives the same bits. */
export function writeTelemetry(telemetry: Telemetry, comments: readonly string[] = []): string {
  const { n, timeS, columns } = telemetry;
  const names = TELEMETRY_COLUMNS.map(({ name }) => name).filter((name) => columns.has(name));
  const kept = names.map((name) => columns.get(name) as Float64Array);
  const lines = [...comments.map((comment) => `# ${comment}`), ['timeS', ...names].join(',')];
  for (let i = 0; i < n; i++) {
    const cells = kept.map((column) => (Number.isNaN(column[i] as number) ? '' : String(column[i])));
    lines.push([String(timeS[i]), ...cells].join(','));
  }
  return `${lines.join('\n')}\n`;
}

interface Place {
  readonly file: string;
  readonly line: number;
}

type Header = readonly (({ readonly name: string } & ReadAs) | undefined)[];

function readHeader(line: string, { file, line: lineNumber }: Place): Header {
  const other = [';', '\t'].find((character) => !line.includes(',') && line.includes(character));
  if (other !== undefined) {
    const got = other === ';' ? 'semicolons' : 'tabs';
    const hint = 'Values are separated by commas; decimals have points.';
    throw refuse(file, [lineNumber, 1], `Expected names of columns separated by commas, got ${got}.`, hint);
  }
  let column = 1;
  const seen = new Map<string, string>();
  const header = line.split(',').map((cell) => {
    const name = bare(cell);
    const at: [number, number] = [lineNumber, column];
    column += cell.length + 1;
    if (name.startsWith('_')) return undefined;
    const read = readAs(name);
    if (read === undefined) throw unknownColumn(file, at, name);
    const before = seen.get(read.column.name);
    if (before !== undefined) {
      throw refuse(
        file,
        at,
        `Expected one column of ${read.column.name}, got '${before}' and '${name}'.`,
        'Remove one of them.',
      );
    }
    seen.set(read.column.name, name);
    return { name, ...read };
  });
  for (const name of ['timeS', 'sunlitFrac']) {
    if (seen.has(name)) continue;
    const hint = 'The twin is driven by the time and the sunlight; docs/TWIN.md lists all columns.';
    throw refuse(file, [lineNumber, 1], `Expected a column ${name}, got ${[...seen.values()].join(', ')}.`, hint);
  }
  return header;
}

/** Shares under the name of percent: a battery or a Sun of about 1 % at most in the whole record. */
function expectPercent(
  { name, column, factor }: { name: string } & ReadAs,
  values: number[],
  at: [string, number],
): void {
  if (column.unit !== 'Frac' || factor === 1 || column.name === 'computeBusyFrac') return;
  const most = values.reduce((max, value) => (value > max ? value : max), 0);
  if (most === 0 || most > factor * column.max) return;
  const message = `Expected percent in ${name}, got no value above ${Number((most / factor).toPrecision(6))}.`;
  throw refuse(at[0], [at[1], 1], message, `Shares from 0 to 1 are read from a column ${column.name}.`);
}

function unknownColumn(file: string, at: [number, number], name: string): SpaceCloudError {
  const units = unitsFor(name);
  const nearest = nearestWord(
    name,
    TELEMETRY_COLUMNS.map((known) => known.name),
  );
  const hint =
    units !== undefined
      ? `Known units of it: ${units.join(', ')}.`
      : `${nearest === undefined ? '' : `Did you mean ${nearest}? `}Begin the name with '_' to have the column left out.`;
  return refuse(file, at, `Expected the name of a column with its unit, got '${name}'.`, hint);
}

function readRow(line: string, { file, line: lineNumber }: Place, header: Header, values: number[][]): void {
  const cells = line.split(',');
  if (cells.length !== header.length) {
    const message = `Expected ${header.length} values as in the header, got ${cells.length}.`;
    throw refuse(file, [lineNumber, 1], message, 'Values are separated by commas; decimals have points.');
  }
  let column = 1;
  cells.forEach((cell, h) => {
    const at: [number, number] = [lineNumber, column];
    column += cell.length + 1;
    const read = header[h];
    if (read === undefined) return;
    (values[h] as number[]).push(readCell(bare(cell), read, file, at));
  });
}

function readCell(
  text: string,
  { name, column, factor, offset }: { readonly name: string } & ReadAs,
  file: string,
  at: [number, number],
): number {
  if (text === '' || /^nan$/i.test(text)) {
    if (column.role === 'measured' || MAY_BE_EMPTY.has(column.name)) return NaN;
    const hint = 'Leave the whole row out instead: the twin goes on behind the gap.';
    throw refuse(file, at, `Expected a value of ${name}, which drives the twin, got none.`, hint);
  }
  const given = Number(text);
  if (!Number.isFinite(given)) {
    throw refuse(
      file,
      at,
      `Expected a number for ${name}, got '${text}'.`,
      'Leave the cell of a missing measurement empty.',
    );
  }
  const value = factor === 1 && offset === 0 ? given : given * factor + offset;
  if (value >= column.min && value <= column.max) return value;
  const unit = column.unit === 'C' && given > 150 ? ' Kelvin are read from a column temperatureK.' : '';
  throw refuse(
    file,
    at,
    `Expected ${column.name} from ${column.min} to ${column.max}, got ${Number(value.toPrecision(6))}.`,
    `Either the unit is not that of the name, or the cell should be empty.${unit}`,
  );
}

function withStarts(given: {
  readonly timeS: Float64Array;
  readonly columns: ReadonlyMap<string, Float64Array>;
  readonly notes: readonly string[];
  readonly file: string;
  readonly gaps?: boolean;
}): Telemetry {
  const { timeS, columns, file, gaps: mayHaveGaps = true } = given;
  const n = timeS.length;
  const intervals = Float64Array.from(
    { length: n - 1 },
    (_, i) => (timeS[i + 1] as number) - (timeS[i] as number),
  ).sort();
  const usualS = intervals[Math.floor((n - 1) / 2)] as number;
  const starts = new Uint8Array(n);
  starts[0] = 1;
  let gaps = 0;
  let lostS = 0;
  for (let i = 1; i < n; i++) {
    const stepS = (timeS[i] as number) - (timeS[i - 1] as number);
    if (!mayHaveGaps || stepS <= GAP_INTERVALS * usualS) continue;
    starts[i] = 1;
    gaps++;
    lostS += stepS;
  }
  if (gaps >= MOST_STRETCHES) {
    throw new SpaceCloudError('FILE_READ', `Expected at most ${MOST_STRETCHES - 1} gaps, got ${gaps}.`, {
      place: { file },
      hint: `The usual interval is ${usualS} s, one above ${GAP_INTERVALS * usualS} s is a gap; resample the file to equal intervals.`,
    });
  }
  const notes = [...given.notes];
  if (gaps > 0) notes.push(`${gaps} gaps, ${Number(lostS.toPrecision(6))} s in all: the twin starts anew behind each`);
  for (const { name, role, of } of TELEMETRY_COLUMNS) {
    // Of an interval that nothing is known of, no value is expected.
    const isMissing = (value: number, i: number): boolean =>
      Number.isNaN(value) && (of === 'instant' || starts[i] !== 1);
    const missing = role === 'measured' ? (columns.get(name)?.filter(isMissing).length ?? 0) : 0;
    if (missing > 0 && name !== 'linkRateBps') notes.push(`${missing} of ${n} values of ${name} are missing`);
  }
  return { n, timeS, columns, starts, notes };
}

/** Without blanks and one pair of quotes. */
function bare(cell: string): string {
  return cell.trim().replace(/^"(.*)"$/, '$1');
}

function refuse(
  file: string,
  [line, column]: readonly [number, number],
  message: string,
  hint: string,
): SpaceCloudError {
  return new SpaceCloudError('FILE_READ', message, { place: { file, line, column }, hint });
}
