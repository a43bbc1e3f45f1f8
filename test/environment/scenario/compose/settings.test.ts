import { describe, expect, it } from 'vitest';
import {
  type Scenario,
  applySettings,
  parseScenario,
  settingValue,
  sourcePlace,
} from '../../../../environment/scenario/index.ts';
import { refusal } from '../refusal.ts';
import { VALID_TEXT, changed } from '../valid-text.ts';

const HAZARDS = 'faults: { hazards: [{ kind: link-loss, ratePerYear: 2 }, { kind: gateway-loss, ratePerYear: 3 }] }\n';
const scenario = parseScenario(VALID_TEXT + HAZARDS, 'small.yaml');
const ACCRA = { latDeg: 5.6, lonDeg: -0.19 };
const names = (list: readonly { readonly name: string }[]): readonly string[] => list.map(({ name }) => name);

describe('applySettings', () => {
  it('equals the scenario written out, and leaves the original alone', () => {
    const before = structuredClone(scenario);
    const variant = applySettings(scenario, { 'traffic.load': 2, 'constellations.ring.isl.rateBps': 2.5e9 });
    const text = changed('load: 1\n', 'load: 2\n').replace('rateBps: 10e9', 'rateBps: 2.5e9');
    expect(JSON.stringify(variant)).toBe(JSON.stringify(parseScenario(text + HAZARDS, 'other.yaml')));
    expect(scenario).toEqual(before);
    expect(Object.isFrozen(variant.constellations[0]?.isl)).toBe(true);
  });

  it('is the same scenario without settings', () => {
    expect(applySettings(scenario, {})).toBe(scenario);
  });

  it('reaches all items by *, one by name, one without name by position', () => {
    const variant = applySettings(scenario, {
      'terminals.*.population': 7,
      'terminals.lagos.latDeg': 6,
      'faults.hazards.1.ratePerYear': 4,
    });
    expect(variant.terminals.map(({ population }) => population)).toEqual([7, 7]);
    expect(variant.terminals.map(({ latDeg }) => latDeg)).toEqual([30.04, 6]);
    expect(variant.faults.hazards.map(({ ratePerYear }) => ratePerYear)).toEqual([2, 4]);
  });

  it('takes items and optional fields away, and brings defaults back', () => {
    const variant = applySettings(scenario, {
      'terminals.cairo': null,
      'faults.hazards.0': null,
      'constellations.ring.isl.rateBps': null,
      traffic: null,
    });
    expect(names(variant.terminals)).toEqual(['lagos']);
    expect(variant.faults.hazards.map(({ kind }) => kind)).toEqual(['gateway-loss']);
    expect(variant.constellations[0]?.isl.rateBps).toBe(10e9);
    expect(variant.traffic).toEqual({ load: 1, messages: [], contents: [], observations: [], jobs: [], backups: [] });
    expect(applySettings(scenario, { 'faults.hazards.*': null }).faults.hazards).toEqual([]);
  });

  it('adds items under a new name, or by +, with their defaults', () => {
    const kiruna = { latDeg: 67.86, lonDeg: 20.96 };
    const fault = { kind: 'jamming', atS: 1, latDeg: 0, lonDeg: 0, radiusKm: 1 };
    const variant = applySettings(scenario, {
      'gateways.kiruna': kiruna,
      'gateways.+': [
        { name: 'inuvik', latDeg: 68.3, lonDeg: -133.5 },
        { name: 'alice', latDeg: -23.7, lonDeg: 133.9 },
      ],
      'gateways.kiruna.antennas': 3,
      'faults.scheduled.+': fault,
      'faults.scheduled.1': { ...fault, atS: 2 },
    });
    expect(names(variant.gateways)).toEqual(['svalbard', 'kiruna', 'inuvik', 'alice']);
    expect(variant.gateways.map(({ antennas }) => antennas)).toEqual([2, 3, 2, 2]);
    expect(variant.faults.scheduled.map(({ atS }) => atS)).toEqual([1, 2]);
    // What was given stays as it was given.
    expect(kiruna).toEqual({ latDeg: 67.86, lonDeg: 20.96 });
  });

  it('replaces a whole item under the name it has', () => {
    const variant = applySettings(scenario, {
      'terminals.cairo': { name: 'cairo', latDeg: 1, lonDeg: 2 },
      holdOut: { loads: [{ from: 1.2, to: 1.4 }] },
    });
    expect(variant.terminals[0]).toMatchObject({ name: 'cairo', latDeg: 1, lonDeg: 2, population: 1 });
    expect(variant.holdOut).toEqual({ loads: [{ from: 1.2, to: 1.4 }], startWindows: [] });
  });

  it('works in the order written', () => {
    const load = (settings: Record<string, unknown>): number => applySettings(scenario, settings).traffic.load;
    expect(load({ 'traffic.load': 3, traffic: { load: 2 } })).toBe(2);
    expect(load({ traffic: { load: 2 }, 'traffic.load': 3 })).toBe(3);
  });

  it('changes the kind of orbit in two steps', () => {
    const flown = applySettings(scenario, {
      'constellations.ring.walker': null,
      'constellations.ring.geostationary': { longitudesDeg: [0, 120, 240 - 360] },
      'constellations.ring.isl': { topology: 'none' },
    });
    expect(flown.constellations[0]?.geostationary?.longitudesDeg).toEqual([0, 120, -120]);
  });
});

