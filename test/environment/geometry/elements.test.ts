import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { buildGeometry } from '../../../environment/geometry/index.ts';
import { parseUtc, walkerEphemeris } from '../../../environment/orbit/index.ts';
import { walkerElements } from '../../../environment/orbit/walker.ts';
import { at, must } from '../../present.ts';
import { dense } from './dense.ts';
import { star66 } from './scenarios.ts';

const folder = mkdtempSync(join(tmpdir(), 'elements-'));
afterAll(() => rmSync(folder, { recursive: true }));

const scenario = star66({ durationS: 600 });
const walker = must(at(scenario.constellations, 0).walker);

/** The Walker constellation as an OMM file, so that both ways of giving orbits can be compared. */
function writeWalkerAsOmm(file: string): void {
  const elements = walkerElements(walker, 'c');
  const { names } = walkerEphemeris(walker, 'iridium');
  const degrees = (radians: number): number => ((((radians * 180) / Math.PI) % 360) + 360) % 360;
  const records = names.map((name, i) => ({
    OBJECT_NAME: name,
    NORAD_CAT_ID: 800000 + i,
    EPOCH: '2026-11-22T00:00:00.000000',
    MEAN_MOTION: (at(elements.meanAnomalyRate, i) * 86400) / (2 * Math.PI),
    ECCENTRICITY: 0.0000001,
    INCLINATION: walker.inclinationDeg,
    RA_OF_ASC_NODE: degrees(at(elements.raan, i)),
    ARG_OF_PERICENTER: 0,
    MEAN_ANOMALY: degrees(at(elements.meanAnomaly, i)),
    BSTAR: 0,
  }));
  writeFileSync(join(folder, file), JSON.stringify(records, null, 1));
}

const withElements = (file: string, include?: string, epoch?: string) =>
  star66({
    durationS: 600,
    constellations: [{ name: 'real', elements: include === undefined ? { file } : { file, include } }],
    ...(epoch === undefined ? {} : { epoch }),
  });

describe('a constellation of element sets', () => {
  it('that describe a Walker star gives its links, and its positions within the short-period terms', () => {
    writeWalkerAsOmm('star.json');
    expect(parseUtc(scenario.epoch)).toEqual(parseUtc('2026-11-22T00:00:00'));
    const real = dense(buildGeometry(withElements('star.json'), { scenarioDir: folder }));
    const regular = dense(buildGeometry(scenario));
    expect(real.nodeNames).toEqual(regular.nodeNames);
    expect(real.notes).toEqual([]);
    let worstKm = 0;
    for (let i = 0; i < real.rEcefKm.length; i++) {
      worstKm = Math.max(worstKm, Math.abs(at(real.rEcefKm, i) - at(regular.rEcefKm, i)));
    }
    expect(worstKm).toBeLessThan(20); // see test/environment/orbit/walker.test.ts
    expect(worstKm).toBeGreaterThan(0.5);
    const partners = (g: typeof real, s: number): number[] =>
      [...g.islNeighbour.subarray(s * g.islSlots, (s + 1) * g.islSlots)].filter((n) => n >= 0).sort((a, b) => a - b);
    for (let s = 0; s < 66; s++) expect(partners(real, s)).toEqual(partners(regular, s));
  });

  it('takes the objects that `include` names', () => {
    writeWalkerAsOmm('star.json');
    const g = buildGeometry(
      { ...withElements('star.json', 'p[12]-'), gateways: [], terminals: [] },
      { scenarioDir: folder },
    );
    expect(g.satelliteCount).toBe(22);
  });

  it('refuses an `include` that names none, and one that is no regular expression', () => {
    writeWalkerAsOmm('star.json');
    const build = (include: string) => (): unknown =>
      buildGeometry(withElements('star.json', include), { scenarioDir: folder });
    expect(build('^COSMOS')).toThrow(
      expect.objectContaining({
        code: 'SCENARIO_EMPTY',
        hint: expect.stringMatching(/iridium-p1-s01/) as string,
      }),
    );
    expect(build('(')).toThrow(expect.objectContaining({ code: 'SCENARIO_FIELD' }));
  });

  const IRIDIUM = '../shared/data/elements/Iridium.tle';
  const available = existsSync(IRIDIUM);
  if (!available) console.warn(`Skipped: no ${IRIDIUM}.`);
  it.skipIf(!available)('of 2022 flies in a scenario of 2026, with notes, and names what is left out', () => {
    const real = withElements('Iridium.tle');
    const g = buildGeometry({ ...real, gateways: [], terminals: [] }, { scenarioDir: '../shared/data/elements' });
    expect(g.satelliteCount).toBe(23);
    expect(g.nodeNames[0]).toBe('IRIDIUM 7');
    expect(g.leftOut.length).toBe(8);
    expect(g.notes).toEqual([
      expect.stringMatching(/element sets are of 2022-09-14, 15\d\d days before/),
      expect.stringMatching(/all 31 objects are marked as not operational/),
    ]);
  });
});

describe('a constellation of tabulated states', () => {
  it('that describe an orbit of the Walker star flies as that does', () => {
    const ephemeris = walkerEphemeris(walker, 'iridium');
    const [r, v] = [new Float64Array(3 * 66), new Float64Array(3 * 66)];
    const rows = Array.from({ length: 31 }, (_, i) => {
      ephemeris.statesInto(i * 20, r, v, 0);
      const clock = `${String(Math.floor(i / 3)).padStart(2, '0')}:${String((i * 20) % 60).padStart(2, '0')}`;
      return `2026-11-22T00:${clock} ${[...r.subarray(0, 3), ...v.subarray(0, 3)].join(' ')}`;
    });
    const meta = [
      'OBJECT_NAME = first',
      'OBJECT_ID = 0',
      'CENTER_NAME = EARTH',
      'REF_FRAME = TEME',
      'TIME_SYSTEM = UTC',
    ];
    const text = ['CCSDS_OEM_VERS = 2.0', 'META_START', ...meta, 'META_STOP', ...rows, ''].join('\n');
    writeFileSync(join(folder, 'first.oem'), text);
    const alone = { gateways: [], terminals: [], dataCentres: [], durationS: 600 };
    const tabulated = (durationS: number): ReturnType<typeof star66> =>
      star66({ ...alone, durationS, constellations: [{ name: 'oem', ephemeris: { file: 'first.oem' } }] });
    const g = dense(buildGeometry(tabulated(600), { scenarioDir: folder }));
    const all = dense(buildGeometry(star66(alone)));
    expect(g.nodeNames).toEqual(['first']);
    // 20 s between states, interpolated by polynomials of high degree: float32 is the coarser, 0.5 m an axis.
    for (let k = 0; k <= 60; k++) {
      for (let axis = 0; axis < 3; axis++) {
        expect(Math.abs(at(g.rEcefKm, 3 * k + axis) - at(all.rEcefKm, 3 * 66 * k + axis))).toBeLessThan(1e-3);
      }
    }
    expect(() => buildGeometry(tabulated(700), { scenarioDir: folder })).toThrow(
      expect.objectContaining({ code: 'ELEMENTS_UNUSABLE' }),
    );
  });
});
