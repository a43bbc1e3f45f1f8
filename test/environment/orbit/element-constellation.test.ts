import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { selectElements } from '../../../environment/orbit/element-constellation.ts';
import type { ElementSet } from '../../../environment/orbit/element-set.ts';
import { parseElements } from '../../../environment/orbit/elements-file.ts';
import { parseUtc } from '../../../environment/orbit/utc.ts';
import { at, must } from '../../present.ts';

const EPOCH = '2022-09-14T12:00:00';

/** A circular orbit at about 780 km; 14.35 rev/day. */
function set(name: string, changes: Partial<ElementSet> = {}): ElementSet {
  return {
    name,
    catalogueId: [...name].reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7) % 1e9,
    epoch: must(parseUtc(EPOCH)),
    meanMotionRevPerDay: 14.35,
    eccentricity: 0.0002,
    inclinationDeg: 86.4,
    raanDeg: 100,
    argPerigeeDeg: 0,
    meanAnomalyDeg: 0,
    bstar: 1e-5,
    ephemerisType: 0,
    place: { file: 'f' },
    ...changes,
  };
}

function select(sets: readonly ElementSet[], epoch = EPOCH) {
  const options = { constellationName: 'c', epoch: must(parseUtc(epoch)), horizonS: 6000, tickS: 10, file: 'f' };
  return selectElements(sets, options);
}