describe('items that * passes over', () => {
  const two = applySettings(scenario, {
    'constellations.+': { name: 'geo', geostationary: { longitudesDeg: [0] }, isl: { topology: 'none' } },
  });

  it('are those that lack what the rest of the path asks for', () => {
    const variant = applySettings(two, { 'constellations.*.walker.planes': 3 });
    expect(variant.constellations.map(({ walker }) => walker?.planes)).toEqual([3, undefined]);
  });

  it('are not all of them', () => {
    const error = refusal(() => applySettings(two, { 'constellations.*.lunar.satellites': 3 }));
    expect(error.message).toContain('constellations.*.lunar to be given, found nothing');
  });
});

describe('a path that leads nowhere', () => {
  it.each<[string, unknown, string, string]>([
    ['traffic.laod', 1, "expected a known field, found 'laod'", 'Did you mean load?'],
    ['trafic.load', 1, "expected a known field, found 'trafic'", 'Did you mean traffic?'],
    [
      'gateways.svalbrd.antennas',
      4,
      "expected the name of an item of gateways, found 'svalbrd'",
      'Did you mean svalbard?',
    ],
    ['gateways.svalbrd', null, "expected the name of an item of gateways, found 'svalbrd'", 'Did you mean svalbard?'],
    ['gateways.0.antennas', 4, "expected the name of an item of gateways, found '0'", 'Known: svalbard, or * for all.'],
    ['traffic.jobs.*.ratePerS', 4, 'expected an item in traffic.jobs, found an empty list', ''],
    ['faults.hazards.2.ratePerYear', 4, "expected a position from 0 to 1 in faults.hazards, found '2'", '+ adds one'],
    ['traffic.load.factor', 4, 'expected a path that ends at traffic.load, found one that goes on', ''],
    ['holdOut.loads', [], 'expected holdOut to be given, found nothing', 'Set the whole of it: holdOut: { ... }.'],
    ['', 4, "expected a known field, found ''", ''],
    ['gateways.+', null, "found '+'", ''],
    ['gateways.x', { name: 'y', latDeg: 0, lonDeg: 0 }, "expected the name x, as in the path, found the text 'y'", ''],
  ])('%s', (path, value, message, hint) => {
    const error = refusal(() => applySettings(scenario, { [path]: value }));
    expect(error.code).toBe('SCENARIO_FIELD');
    expect(error.message).toContain(message);
    expect(error.hint ?? '').toContain(hint);
  });

  it('is told from a slip of unit', () => {
    const error = refusal(() => applySettings(scenario, { 'constellations.ring.walker.altitudeM': 780e3 }));
    expect([error.code, error.hint]).toEqual(['SCENARIO_UNIT', 'Write altitudeKm and give the value in km.']);
  });

  it('is reported with all others', () => {
    const error = refusal(() => applySettings(scenario, { 'traffic.lode': 1, 'traffic.load': 2, gatways: [] }));
    expect(error.message).toContain('and 1 more');
    expect(error.message).toContain("'gatways'");
    expect(error.hint).toBe(
      'For the first, traffic.lode: Known here: load, messages, contents, observations, jobs, backups.',
    );
  });
});

