import { SpaceCloudError, type SourcePlace } from '../../core/index.ts';
import { elementsError } from './element-set.ts';
import type { Ephemeris } from './ephemeris.ts';
import { MAX_NODES, hermiteInto, lagrangeInto } from './interpolation.kernel.ts';
import { centuriesOf, temeFromEme2000 } from './nutation.ts';
import { type UtcInstant, addSeconds, formatUtc, parseUtc, secondsBetween } from './utc.ts';

/** A stretch of tabulated states of one object that may be interpolated within, but not across its ends. */
export interface OemSegment {
  readonly objectName: string;
  /** First and last instant at which states may be asked for. */
  readonly from: UtcInstant;
  readonly to: UtcInstant;
  readonly method: 'hermite' | 'lagrange';
  /** Nodes that one interpolation takes. */
  readonly nodes: number;
  /** [N] times of the states, s after `from`. */
  readonly timeS: Float64Array;
  /** [N * 3] in TEME, km and km/s. */
  readonly rTemeKm: Float64Array;
  readonly vTemeKmS: Float64Array;
}

/** Frames that are understood. ICRF and GCRF are taken for EME2000, from which they differ by 0.02 arcsec. */
const FRAMES = ['TEME', 'EME2000', 'J2000', 'ICRF', 'GCRF'];

interface Row {
  readonly at: UtcInstant;
  readonly values: readonly number[];
  readonly place: SourcePlace;
}

/**
 * Reads an Orbit Ephemeris Message in KVN (CCSDS 502.0-B, section 5): Earth-centred states in TEME, EME2000, ICRF or GCRF, in UTC.
 * Covariances, accelerations and comments are passed over. States come out in TEME of date.
 *
 * Interpolation as the message asks for: Hermite or Lagrange of its degree; Hermite of degree 7 where it says nothing.
 *
 * Throws ELEMENTS_SYNTAX with the line.
 */
export function parseOem(text: string, file: string): OemSegment[] {
  const segments: OemSegment[] = [];
  let header = new Map<string, string>();
  let rows: Row[] = [];
  let start: SourcePlace = { file, line: 1 };
  let part: 'outside' | 'meta' | 'data' | 'covariance' = 'outside';
  const finish = (): void => {
    if (part === 'data' || part === 'covariance') segments.push(segmentOf(header, rows, start));
  };
  const lines = text.split(/\r\n|\n|\r/);
  if (!/^\s*CCSDS_OEM_VERS\s*=/.test(lines.find((line) => line.trim() !== '') ?? '')) {
    throw elementsError('ELEMENTS_SYNTAX', "Expected 'CCSDS_OEM_VERS = ...' first.", { file, line: 1, column: 1 });
  }
  lines.forEach((raw, index) => {
    const line = raw.trim();
    const place = { file, line: index + 1, column: 1 };
    if (line === '' || /^COMMENT\b/.test(line)) return;
    if (line === 'META_START') {
      finish();
      header = new Map();
      rows = [];
      start = place;
      part = 'meta';
    } else if (line === 'META_STOP') part = 'data';
    else if (line === 'COVARIANCE_START') part = 'covariance';
    else if (line === 'COVARIANCE_STOP') part = 'data';
    else if (part === 'meta') {
      const match = /^([A-Z_]+)\s*=\s*(.*)$/.exec(line);
      if (match === null) throw elementsError('ELEMENTS_SYNTAX', `Expected 'KEYWORD = value', got '${line}'.`, place);
      header.set(match[1] as string, match[2] as string);
    } else if (part === 'data') rows.push(rowOf(line, place));
  });
  finish();
  if (segments.length === 0) {
    throw elementsError('ELEMENTS_SYNTAX', "Expected at least one 'META_START', got none.", {
      file,
      line: 1,
      column: 1,
    });
  }
  return segments;
}