describe('which element sets fly', () => {
  it('leaves out, by name and with the reason, what cannot fly', () => {
    const { ephemeris, leftOut } = select([
      set('GOOD'),
      set('DEAD [-]'),
      set('GONE [D]'),
      set('XP', { ephemerisType: 4 }),
      // 16.4 rev/day: a = (mu / n^2)^(1/3) = 6548 km, 170 km high.
      set('LOW', { meanMotionRevPerDay: 16.4 }),
      // Perigee 6378 (1 - e) ... inside the Earth.
      set('THROUGH THE EARTH', { eccentricity: 0.2 }),
      set('NEW', { catalogueId: 77, epoch: must(parseUtc('2022-09-14T11:00:00')) }),
      set('OLD', { catalogueId: 77, epoch: must(parseUtc('2022-09-13T11:00:00')) }),
    ]);
    expect(ephemeris.names).toEqual(['GOOD', 'NEW']);
    expect(Object.fromEntries(leftOut.map((object) => [object.name, object.reason]))).toEqual({
      'DEAD [-]': 'marked as not operational [-]',
      'GONE [D]': 'marked as decayed [D]',
      XP: 'SGP4-XP element set, which SGP4 cannot propagate',
      LOW: expect.stringMatching(/^decaying: perigee at 1[67]\d km/) as string,
      'THROUGH THE EARTH': expect.stringMatching(/^decaying: perigee at -\d+ km/) as string,
      OLD: 'older element set of object 77',
    });
  });

  it('leaves out an object that drag brings down within the horizon', () => {
    // Perigee and apogee at about 215 km with a B* of 1 per Earth radius, a balloon: it comes down within a quarter of an hour.
    const { leftOut, ephemeris } = select([
      set('GOOD'),
      set('BALLOON', { meanMotionRevPerDay: 16.2, eccentricity: 0.0001, bstar: 1 }),
    ]);
    expect(ephemeris.names).toEqual(['GOOD']);
    expect(leftOut[0]?.reason).toMatch(/decayed|SGP4/);
  });

  it('keeps dead objects near the median height where all are marked dead, and says so', () => {
    const { ephemeris, leftOut, notes } = select([
      set('A [-]'),
      set('B [-]'),
      set('C [-]', { meanMotionRevPerDay: 14.45 }), // 33 km lower
      set('D [-]', { meanMotionRevPerDay: 15.16 }), // 263 km lower
    ]);
    expect(ephemeris.names).toEqual(['A', 'B', 'C']);
    expect(leftOut).toEqual([
      { name: 'D [-]', reason: expect.stringMatching(/not operational.* below the constellation's median/) as string },
    ]);
    expect(notes).toEqual([expect.stringMatching(/all 4 objects are marked.*the 3 within 50 km/)]);
  });

  it('gives objects of one name their catalogue numbers', () => {
    const { ephemeris } = select([set('DEB', { catalogueId: 1 }), set('DEB', { catalogueId: 2 }), set('OTHER')]);
    expect(ephemeris.names).toEqual(['DEB (1)', 'DEB (2)', 'OTHER']);
  });

  it('refuses a file of which nothing can fly, with the reasons', () => {
    expect(() => select([set('LOW', { meanMotionRevPerDay: 16.4 })])).toThrow(
      expect.objectContaining({
        code: 'ELEMENTS_UNUSABLE',
        message: expect.stringMatching(/'LOW': decaying/) as string,
      }),
    );
  });
});

describe('in which time they fly', () => {
  const at = (sets: readonly ElementSet[], epoch: string, timeS: number): Float64Array => {
    const { ephemeris } = select(sets, epoch);
    const r = new Float64Array(3 * ephemeris.count);
    ephemeris.positionsInto(timeS, r, 0);
    return r;
  };

  it('counts from the scenario epoch: 600 s later in epoch is 600 s later in orbit', () => {
    const later = at([set('A')], '2022-09-14T12:10:00', 0);
    at([set('A')], EPOCH, 600).forEach((value, axis) => expect(later[axis]).toBeCloseTo(value, 9));
  });

  it('says nothing at 14 days, notes 15 days, and takes the median epoch beyond 30', () => {
    expect(select([set('A')], '2022-09-28T11:00:00').notes).toEqual([]);
    expect(select([set('A')], '2022-09-29T13:00:00').notes).toEqual([expect.stringMatching(/1 of 1 .*14 days/)]);
    expect(select([set('A')], '2026-11-22T00:00:00').notes).toEqual([
      expect.stringMatching(/of 2022-09-14, 1530 days before/),
    ]);
    expect(at([set('A')], '2026-11-22T00:00:00', 60)).toEqual(at([set('A')], EPOCH, 60));
  });
});

const FOLDER = '../shared/data/elements';
const available = existsSync(FOLDER);
if (!available) console.warn(`Skipped: no real element sets in ${FOLDER}.`);
describe.skipIf(!available)('real files near their epoch', () => {
  const load = (file: string, epoch: string) =>
    select(parseElements(readFileSync(`${FOLDER}/${file}`, 'utf8'), file), epoch);

  it('Iridium: 31 retired objects, 23 still near 758 km; the eight lower ones are named', () => {
    const { ephemeris, leftOut, notes } = load('Iridium.tle', EPOCH);
    expect(ephemeris.count).toBe(23);
    // Mean motions above 14.5 rev/day in the file, that is more than 50 km lower.
    expect(leftOut.map((object) => object.name)).toEqual([
      'IRIDIUM 5 [-]',
      'IRIDIUM 921 [-]',
      'DUMMY MASS 1 [-]',
      'DUMMY MASS 2 [-]',
      'IRIDIUM 45 [-]',
      'IRIDIUM 51 [-]',
      'IRIDIUM 82 [-]',
      'IRIDIUM 2 [-]',
    ]);
    expect(notes.length).toBe(1);
  });

  it.each([
    ['OneWeb.tle', '2022-09-14T12:00:00', 426],
    ['SkySat.tle', '2022-04-23T12:00:00', 21],
    ['Dove.tle', '2022-04-23T12:00:00', 197],
    ['starlink_250.tle', '2024-10-21T12:00:00', 250],
  ])('%s: all %s objects propagate, between 200 and 2,000 km', (file, epoch, count) => {
    const { ephemeris, leftOut } = load(file, epoch);
    expect(ephemeris.count + leftOut.length).toBe(count);
    expect(leftOut).toEqual([]);
    const r = new Float64Array(3 * ephemeris.count);
    expect(ephemeris.positionsInto(3000, r, 0)).toBe(-1);
    for (let i = 0; i < ephemeris.count; i++) {
      const heightKm = Math.hypot(at(r, 3 * i), at(r, 3 * i + 1), at(r, 3 * i + 2)) - 6378.135;
      expect(heightKm).toBeGreaterThan(200);
      expect(heightKm).toBeLessThan(2000);
    }
  });
});