describe('what is wrong after settings', () => {
  const placeOf = (setting: string, rest: readonly (string | number)[]) => ({ file: [setting, ...rest].join(' ') });
  const blamed = (settings: Record<string, unknown>, of: Scenario = scenario): string => {
    const { place } = refusal(() => applySettings(of, settings, placeOf));
    return place?.line === undefined ? String(place?.file) : `${place.file}:${place.line}`;
  };
  const lineOf = (part: string): number => VALID_TEXT.slice(0, VALID_TEXT.indexOf(part)).split('\n').length;

  it('is placed at the setting that wrote it, the last one counting', () => {
    expect(blamed({ 'traffic.load': 'much' })).toBe('traffic.load');
    expect(blamed({ 'terminals.cairo': null, 'terminals.lagos.latDeg': 91 })).toBe('terminals.lagos.latDeg');
    expect(blamed({ 'terminals.lagos.latDeg': 91, 'terminals.cairo': null })).toBe('terminals.lagos.latDeg');
    expect(blamed({ traffic: { load: -1 } })).toBe('traffic load');
    expect(
      blamed({
        'gateways.+': [
          { name: 'a', latDeg: 0, lonDeg: 0 },
          { name: 'b', latDeg: 0, lonDeg: 999 },
        ],
      }),
    ).toBe('gateways.+ 1 lonDeg');
  });

  it('is placed at the setting that took away what is missing', () => {
    expect(blamed({ 'gateways.svalbard.latDeg': null })).toBe('gateways.svalbard.latDeg');
    expect(blamed({ 'constellations.ring': null })).toBe('constellations.ring');
    expect(blamed({ 'constellations.ring.walker': null })).toBe('constellations.ring.walker');
  });

  it('is placed in the file where no setting wrote it, also after items went', () => {
    // The hazard of the second gateway refers to a name that goes.
    const of = parseScenario(
      `${VALID_TEXT}faults:\n  hazards:\n    - { kind: link-loss, ratePerYear: 1 }\n    - { kind: gateway-loss, of: svalbard, ratePerYear: 1 }\n`,
      'file.yaml',
    );
    const lines = VALID_TEXT.split('\n').length;
    expect(blamed({ 'gateways.svalbard.name': 'longyear', 'faults.hazards.0': null }, of)).toBe(
      `file.yaml:${lines + 3}`,
    );
  });

  it('keeps the places of what stayed', () => {
    const variant = applySettings(
      scenario,
      { 'terminals.accra': ACCRA, 'terminals.cairo': null, 'traffic.load': 2 },
      placeOf,
    );
    expect(sourcePlace(variant, ['terminals', 0, 'name'])?.line).toBe(lineOf('name: lagos'));
    expect(sourcePlace(variant, ['terminals', 1, 'latDeg'])).toEqual({ file: 'terminals.accra latDeg' });
    expect(sourcePlace(variant, ['traffic', 'load'])).toEqual({ file: 'traffic.load' });
  });
});

describe('settingValue', () => {
  it('reads the value in force, defaults included', () => {
    expect(settingValue(scenario, 'satellite.accelerators')).toBe(3);
    expect(settingValue(scenario, 'terminals.lagos.population')).toBe(1);
    expect(settingValue(scenario, 'terminals.*.heightM')).toBe(0);
    expect(settingValue(scenario, 'holdOut')).toBeUndefined();
  });

  it('refuses paths that lead nowhere or to different values', () => {
    expect(refusal(() => settingValue(scenario, 'satellite.acelerators')).hint).toBe('Did you mean accelerators?');
    expect(refusal(() => settingValue(scenario, 'terminals.*.population')).message).toBe(
      'terminals.*.population: expected one value, found 20.1 and 1',
    );
  });
});
