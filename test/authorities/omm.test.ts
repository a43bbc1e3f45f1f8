import { existsSync, readFileSync } from 'node:fs';
import { json2satrec, sgp4 } from 'satellite.js';
import { describe, expect, it } from 'vitest';
import { elementStates } from '../../environment/orbit/element-states.ts';
import { satRecOf } from '../../environment/orbit/element-set.ts';
import type { ElementSet } from '../../environment/orbit/element-set.ts';
import { parseElements } from '../../environment/orbit/elements-file.ts';
import { createSgp4Object, sgp4Ephemeris } from '../../environment/orbit/sgp4.ts';
import { tleChecksum } from '../../environment/orbit/tle.ts';
import { julianDate, parseUtc } from '../../environment/orbit/utc.ts';
import { at, must } from '../present.ts';

const DATA = '../shared/data';
const available = existsSync(`${DATA}/sgp4/sample_omm.json`);
if (!available) console.warn(`Skipped: no sample OMM and element sets in ${DATA}.`);

/** A millimetre is 1e-6 km; equal elements must give equal states, so only rounding is allowed for. */
const SAME_KM = 1e-9;

const read = (file: string): ElementSet[] => parseElements(readFileSync(`${DATA}/${file}`, 'utf8'), file);

function statesOf(set: ElementSet): number[] {
  const minutes = [0, 47.3, 1440, 10080];
  const { objects } = elementStates(
    [set],
    minutes.map((sinceEpochMin) => ({ label: String(sinceEpochMin), sinceEpochMin })),
  );
  const { states } = at(objects, 0);
  expect(states.length).toBe(minutes.length);
  return states.flatMap((state) => [...state.rTemeKm]);
}

const elementsOf = ({ place: _place, tle: _tle, ...elements }: ElementSet) => elements;

const KEYWORDS = (set: ElementSet, epoch: string): readonly (readonly [string, string | number])[] => [
  ['OBJECT_NAME', set.name],
  ['EPOCH', epoch],
  ['MEAN_MOTION', set.meanMotionRevPerDay],
  ['ECCENTRICITY', set.eccentricity],
  ['INCLINATION', set.inclinationDeg],
  ['RA_OF_ASC_NODE', set.raanDeg],
  ['ARG_OF_PERICENTER', set.argPerigeeDeg],
  ['MEAN_ANOMALY', set.meanAnomalyDeg],
  ['NORAD_CAT_ID', set.catalogueId],
  ['BSTAR', set.bstar],
];

/** The same message in the four forms of CCSDS 502.0-B. */
const FORMS: Record<string, (rows: readonly (readonly [string, string | number])[]) => string> = {
  JSON: (rows) => JSON.stringify([Object.fromEntries(rows)]),
  CSV: (rows) => `${rows.map(([key]) => key).join()}\n${rows.map(([, value]) => value).join()}\n`,
  XML: (rows) =>
    `<omm><body><segment><data>${rows.map(([key, value]) => `<${key}>${value}</${key}>`).join('')}</data></segment></body></omm>`,
  KVN: (rows) =>
    `CCSDS_OMM_VERS = 2.0\nCOMMENT a comment = none\n\n${rows.map(([key, value]) => `${key} = ${value}`).join('\n')}\n`,
};

describe('OMM samples (brandon-rhodes/python-sgp4)', () => {
  it.skipIf(!available)('XML and CSV are one set of VANGUARD 1: equal elements, equal states', () => {
    const [xml] = read('sgp4/sample_omm.xml');
    const [csv] = read('sgp4/sample_omm.csv');
    expect(elementsOf(must(xml))).toEqual(elementsOf(must(csv)));
    const states = statesOf(must(csv));
    statesOf(must(xml)).forEach((km, k) => expect(Math.abs(km - at(states, k))).toBeLessThan(SAME_KM));
  });

  it.skipIf(!available)('JSON is a later set of the same object; written in every form it stays the same', () => {
    const [json] = read('sgp4/sample_omm.json');
    const set = must(json);
    expect(set).toMatchObject({
      name: 'VANGUARD 1',
      catalogueId: 5,
      epoch: parseUtc('2025-02-14T14:36:48.662784'),
      meanMotionRevPerDay: 10.85873516,
      bstar: 0.00035436,
    });
    const states = statesOf(set);
    for (const [form, write] of Object.entries(FORMS)) {
      const [again] = parseElements(write(KEYWORDS(set, '2025-02-14T14:36:48.662784')), form);
      expect(elementsOf(must(again)), form).toEqual(elementsOf(set));
      statesOf(must(again)).forEach((km, k) => expect(Math.abs(km - at(states, k))).toBeLessThan(SAME_KM));
    }
  });
});

