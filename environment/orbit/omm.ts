import type { SourcePlace } from '../../core/index.ts';
import { type ElementSet, checkElementSet, elementsError, parseCatalogueId } from './element-set.ts';
import { parseUtc } from './utc.ts';

/** One record of an OMM file: values by CCSDS keyword, and where each of them stands. */
export interface OmmRecord {
  readonly values: ReadonlyMap<string, string>;
  readonly place: SourcePlace;
  /** Place of one field, where the format tells it. */
  fieldPlace(keyword: string): SourcePlace;
}

const REQUIRED = [
  'EPOCH',
  'MEAN_MOTION',
  'ECCENTRICITY',
  'INCLINATION',
  'RA_OF_ASC_NODE',
  'ARG_OF_PERICENTER',
  'MEAN_ANOMALY',
] as const;

/**
 * Element set of an OMM record (CCSDS 502.0-B-3, mean elements for SGP4; keywords as CelesTrak and Space-Track write them).
 * Catalogue numbers may have up to nine digits, or be Alpha-5. Epochs keep all their decimals.
 *
 * Throws ELEMENTS_SYNTAX for a missing keyword, a value that is not a number, and another theory, frame or time system.
 */
export function elementSetOfOmm(record: OmmRecord): ElementSet {
  const text = (keyword: string): string | undefined => {
    const value = record.values.get(keyword)?.trim();
    return value === '' ? undefined : value;
  };
  const id = text('NORAD_CAT_ID');
  const name = text('OBJECT_NAME') ?? text('OBJECT_ID') ?? id;
  const refuse = (keyword: string, expected: string): never => {
    const found = record.values.get(keyword);
    throw elementsError(
      'ELEMENTS_SYNTAX',
      `Expected ${keyword} of '${name ?? 'an unnamed object'}' to be ${expected}, got ${found === undefined ? 'none' : `'${found}'`}.`,
      found === undefined ? record.place : record.fieldPlace(keyword),
    );
  };
  const number = (keyword: string, otherwise?: number): number => {
    const value = text(keyword);
    if (value === undefined && otherwise !== undefined) return otherwise;
    const parsed = value === undefined ? NaN : Number(value);
    return Number.isFinite(parsed) ? parsed : refuse(keyword, 'a number');
  };
  for (const keyword of REQUIRED) if (text(keyword) === undefined) refuse(keyword, 'present');
  const theory = text('MEAN_ELEMENT_THEORY');
  if (theory !== undefined && !/^SGP4$|^SGP\/SGP4$/i.test(theory)) refuse('MEAN_ELEMENT_THEORY', 'SGP4');
  const frame = text('REF_FRAME');
  if (frame !== undefined && !/^TEME/i.test(frame)) refuse('REF_FRAME', 'TEME');
  const timeSystem = text('TIME_SYSTEM');
  if (timeSystem !== undefined && timeSystem.toUpperCase() !== 'UTC') refuse('TIME_SYSTEM', 'UTC');
  const catalogueId =
    (id === undefined ? undefined : parseCatalogueId(id)) ?? refuse('NORAD_CAT_ID', 'a catalogue number');
  return checkElementSet({
    name: name ?? String(catalogueId),
    catalogueId,
    epoch:
      parseUtc(text('EPOCH') as string) ?? refuse('EPOCH', 'a UTC date and time such as 2026-11-22T12:34:56.123456'),
    meanMotionRevPerDay: number('MEAN_MOTION'),
    eccentricity: number('ECCENTRICITY'),
    inclinationDeg: number('INCLINATION'),
    raanDeg: number('RA_OF_ASC_NODE'),
    argPerigeeDeg: number('ARG_OF_PERICENTER'),
    meanAnomalyDeg: number('MEAN_ANOMALY'),
    bstar: number('BSTAR', 0),
    ephemerisType: number('EPHEMERIS_TYPE', 0),
    place: record.place,
  });
}