function rowOf(line: string, place: SourcePlace): Row {
  const [time, ...rest] = line.split(/\s+/) as [string, ...string[]];
  const at = parseUtc(time);
  const values = rest.map(Number);
  if (at === undefined || (values.length !== 6 && values.length !== 9) || !values.every(Number.isFinite)) {
    throw elementsError('ELEMENTS_SYNTAX', `Expected a time, a position and a velocity, got '${line}'.`, place);
  }
  return { at, values, place };
}

function segmentOf(header: ReadonlyMap<string, string>, rows: readonly Row[], place: SourcePlace): OemSegment {
  const objectName = header.get('OBJECT_NAME');
  const refuse = (what: string, expected: string, got: string | undefined): never => {
    throw elementsError(
      'ELEMENTS_SYNTAX',
      `Expected ${what} of '${objectName ?? 'an unnamed object'}' to be ${expected}, got ${got === undefined ? 'none' : `'${got}'`}.`,
      place,
      'Export the ephemeris anew with these settings.',
    );
  };
  if (objectName === undefined) return refuse('OBJECT_NAME', 'present', undefined);
  const frame = header.get('REF_FRAME');
  if (frame === undefined || !FRAMES.includes(frame)) refuse('REF_FRAME', `one of ${FRAMES.join(', ')}`, frame);
  const centre = header.get('CENTER_NAME');
  if (centre?.toUpperCase() !== 'EARTH') refuse('CENTER_NAME', 'EARTH', centre);
  const timeSystem = header.get('TIME_SYSTEM');
  if (timeSystem !== 'UTC') refuse('TIME_SYSTEM', 'UTC', timeSystem);
  const time = (keyword: string, otherwise: UtcInstant | undefined): UtcInstant | undefined => {
    const text = header.get(keyword);
    return text === undefined ? otherwise : (parseUtc(text) ?? refuse(keyword, 'a UTC time', text));
  };
  const from = time('USEABLE_START_TIME', rows[0]?.at) ?? refuse('the number of states', '2 or more', '0');
  const to = time('USEABLE_STOP_TIME', rows.at(-1)?.at) as UtcInstant;
  const method = (header.get('INTERPOLATION') ?? 'HERMITE').toUpperCase();
  if (!['HERMITE', 'LAGRANGE', 'LINEAR'].includes(method))
    refuse('INTERPOLATION', 'HERMITE, LAGRANGE or LINEAR', method);
  const degree = method === 'LINEAR' ? 1 : Number(header.get('INTERPOLATION_DEGREE') ?? 7);
  const wanted = method === 'HERMITE' ? Math.ceil((degree + 1) / 2) : degree + 1;
  if (!(degree >= 1 && wanted <= MAX_NODES)) refuse('INTERPOLATION_DEGREE', `1 to ${MAX_NODES - 1}`, String(degree));
  if (rows.length < 2) refuse('the number of states', '2 or more', String(rows.length));
  const timeS = Float64Array.from(rows, (row) => secondsBetween(from, row.at));
  const late = rows.find((_, k) => k > 0 && !((timeS[k] as number) > (timeS[k - 1] as number)));
  if (late !== undefined) {
    throw elementsError(
      'ELEMENTS_SYNTAX',
      `Expected rising times for '${objectName}', got one that is not.`,
      late.place,
    );
  }
  const rTemeKm = new Float64Array(3 * rows.length);
  const vTemeKmS = new Float64Array(3 * rows.length);
  rows.forEach(({ at, values }, k) => {
    const rotation = frame === 'TEME' ? undefined : temeFromEme2000(centuriesOf(at, 0));
    rTemeKm.set(rotated(rotation, values, 0), 3 * k);
    vTemeKmS.set(rotated(rotation, values, 3), 3 * k);
  });
  return {
    objectName,
    from,
    to,
    method: method === 'HERMITE' ? 'hermite' : 'lagrange',
    nodes: Math.min(Math.max(2, wanted), rows.length),
    timeS,
    rTemeKm,
    vTemeKmS,
  };
}

