import { json2satrec, sgp4 } from 'satellite.js';
import { describe, expect, it } from 'vitest';
import { J2_EARTH, MU_EARTH_WGS84_KM3_S2, R_EARTH_WGS84_KM, RAD_PER_DEG } from '../../../core/index.ts';
import { type MeanElements, meanElementPositionsInto } from '../../../environment/orbit/mean-elements.kernel.ts';
import type { WalkerShell } from '../../../environment/orbit/walker-shell.ts';
import { walkerElements, walkerEphemeris } from '../../../environment/orbit/walker.ts';
import { walkerConfig } from '../../configs.ts';
import { at, must } from '../../present.ts';

const IRIDIUM: WalkerShell = walkerConfig({
  pattern: 'star',
  planes: 6,
  satellitesPerPlane: 11,
  altitudeKm: 780,
  inclinationDeg: 86.4,
  eccentricity: 0,
  raanSpacingDeg: 31.6,
  phasingDeg: 16.36,
  raanOffsetDeg: 10,
});
const DELTA: WalkerShell = walkerConfig({
  pattern: 'delta',
  planes: 16,
  satellitesPerPlane: 11,
  altitudeKm: 550,
  inclinationDeg: 53,
  eccentricity: 0,
  raanOffsetDeg: 0,
});

function positions(walker: WalkerShell, timeS: number): Float64Array {
  const ephemeris = walkerEphemeris(walker, 'c');
  const r = new Float64Array(3 * ephemeris.count);
  expect(ephemeris.positionsInto(timeS, r, 0)).toBe(-1);
  return r;
}

const vector = (r: Float64Array, i: number): [number, number, number] => [
  at(r, 3 * i),
  at(r, 3 * i + 1),
  at(r, 3 * i + 2),
];
const angle = (a: readonly number[], b: readonly number[]): number =>
  Math.acos(
    Math.max(
      -1,
      (at(a, 0) * at(b, 0) + at(a, 1) * at(b, 1) + at(a, 2) * at(b, 2)) / (Math.hypot(...a) * Math.hypot(...b)),
    ),
  );

describe('Walker constellations at scenario start', () => {
  it('names satellites by plane and slot, from 1, with equal digits', () => {
    const { names, count } = walkerEphemeris(IRIDIUM, 'iridium');
    expect(count).toBe(66);
    expect([names[0], names[10], names[65]]).toEqual(['iridium-p1-s01', 'iridium-p1-s11', 'iridium-p6-s11']);
  });

  it('spaces slots by 360/11 deg: chord 2 a sin(180/11 deg) = 4033 km at 780 km (table: 4,033)', () => {
    const r = positions(IRIDIUM, 0);
    const a = R_EARTH_WGS84_KM + 780;
    const [p, q] = [vector(r, 0), vector(r, 1)];
    const chordKm = Math.hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]);
    expect(chordKm).toBeCloseTo(2 * a * Math.sin(Math.PI / 11), 6);
    expect(Math.round(chordKm)).toBe(4033);
  });

  it('spaces planes by the given or the default right ascension: a star over 180, a delta over 360 deg', () => {
    const nodes = (walker: WalkerShell): number[] =>
      [...walkerElements(walker, 'c').raan].map((raan) => raan / RAD_PER_DEG);
    expect(nodes(IRIDIUM)[11]).toBeCloseTo(10 + 31.6, 9);
    expect(nodes({ ...DELTA, pattern: 'star', planes: 6 })[11]).toBeCloseTo(30, 9); // 180 / 6
    expect(nodes(DELTA)[11]).toBeCloseTo(22.5, 9); // 360 / 16
  });

  it('shifts planes by the default phase 360/N: 2.045 deg for 176 satellites (NodalArc preset)', () => {
    const { meanAnomaly } = walkerElements(DELTA, 'c');
    expect((meanAnomaly[11] as number) / RAD_PER_DEG).toBeCloseTo(2.045, 3);
  });

  it('refuses a perigee below 100 km, naming the constellation and the perigee', () => {
    expect(() => walkerElements({ ...IRIDIUM, altitudeKm: -5 }, 'sunk')).toThrow(/'sunk'.*got -5 km/);
    // (6378.137 + 780)(1 - 0.1) - 6378.137 = 64 km
    expect(() => walkerElements({ ...IRIDIUM, eccentricity: 0.1 }, 'low')).toThrow(/'low'.*got 64 km/);
    expect(() => walkerElements({ ...IRIDIUM, altitudeKm: NaN }, 'nan')).toThrow(
      expect.objectContaining({ code: 'SCENARIO_ORBIT' }),
    );
  });
});

