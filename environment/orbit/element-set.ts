import { type SatRec, json2satrec, twoline2satrec } from 'satellite.js';
import { SpaceCloudError, type SourcePlace } from '../../core/index.ts';
import { type UtcInstant, formatUtc } from './utc.ts';

/** One object of an element-set file, as read: SGP4 mean elements (TEME). Degrees as in the file; converted inside SGP4. */
export interface ElementSet {
  readonly name: string;
  /** Catalogue number, up to nine digits. */
  readonly catalogueId: number;
  readonly epoch: UtcInstant;
  readonly meanMotionRevPerDay: number;
  readonly eccentricity: number;
  readonly inclinationDeg: number;
  readonly raanDeg: number;
  readonly argPerigeeDeg: number;
  readonly meanAnomalyDeg: number;
  /** Drag term, 1 / Earth radii. */
  readonly bstar: number;
  /** 0 = SGP4; 4 = SGP4-XP, which is not public. */
  readonly ephemerisType: number;
  /** The two lines, where the set came as a TLE. */
  readonly tle?: readonly [string, string];
  /** Where it stands in its file. */
  readonly place: SourcePlace;
}

/**
 * SGP4 record of an element set. `SatRec.jdsatepoch` keeps milliseconds only for OMM: count time from `ElementSet.epoch`.
 * The record's `error` is not 0 where SGP4 refuses the elements.
 */
export function satRecOf(set: ElementSet): SatRec {
  if (set.tle !== undefined) return twoline2satrec(set.tle[0], set.tle[1]);
  return json2satrec({
    OBJECT_NAME: set.name,
    OBJECT_ID: '',
    EPOCH: formatUtc(set.epoch),
    MEAN_MOTION: set.meanMotionRevPerDay,
    ECCENTRICITY: set.eccentricity,
    INCLINATION: set.inclinationDeg,
    RA_OF_ASC_NODE: set.raanDeg,
    ARG_OF_PERICENTER: set.argPerigeeDeg,
    MEAN_ANOMALY: set.meanAnomalyDeg,
    EPHEMERIS_TYPE: 0,
    CLASSIFICATION_TYPE: 'U',
    NORAD_CAT_ID: set.catalogueId,
    ELEMENT_SET_NO: 0,
    REV_AT_EPOCH: 0,
    BSTAR: set.bstar,
    MEAN_MOTION_DOT: 0, // SGP4 does not use the derivatives of mean motion
    MEAN_MOTION_DDOT: 0,
  });
}

/**
 * Catalogue number of the five columns of a TLE: digits, or Alpha-5 (a letter without I and O stands for 10 to 33, then four
 * digits: `A0000` = 100000, `Z9999` = 339999; space-track.org documentation). Undefined when it is neither.
 */
export function parseCatalogueId(text: string): number | undefined {
  const trimmed = text.trim();
  if (/^\d{1,9}$/.test(trimmed)) return Number(trimmed);
  const match = /^([A-HJ-NP-Z])(\d{4})$/.exec(trimmed);
  if (match === null) return undefined;
  return ('ABCDEFGHJKLMNPQRSTUVWXYZ'.indexOf(match[1] as string) + 10) * 10000 + Number(match[2]);
}

/** Refuses angles and shapes that no orbit has; `at` says where the set stands. */
export function checkElementSet(set: ElementSet): ElementSet {
  const refuse = (field: string, value: number, expected: string): never => {
    throw elementsError(
      'ELEMENTS_SYNTAX',
      `Expected ${field} of '${set.name}' to be ${expected}, got ${value}.`,
      set.place,
    );
  };
  if (!(set.meanMotionRevPerDay > 0 && set.meanMotionRevPerDay < 20)) {
    refuse('the mean motion', set.meanMotionRevPerDay, 'above 0 and below 20 rev/day');
  }
  if (!(set.eccentricity >= 0 && set.eccentricity < 1)) refuse('the eccentricity', set.eccentricity, 'in [0, 1)');
  if (!(set.inclinationDeg >= 0 && set.inclinationDeg <= 180)) {
    refuse('the inclination', set.inclinationDeg, 'in [0, 180] deg');
  }
  for (const [field, value] of [
    ['the right ascension of the ascending node', set.raanDeg],
    ['the argument of perigee', set.argPerigeeDeg],
    ['the mean anomaly', set.meanAnomalyDeg],
  ] as const) {
    if (!(value >= -360 && value <= 360)) refuse(field, value, 'in [-360, 360] deg');
  }
  return set;
}

export function elementsError(
  code: 'ELEMENTS_SYNTAX' | 'ELEMENTS_CHECKSUM',
  message: string,
  place: SourcePlace,
  hint = 'Get the file anew from its source (CelesTrak or Space-Track), as OMM where it is offered.',
): SpaceCloudError {
  return new SpaceCloudError(code, message, { place, hint });
}