describe('OMM epochs', () => {
  // A circular orbit at 15.05 rev/day: 551 km high, sqrt(398600.8 / 6929) = 7.585 km/s. No drag.
  const EPOCH = '2026-03-01T12:34:56.123456';
  const rows = KEYWORDS(
    {
      name: 'X',
      catalogueId: 270123,
      epoch: must(parseUtc(EPOCH)),
      meanMotionRevPerDay: 15.05,
      eccentricity: 0,
      inclinationDeg: 53,
      raanDeg: 10,
      argPerigeeDeg: 0,
      meanAnomalyDeg: 0,
      bstar: 0,
      ephemerisType: 0,
      place: { file: 'x' },
    },
    EPOCH,
  );

  it.each(Object.keys(FORMS))(
    'keep their microseconds in %s, which satellite.js cuts to milliseconds: 3.4 m along the track',
    (form) => {
      const [set] = parseElements(must(FORMS[form])(rows), form);
      const when = must(parseUtc('2026-03-01T13:34:56'));
      const r = new Float64Array(3);
      const v = new Float64Array(3);
      sgp4Ephemeris([createSgp4Object(must(set), when)], ['x']).statesInto(0, r, v, 0);
      // The same instant by the epoch that satellite.js keeps.
      const satRec = json2satrec({
        ...(Object.fromEntries(rows) as unknown as Parameters<typeof json2satrec>[0]),
        EPHEMERIS_TYPE: 0,
        CLASSIFICATION_TYPE: 'U',
        ELEMENT_SET_NO: 1,
        REV_AT_EPOCH: 1,
        MEAN_MOTION_DOT: 0,
        MEAN_MOTION_DDOT: 0,
      });
      const cut = must(sgp4(satRec, (julianDate(when) - satRec.jdsatepoch) * 1440)).position;
      const apart = [at(r, 0) - cut.x, at(r, 1) - cut.y, at(r, 2) - cut.z];
      const speed = Math.hypot(...v);
      const alongM = (1000 * (at(apart, 0) * at(v, 0) + at(apart, 1) * at(v, 1) + at(apart, 2) * at(v, 2))) / speed;
      // 0.456 ms later in epoch is 0.456 ms behind: 7.585 km/s * 0.456 ms = 3.46 m; a Julian date resolves 40 us = 0.3 m.
      expect(alongM).toBeLessThan(-3.46 + 0.35);
      expect(alongM).toBeGreaterThan(-3.46 - 0.35);
      expect(1000 * Math.hypot(...apart)).toBeLessThan(Math.abs(alongM) + 0.01);
    },
  );
});

describe('catalogue numbers', () => {
  it('of six and nine digits, and Alpha-5, are the same object in OMM and TLE', () => {
    const set = (id: string): ElementSet => {
      const rows = [
        ['NORAD_CAT_ID', id],
        ['OBJECT_NAME', 'X'],
        ['EPOCH', '2022-04-23T12:00:00'],
        ['MEAN_MOTION', 15.05],
        ['ECCENTRICITY', 0.0001],
        ['INCLINATION', 53],
        ['RA_OF_ASC_NODE', 10],
        ['ARG_OF_PERICENTER', 0],
        ['MEAN_ANOMALY', 0],
      ] as const;
      return must(parseElements(must(FORMS['CSV'])(rows), 'x.csv')[0]);
    };
    expect(set('270123').catalogueId).toBe(270123);
    expect(set('799500123').catalogueId).toBe(799500123);
    expect(set('T0123').catalogueId).toBe(270123); // T is 27: A = 10 ... H = 17, J = 18 ... N = 22, P = 23 ... T = 27
    const sealed = (line: string): string => line + String(tleChecksum(`${line} `));
    const tle = [
      sealed('1 T0123U 22001A   22113.50000000  .00000000  00000+0  00000+0 0  999'),
      sealed('2 T0123  53.0000  10.0000 0001000   0.0000   0.0000 15.05000000    1'),
    ].join('\n');
    const [fromTle] = parseElements(tle, 'x.tle');
    expect(must(fromTle).catalogueId).toBe(270123);
    const states = statesOf(must(fromTle));
    statesOf(set('270123')).forEach((km, k) => expect(Math.abs(km - at(states, k))).toBeLessThan(SAME_KM));
    expect(satRecOf(must(fromTle)).error).toBe(0);
  });
});

describe('real element sets (StarryNet, stardust-go)', () => {
  it.skipIf(!available).each([
    ['Iridium', 31],
    ['OneWeb', 426],
    ['SkySat', 21],
    ['Dove', 197],
    ['starlink_250', 250],
  ])('%s: %d sets, each with a state at its epoch and an hour later', (file, count) => {
    const sets = read(`elements/${file}.tle`);
    expect(sets.length).toBe(count);
    const times = [0, 60].map((sinceEpochMin) => ({ label: String(sinceEpochMin), sinceEpochMin }));
    const { objects, failures } = elementStates(sets, times);
    expect(failures).toEqual([]);
    for (const { states } of objects) {
      for (const { rTemeKm, vTemeKmS } of states) {
        // Low orbits: 150 to 1,300 km, 7.2 to 7.9 km/s.
        expect(Math.hypot(...rTemeKm)).toBeGreaterThan(6378 + 150);
        expect(Math.hypot(...rTemeKm)).toBeLessThan(6378 + 1300);
        expect(Math.hypot(...vTemeKmS)).toBeGreaterThan(7.1);
        expect(Math.hypot(...vTemeKmS)).toBeLessThan(7.9);
      }
    }
  });

  it.skipIf(!available)('ten years on, drag has brought some down: each is named with the reason', () => {
    const sets = read('elements/Dove.tle');
    const { objects, failures } = elementStates(sets, [{ label: 'later', utc: must(parseUtc('2032-04-23T00:00:00')) }]);
    expect(failures.length).toBeGreaterThan(0);
    expect(objects.length + failures.length).toBe(sets.length);
    for (const { name, reason } of failures) {
      expect(sets.some((set) => set.name === name)).toBe(true);
      expect(reason).toMatch(/^SGP4: (decayed|mean|perturbed|semi)/);
    }
  });
});