describe('J2 drift against the closed form', () => {
  // Nodal period of a circular orbit: 2 pi / (argp' + M'); node drift: -3/2 J2 (R/a)^2 n cos i.
  const a = R_EARTH_WGS84_KM + 780;
  const n = Math.sqrt(MU_EARTH_WGS84_KM3_S2 / a ** 3);
  const f = 1.5 * J2_EARTH * (R_EARTH_WGS84_KM / a) ** 2;
  const sin2 = Math.sin(86.4 * RAD_PER_DEG) ** 2;

  it('crosses the equator northwards once per nodal period', () => {
    const periodS = (2 * Math.PI) / (n * (1 + f * (3 - 4 * sin2)));
    // Satellite 0 starts on the equator; its height above the equatorial plane returns to 0, rising.
    const z = (t: number): number => at(positions(IRIDIUM, t), 2);
    expect(Math.abs(z(periodS))).toBeLessThan(1e-6);
    expect(z(periodS + 1)).toBeGreaterThan(0);
    // Keplerian period 100.46 min; J2 lengthens the nodal period of a near-polar orbit, by f n T = 1.29e-3 * 0.98: 7.8 s.
    expect(periodS - (2 * Math.PI) / n).toBeGreaterThan(7);
    expect(periodS - (2 * Math.PI) / n).toBeLessThan(9);
  });

  it('turns the node by -0.39 deg a day at 86.4 deg, and +0.9856 deg (sun-synchronous) at 98.5', () => {
    const rate = (inclinationDeg: number): number =>
      ((walkerElements({ ...IRIDIUM, inclinationDeg }, 'c').raanRate[0] as number) * 86400) / RAD_PER_DEG;
    expect(rate(86.4)).toBeCloseTo((-f * n * Math.cos(86.4 * RAD_PER_DEG) * 86400) / RAD_PER_DEG, 12);
    expect(rate(86.4)).toBeCloseTo(-0.417, 2);
    // Table of shell presets: 98.5 deg is sun-synchronous at 780 km (360 deg in 365.2422 days), inclination rounded to 0.1 deg:
    // 0.05 deg of inclination is 0.006 deg a day.
    expect(Math.abs(rate(98.5) - 360 / 365.2422)).toBeLessThan(0.006);
  });

  it('keeps the plane: after a day the orbit normal has turned by the node drift alone', () => {
    const normal = (t: number): number[] => {
      const [p, q] = [vector(positions(IRIDIUM, t), 0), vector(positions(IRIDIUM, t + 1), 0)];
      return [p[1] * q[2] - p[2] * q[1], p[2] * q[0] - p[0] * q[2], p[0] * q[1] - p[1] * q[0]];
    };
    const [before, after] = [normal(0), normal(86400)];
    const turned = Math.atan2(at(after, 0), -at(after, 1)) - Math.atan2(at(before, 0), -at(before, 1));
    expect(turned / RAD_PER_DEG).toBeCloseTo(-0.417, 2);
    // Two positions 1 s apart tilt the plane by the node's drift over the mean motion, 8e-8 / 1e-3 rad.
    expect(at(after, 2) / Math.hypot(...after)).toBeCloseTo(Math.cos(86.4 * RAD_PER_DEG), 4);
  });
});