/** `values[first .. first + 3)` in the axes of the rotation's rows; the frame turns too slowly to matter for velocities. */
function rotated(rotation: Float64Array | undefined, values: readonly number[], first: number): number[] {
  const vector = values.slice(first, first + 3);
  if (rotation === undefined) return vector;
  return [0, 3, 6].map((row) => vector.reduce((sum, value, k) => sum + (rotation[row + k] as number) * value, 0));
}

export interface OemSpan {
  /** UTC of scenario time 0. */
  readonly epoch: UtcInstant;
  readonly horizonS: number;
  readonly constellationName: string;
  readonly file: string;
}

/**
 * Objects in motion by tabulated states: one satellite for each object name, whose segments follow one another.
 *
 * Throws ELEMENTS_UNUSABLE, naming the object and the gap, when the table does not span [0, horizonS].
 */
export function oemEphemeris(segments: readonly OemSegment[], span: OemSpan): Ephemeris {
  const names = [...new Set(segments.map((segment) => segment.objectName))];
  const tables = names.map((name) =>
    segments
      .filter((segment) => segment.objectName === name)
      .map((segment) => ({
        segment,
        startS: secondsBetween(span.epoch, segment.from),
        endS: secondsBetween(span.epoch, segment.to),
      }))
      .sort((a, b) => a.startS - b.startS),
  );
  tables.forEach((table, i) => {
    let coveredS = 0;
    for (const { startS, endS } of table) if (startS <= coveredS + 1e-6) coveredS = Math.max(coveredS, endS);
    const started = (table[0]?.startS as number) <= 1e-6;
    if (started && coveredS >= span.horizonS - 1e-6) return;
    throw new SpaceCloudError(
      'ELEMENTS_UNUSABLE',
      `Expected states of '${names[i]}' for constellation '${span.constellationName}' from ${formatUtc(span.epoch)} to ` +
        `${formatUtc(addSeconds(span.epoch, span.horizonS))}, got none at ${formatUtc(addSeconds(span.epoch, started ? coveredS : 0))}.`,
      { place: { file: span.file }, hint: 'Move the epoch into the table, shorten durationS, or take a longer table.' },
    );
  });
  const r = new Float64Array(3);
  const v = new Float64Array(3);
  /** Writes the state of satellite `i` to `r` and `v`; false where the table has none. */
  const interpolate = (i: number, timeS: number): boolean => {
    for (const { segment, startS, endS } of tables[i] as (typeof tables)[number]) {
      if (timeS < startS - 1e-6 || timeS > endS + 1e-6) continue;
      const t = timeS - startS;
      const into = segment.method === 'hermite' ? hermiteInto : lagrangeInto;
      into(segment.timeS, segment.rTemeKm, segment.vTemeKmS, firstNode(segment, t), segment.nodes, t, r, v);
      return true;
    }
    return false;
  };
  return {
    names,
    count: names.length,
    positionsInto(timeS, rTemeKm, first) {
      for (let i = 0; i < names.length; i++) {
        if (!interpolate(i, timeS)) return i;
        rTemeKm.set(r, 3 * (first + i));
      }
      return -1;
    },
    statesInto(timeS, rTemeKm, vTemeKmS, first) {
      for (let i = 0; i < names.length; i++) {
        if (!interpolate(i, timeS)) return i;
        rTemeKm.set(r, 3 * (first + i));
        vTemeKmS.set(v, 3 * (first + i));
      }
      return -1;
    },
  };
}

/** First of the nodes around `t`, as many before as after it where the table allows. */
function firstNode({ timeS, nodes }: OemSegment, t: number): number {
  let low = 0;
  let high = timeS.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((timeS[middle] as number) <= t) low = middle + 1;
    else high = middle;
  }
  return Math.min(Math.max(0, low - (nodes >> 1)), timeS.length - nodes);
}
