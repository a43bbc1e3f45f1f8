import { gstime } from 'satellite.js';
import { describe, expect, it } from 'vitest';
import { gmstRad } from '../../../environment/orbit/earth-rotation.ts';
import {
  type UtcInstant,
  addSeconds,
  formatUtc,
  julianDate,
  parseUtc,
  secondsBetween,
  utcOfYearDay,
} from '../../../environment/orbit/utc.ts';

const utc = (text: string): UtcInstant => parseUtc(text) as UtcInstant;

describe('UTC instants', () => {
  it('counts days as Date does, over centuries and leap years', () => {
    for (const text of [
      '1957-10-04',
      '1999-12-31',
      '2000-02-29',
      '2000-03-01',
      '2024-12-31',
      '2026-11-22',
      '2100-03-01',
    ]) {
      const expected = (Date.parse(`${text}T00:00:00Z`) - Date.parse('2000-01-01T00:00:00Z')) / 86400000;
      expect(utc(`${text}T00:00:00Z`)).toEqual({ day: expected, secondOfDay: 0 });
      expect(formatUtc(utc(`${text}T12:34:56.789Z`))).toBe(`${text}T12:34:56.789Z`);
    }
  });

  it('keeps microseconds', () => {
    expect(utc('2020-10-13T04:52:48.472320').secondOfDay).toBe(4 * 3600 + 52 * 60 + 48.47232);
    expect(secondsBetween(utc('2026-01-01T23:59:59.999999'), utc('2026-01-02T00:00:00'))).toBeCloseTo(1e-6, 9);
  });

  it('reads the day-of-year form, and TLE days', () => {
    expect(utc('2026-060T00:00:00Z')).toEqual(utc('2026-03-01T00:00:00Z')); // 31 + 28 + 1
    expect(utcOfYearDay(2024, 366, 0.5)).toEqual(utc('2024-12-31T12:00:00'));
  });

  it.each([
    '2026-13-01T00:00:00Z',
    '2026-02-29T00:00:00Z',
    '2026-01-01',
    '2026-01-01T24:00:00Z',
    '2026-366T00:00:00',
    'now',
  ])('refuses %s', (text) => expect(parseUtc(text)).toBeUndefined());

  it('carries over midnight in both directions', () => {
    expect(addSeconds(utc('2026-01-01T23:59:50Z'), 20)).toEqual(utc('2026-01-02T00:00:10Z'));
    expect(addSeconds(utc('2026-01-01T00:00:10Z'), -20)).toEqual(utc('2025-12-31T23:59:50Z'));
  });

  it('has the Julian date of J2000.0: 2000-01-01T12:00 = 2451545.0', () => {
    expect(julianDate(utc('2000-01-01T12:00:00'))).toBe(2451545);
  });
});

describe('sidereal time', () => {
  it('is 152.578787810 deg at 1992-08-20T12:14:00 UT1 (Vallado, example 3-5)', () => {
    // The book works from a Julian date in one double, good to 40 us = 1.7e-7 deg.
    expect(Math.abs((gmstRad(utc('1992-08-20T12:14:00'), 0) * 180) / Math.PI - 152.57878781)).toBeLessThan(1.7e-7);
  });

  it('agrees with satellite.js within 1e-8 rad (its Julian dates resolve 40 us = 3e-9 rad), at any split of epoch and elapsed', () => {
    for (const text of ['2000-01-01T00:00:00Z', '2022-09-14T12:10:45.5Z', '2049-12-31T23:59:59Z']) {
      const expected = gstime(julianDate(utc(text)));
      expect(Math.abs(gmstRad(utc(text), 0) - expected)).toBeLessThan(1e-8);
      expect(Math.abs(gmstRad(addSeconds(utc(text), -7200), 7200) - expected)).toBeLessThan(1e-8);
    }
  });
});
