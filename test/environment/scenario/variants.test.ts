import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadScenario, overrideScenario, parseScenario, varyScenario } from '../../../environment/scenario/index.ts';
import { lineAndColumn, refusal } from './refusal.ts';
import { VALID_TEXT, changed } from './valid-text.ts';

let folder = '';
const inFolder = (name: string): string => path.join(folder, name);
const withElements = VALID_TEXT.replace(/ {4}walker:\n(?: {6}.*\n)+/, '    elements: { file: sets.tle }\n');

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'scenario-'));
  writeFileSync(inFolder('small.yaml'), VALID_TEXT);
  writeFileSync(inFolder('elements.yaml'), withElements);
  writeFileSync(inFolder('sets.tle'), '');
  writeFileSync(inFolder('latin1.yaml'), Buffer.from([0x23, 0xe9, 0x0a]));
  writeFileSync(inFolder('bom.yaml'), `\uFEFF${VALID_TEXT}`);
  writeFileSync(inFolder('long.yaml'), Buffer.alloc(16 * 2 ** 20 + 1, '#'));
  mkdirSync(inFolder('empty'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('loadScenario', () => {
  it('fills in defaults', () => {
    const scenario = loadScenario(inFolder('small.yaml'));
    expect(scenario.constellations[0]?.isl).toEqual({
      topology: 'grid',
      terminals: 4,
      rateBps: 10e9,
      maxRangeKm: 5000,
      earthClearanceKm: 80,
      acquisitionS: 30,
      slewDegS: 2,
      crossSeam: false,
      gridWrap: 'facing',
      maxInterPlaneLatDeg: 90,
      maxTrackingDegS: 180,
      rateSchedule: [],
      terminalPowerW: 40,
    });
    expect(scenario.gatewayLink).toEqual({
      maxRateBps: 5e9,
      minElevationDeg: 10,
      kind: 'rf',
      rateSchedule: [],
      fullRateRangeKm: 1250,
      costPerGB: 0,
    });
  });

  it('keeps the other defaults of a map that is given in part', () => {
    const scenario = parseScenario(`${VALID_TEXT}terminalLink: { minElevationDeg: 25 }\n`, 'small.yaml');
    expect(scenario.terminalLink).toMatchObject({ maxRateBps: 1e9, minElevationDeg: 25, fullRateRangeKm: 1250 });
  });

  it('freezes to the depth', () => {
    const scenario = loadScenario(inFolder('small.yaml'));
    const thaw = (): void => {
      (scenario.terminals[0] as { latDeg: number }).latDeg = 0;
    };
    expect(thaw).toThrow(TypeError);
    expect(Object.isFrozen(scenario.traffic.jobs)).toBe(true);
  });

  it('reads a byte order mark as nothing', () => {
    expect(loadScenario(inFolder('bom.yaml'))).toEqual(loadScenario(inFolder('small.yaml')));
  });

  it('finds element sets beside the scenario', () => {
    const scenario = loadScenario(inFolder('elements.yaml'));
    expect(scenario.constellations[0]?.elements?.file).toBe(inFolder('sets.tle'));
  });

  it.each([
    ['nowhere.yaml', 'FILE_NOT_FOUND'],
    ['small.yaml/deeper.yaml', 'FILE_NOT_FOUND'],
    ['empty', 'FILE_READ'],
    ['latin1.yaml', 'SCENARIO_SYNTAX'],
    ['long.yaml', 'SCENARIO_TOO_LARGE'],
  ])('refuses %s: %s', (name, code) => {
    const error = refusal(() => loadScenario(inFolder(name)));
    expect(error.code).toBe(code);
    expect(error.place?.file).toBe(inFolder(name));
  });

  it('finds ephemerides beside the scenario, and refuses those that are not there', () => {
    const withEphemeris = withElements.replace('elements: { file: sets.tle }', 'ephemeris: { file: moves.oem }');
    writeFileSync(inFolder('ephemeris.yaml'), withEphemeris);
    const error = refusal(() => loadScenario(inFolder('ephemeris.yaml')));
    expect(error.code).toBe('FILE_NOT_FOUND');
    expect(error.message).toContain('expected an ephemeris file, found none');
    expect(lineAndColumn(error)).toBe('8:24');
    writeFileSync(inFolder('moves.oem'), '');
    expect(loadScenario(inFolder('ephemeris.yaml')).constellations[0]?.ephemeris?.file).toBe(inFolder('moves.oem'));
  });

  it('refuses element sets that are not there, where they are named', () => {
    writeFileSync(inFolder('dangling.yaml'), withElements.replace('sets.tle', 'gone.tle'));
    const error = refusal(() => loadScenario(inFolder('dangling.yaml')));
    expect(error.code).toBe('FILE_NOT_FOUND');
    expect(error.place?.file).toBe(inFolder('dangling.yaml'));
    expect(lineAndColumn(error)).toBe('8:23');
    expect(error.message).toContain(inFolder('gone.tle'));
  });
});

describe('overrides', () => {
  it('change load, name, epoch and duration, and leave the original alone', () => {
    const scenario = loadScenario(inFolder('small.yaml'));
    const changes = { load: 2.5, name: 'heavy', epoch: '2022-09-14T12:00:00Z', durationS: 300 };
    const variant = overrideScenario(scenario, changes);
    expect(variant).toEqual({
      ...scenario,
      name: 'heavy',
      epoch: '2022-09-14T12:00:00Z',
      durationS: 300,
      traffic: { ...scenario.traffic, load: 2.5 },
    });
    expect(scenario.traffic.load).toBe(1);
    expect(loadScenario(inFolder('small.yaml'), changes)).toEqual(variant);
  });

  it('put one constellation from element sets in the place of all', () => {
    const two = changed('gateways:', '  - { name: other, elements: { file: other.tle } }\ngateways:');
    const variant = overrideScenario(parseScenario(two, 'small.yaml'), { elements: inFolder('sets.tle') });
    expect(variant.constellations).toHaveLength(1);
    expect(variant.constellations[0]).toMatchObject({
      name: 'ring',
      elements: { file: inFolder('sets.tle') },
      isl: { rateBps: 10e9 },
    });
    expect(variant.constellations[0]).not.toHaveProperty('walker');
  });

  it('by element sets take over the radios of all, and drop relays and hazards of the others', () => {
    const text =
      changed('gateways:', '  - { name: geo, geostationary: { longitudesDeg: [0] }, radios: [wide] }\ngateways:') +
      'radios: [{ name: wide }]\n' +
      'relays: [{ name: up, from: ring, to: geo }, { name: along, from: ring, to: ring }]\n' +
      'faults:\n  hazards:\n' +
      ['{ of: geo, ', '{ of: ring, ', '{ '].map((of) => `    - ${of}kind: satellite-loss, ratePerYear: 1 }\n`).join('');
    const variant = overrideScenario(parseScenario(text, 'small.yaml'), { elements: inFolder('sets.tle') });
    expect(variant.constellations.map(({ radios }) => radios)).toEqual([['gateway', 'terminal', 'wide']]);
    expect(variant.relays.map(({ name }) => name)).toEqual(['along']);
    expect(variant.faults.hazards.map(({ of }) => of)).toEqual(['ring', undefined]);
  });

  it('refuse element sets that are not there', () => {
    const error = refusal(() => loadScenario(inFolder('small.yaml'), { elements: inFolder('gone.tle') }));
    expect(error.code).toBe('FILE_NOT_FOUND');
    expect(error.place).toEqual({ file: inFolder('gone.tle') });
  });

  it.each([
    [{ load: -1 }, 'traffic.load: expected a number above 0, found -1'],
    [{ load: NaN }, 'traffic.load: expected a number above 0, found NaN'],
    [
      { name: 'a b' },
      "name: expected a name of letters, digits and dashes that starts with a letter or digit, found the text 'a b'",
    ],
    [{ durationS: 5 }, 'tickS: expected at most durationS (5 s), found 10 s'],
  ])('are validated: %o', (overrides, message) => {
    const error = refusal(() => loadScenario(inFolder('small.yaml'), overrides));
    expect(error.code).toBe('SCENARIO_FIELD');
    expect(error.message).toBe(message);
    expect(error.place).toBeUndefined();
  });

  it('without content give the same object', () => {
    const scenario = parseScenario(VALID_TEXT, 'small.yaml');
    expect(overrideScenario(scenario, { load: undefined })).toBe(scenario);
  });
});

describe('varyScenario', () => {
  const scenario = parseScenario(VALID_TEXT, 'small.yaml');

  it('gives a frozen, validated copy', () => {
    const variant = varyScenario(scenario, (draft) => {
      draft.gateways = [];
      draft.traffic.contents = [];
    });
    expect(variant.gateways).toEqual([]);
    expect(scenario.gateways).toHaveLength(1);
    expect(Object.isFrozen(variant.traffic.messages[0])).toBe(true);
  });

  it('refuses what a file could not say', () => {
    const sink = (): unknown =>
      varyScenario(scenario, (draft) => {
        const walker = draft.constellations[0]?.walker;
        if (walker) walker.altitudeKm = 100;
      });
    expect(refusal(sink).code).toBe('SCENARIO_ORBIT');
  });
});
