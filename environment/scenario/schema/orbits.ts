import { z } from 'zod';
import { count, finite, lonDeg, positive } from './common.ts';

/** The ways to describe the orbits of a constellation; each constellation has exactly one. */
export const ORBIT_KINDS = ['walker', 'elements', 'geostationary', 'ephemeris', 'lunar'] as const;

export const walker = z.strictObject({
  pattern: z.enum(['star', 'delta']).describe('star: planes over 180 deg of RAAN; delta: over 360 deg'),
  planes: count.max(1000).describe('number of orbital planes'),
  satellitesPerPlane: count.max(1000).describe('evenly spaced in each plane'),
  altitudeKm: finite.optional().describe('mean altitude above the WGS-84 equatorial radius'),
  meanMotionRevPerDay: positive.max(17).optional().describe('instead of altitudeKm, as element sets state it'),
  inclinationDeg: z.number().min(0).max(180).describe('of every plane'),
  eccentricity: z.number().min(0).max(0.9).default(0).describe('of every orbit'),
  argPerigeeDeg: finite.default(0).describe('argument of perigee of every orbit'),
  propagator: z
    .enum(['j2', 'sgp4'])
    .default('j2')
    .describe('j2: mean elements with secular J2 drift, WGS-84; sgp4: as element sets without drag, WGS-72'),
  elementsEpoch: z.iso.datetime().optional().describe('UTC at which the angles hold; default the epoch'),
  raanSpacingDeg: positive
    .max(360)
    .optional()
    .describe('between neighbouring planes; default 180/planes (star) or 360/planes (delta)'),
  phasingDeg: finite
    .optional()
    .describe('in-plane shift from plane to plane; default 360/(number of satellites), Walker phase factor 1'),
  oddPlanePhasingDeg: finite.default(0).describe('further shift of every second plane (Hypatia: half a slot)'),
  raanOffsetDeg: finite.default(0).describe('right ascension of the ascending node of the first plane at the epoch'),
});

export const elements = z.strictObject({
  file: z.string().min(1).describe('OMM (JSON, CSV) or TLE file, relative to the scenario'),
  include: z.string().optional().describe('regular expression on object names'),
});

export const geostationary = z.strictObject({
  longitudesDeg: z.array(lonDeg).min(1).max(1000).describe('station-kept above the equator, one satellite each'),
});

export const ephemeris = z.strictObject({
  file: z.string().min(1).describe('CCSDS OEM file (KVN), relative to the scenario; it must span the whole scenario'),
});

export const lunar = z.strictObject({
  satellites: count.max(1000).describe('evenly spaced in mean anomaly'),
  semiMajorKm: positive.describe('of the orbit around the Moon'),
  eccentricity: z.number().min(0).max(0.95).default(0).describe('of the orbit around the Moon'),
  inclinationDeg: z.number().min(0).max(180).describe("to the Earth's equator"),
  raanDeg: finite.default(0).describe('right ascension of the ascending node'),
  argPerigeeDeg: finite.default(0).describe('argument of perilune; 270 keeps apolune over the north'),
});