describe('J2 drift against SGP4', () => {
  it.each([
    [780, 86.4],
    [550, 53],
  ])('%d km, %d deg: within 20 km over a revolution, and the drift within 2 km a day', (altitudeKm, inclinationDeg) => {
    const walker = { ...IRIDIUM, altitudeKm, inclinationDeg, planes: 1, satellitesPerPlane: 1, raanOffsetDeg: 40 };
    const elements = walkerElements(walker, 'c');
    // SGP4's mean motion is the rate of the mean anomaly (Kozai); no drag.
    const satRec = json2satrec({
      OBJECT_NAME: 'x',
      OBJECT_ID: '2026-001A',
      EPOCH: '2026-01-01T00:00:00.000',
      MEAN_MOTION: ((elements.meanAnomalyRate[0] as number) * 86400) / (2 * Math.PI),
      ECCENTRICITY: 1e-7,
      INCLINATION: inclinationDeg,
      RA_OF_ASC_NODE: 40,
      ARG_OF_PERICENTER: 0,
      MEAN_ANOMALY: 0,
      EPHEMERIS_TYPE: 0,
      CLASSIFICATION_TYPE: 'U',
      NORAD_CAT_ID: 1,
      ELEMENT_SET_NO: 1,
      REV_AT_EPOCH: 1,
      BSTAR: 0,
      MEAN_MOTION_DOT: 0,
      MEAN_MOTION_DDOT: 0,
    });
    const apartKm = (timeS: number): number => {
      const r = vector(positions(walker, timeS), 0);
      const state = sgp4(satRec, timeS / 60);
      return Math.hypot(must(state).position.x - r[0], must(state).position.y - r[1], must(state).position.z - r[2]);
    };
    const revolutionS = (2 * Math.PI) / (elements.meanAnomalyRate[0] as number);
    const worstKm = (fromS: number): number =>
      Math.max(...Array.from({ length: 101 }, (_, k) => apartKm(fromS + (k * revolutionS) / 100)));
    // SGP4 adds what we leave out. The largest is J3: an eccentricity of J3/(2 J2) R/a sin i = 1.04e-3 for the polar orbit, which
    // swings the satellite by 2 e a = 15 km along the track (12 km at 53 deg). The short-period J2 terms add up to 5 km of radius.
    expect(worstKm(0)).toBeLessThan(20);
    expect(worstKm(0)).toBeGreaterThan(0.5); // equal would mean that one was compared with itself
    expect(Math.abs(worstKm(86400) - worstKm(0))).toBeLessThan(2);
  });
});

describe('eccentric orbits', () => {
  it('solve Kepler to 1e-12 rad for every eccentricity up to 0.9', () => {
    const n = 721;
    for (const e of [0.001, 0.1, 0.49, 0.5, 0.7, 0.9]) {
      const fill = (value: number): Float64Array => new Float64Array(n).fill(value);
      const meanAnomaly = Float64Array.from({ length: n }, (_, k) => ((k - 360) / 360) * Math.PI);
      const elements: MeanElements = {
        n,
        semiMajorKm: fill(1),
        eccentricity: fill(e),
        inclination: fill(0),
        raan: fill(0),
        raanRate: fill(0),
        argPerigee: fill(0),
        argPerigeeRate: fill(0),
        meanAnomaly,
        meanAnomalyRate: fill(0),
      };
      const r = new Float64Array(3 * n);
      meanElementPositionsInto(elements, 0, r, 0);
      for (let k = 0; k < n; k++) {
        // Back from the position: cos E = x + e, sin E = y / sqrt(1 - e^2); M = E - e sin E must be what went in.
        const sinE = at(r, 3 * k + 1) / Math.sqrt(1 - e * e);
        const back = Math.atan2(sinE, at(r, 3 * k) + e) - e * sinE;
        const error = Math.abs(back - at(meanAnomaly, k));
        expect(Math.min(error, 2 * Math.PI - error)).toBeLessThan(1e-12);
      }
    }
  });

  it('have perigee a(1 - e) and apogee a(1 + e)', () => {
    const walker = { ...IRIDIUM, altitudeKm: 5000, eccentricity: 0.3, planes: 1, satellitesPerPlane: 2 };
    const r = positions(walker, 0);
    const a = R_EARTH_WGS84_KM + 5000;
    expect(Math.hypot(...vector(r, 0))).toBeCloseTo(a * 0.7, 6);
    expect(Math.hypot(...vector(r, 1))).toBeCloseTo(a * 1.3, 6);
    expect(angle(vector(r, 0), vector(r, 1))).toBeCloseTo(Math.PI, 6);
  });
});
