import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../core/index.ts';
import { parseScenario } from '../../../environment/scenario/index.ts';
import { lineAndColumn, refusal } from './refusal.ts';
import { VALID_TEXT, changed } from './valid-text.ts';

interface Case {
  readonly what: string;
  readonly text: string;
  readonly code: ErrorCode;
  readonly at: string;
  /** Parts of the message, then of the hint. */
  readonly says: readonly string[];
  readonly hints?: readonly string[];
}

const CASES: readonly Case[] = [
  {
    what: 'an unknown field near a known one',
    text: changed('      inclinationDeg: 86.4', '      inclnationDeg: 86.4'),
    code: 'SCENARIO_FIELD',
    at: '13:7',
    says: ["constellations[0].walker.inclnationDeg: expected a known field, found 'inclnationDeg'"],
    hints: ['Did you mean inclinationDeg?'],
  },
  {
    what: 'an unknown field near none',
    text: changed('    population: 20.1', '    colour: red'),
    code: 'SCENARIO_FIELD',
    at: '31:5',
    says: ['terminals[0].colour'],
    hints: ['Known here: name, latDeg, lonDeg, heightM, track, population, radios'],
  },
  {
    what: 'a known field in the wrong map',
    text: changed('tickS: 10', 'altitudeKm: 780'),
    code: 'SCENARIO_FIELD',
    at: '5:1',
    says: ['altitudeKm: expected a known field'],
    hints: ['altitudeKm belongs in constellations[].walker.'],
  },
  {
    what: 'a missing field',
    text: changed('      altitudeKm: 1200\n', ''),
    code: 'SCENARIO_FIELD',
    at: '9:7',
    says: ['constellations[0].walker: expected exactly one of altitudeKm and meanMotionRevPerDay, found none of them'],
    hints: ['altitudeKm: 550'],
  },
  {
    what: 'a number out of range',
    text: changed('latDeg: 78.33', 'latDeg: 178.33'),
    code: 'SCENARIO_FIELD',
    at: '21:13',
    says: ['gateways[0].latDeg: expected a number in degrees from -90 to 90, found 178.33'],
  },
  {
    what: 'a negative size',
    text: changed('sizeBytes: 50e6', 'sizeBytes: -1'),
    code: 'SCENARIO_FIELD',
    at: '40:18',
    says: ['traffic.messages[0].sizeBytes: expected a number in bytes above 0, found -1'],
  },
  {
    what: 'a fraction where a whole number belongs',
    text: changed('planes: 2', 'planes: 2.5'),
    code: 'SCENARIO_FIELD',
    at: '10:15',
    says: ['expected a whole number above 0 and at most 1000, found 2.5'],
  },
  {
    what: 'a word that is not one of the choices',
    text: changed('pattern: star', 'pattern: stars'),
    code: 'SCENARIO_FIELD',
    at: '9:16',
    says: ["expected one of star, delta, found the text 'stars'"],
    hints: ['Did you mean star?'],
  },
  {
    what: 'a number in quotes',
    text: changed('altitudeKm: 1200', "altitudeKm: '1_200'"),
    code: 'SCENARIO_FIELD',
    at: '12:19',
    says: ["expected a number in km, found the text '1_200'"],
    hints: ['Write 1200, without quotes or separators.'],
  },
  {
    what: 'yes for true',
    text: changed('crossSeam: false', 'crossSeam: yes'),
    code: 'SCENARIO_FIELD',
    at: '18:18',
    says: ["expected true or false, found the text 'yes'"],
    hints: ['YAML 1.2 knows only true and false'],
  },
  {
    what: 'a number for a name',
    text: changed('name: svalbard', 'name: 66'),
    code: 'SCENARIO_FIELD',
    at: '20:11',
    says: ['gateways[0].name: expected a name of letters, digits and dashes', 'found 66'],
    hints: ['Put it in quotes: "66".'],
  },
  {
    what: 'a field without a value',
    text: changed('  load: 1', '  load:'),
    code: 'SCENARIO_FIELD',
    at: '36:3',
    says: ['traffic.load: expected a number above 0, found nothing'],
    hints: ['remove the line to use the default'],
  },
  {
    what: 'NaN',
    text: changed('altitudeKm: 1200', 'altitudeKm: .nan'),
    code: 'SCENARIO_FIELD',
    at: '12:19',
    says: ['constellations[0].walker.altitudeKm: expected a number in km, found NaN'],
  },
  {
    what: 'infinity',
    text: changed('rateBps: 10e9', 'rateBps: .inf'),
    code: 'SCENARIO_FIELD',
    at: '17:16',
    says: ['expected a number in bit/s above 0, found Infinity'],
  },
  {
    what: 'a number beyond the floating-point range',
    text: changed('rateBps: 10e9', 'rateBps: 1e999'),
    code: 'SCENARIO_FIELD',
    at: '17:16',
    says: ['found Infinity'],
  },
  {
    what: 'a date that does not exist',
    text: changed('2026-11-22T', '2026-02-30T'),
    code: 'SCENARIO_FIELD',
    at: '3:8',
    says: ["epoch: expected a UTC date and time such as 2026-11-22T00:00:00Z, found the text '2026-02-30T00:00:00Z'"],
  },
  {
    what: 'another version of the format',
    text: changed('schema: 1', 'schema: 2'),
    code: 'SCENARIO_FIELD',
    at: '1:9',
    says: ['schema: expected 1, found 2'],
  },
  {
    what: 'a list where a map belongs',
    text: changed('traffic:\n  load: 1\n', 'satellite: []\ntraffic:\n  load: 1\n'),
    code: 'SCENARIO_FIELD',
    at: '35:12',
    says: ['satellite: expected a map of fields, found an empty list'],
  },
  {
    what: 'no orbits',
    text: VALID_TEXT.replace(/ {4}walker:\n(?: {6}.*\n)+/, ''),
    code: 'SCENARIO_FIELD',
    at: '7:5',
    says: [
      'constellations[0]: expected exactly one of walker, elements, geostationary, ephemeris, lunar, found none of them',
    ],
  },
  {
    what: 'walker and elements',
    text: changed('    isl:', '    elements: { file: a.tle }\n    isl:'),
    code: 'SCENARIO_FIELD',
    at: '7:5',
    says: ['found walker and elements'],
  },
  {
    what: 'a field named like a built-in of JavaScript',
    text: changed('tickS: 10', '__proto__: { tickS: 10 }'),
    code: 'SCENARIO_FIELD',
    at: '5:1',
    says: ["__proto__: expected a known field, found '__proto__'"],
  },
  {
    what: 'a YAML 1.1 merge key',
    text: changed('    isl:', '    <<: {}\n    isl:'),
    code: 'SCENARIO_FIELD',
    at: '15:5',
    says: ["constellations[0].<<: expected a known field, found '<<'"],
    hints: ['Merge keys belong to YAML 1.1'],
  },
  {
    what: 'a field in another unit',
    text: changed('altitudeKm: 1200', 'altitudeM: 1200000'),
    code: 'SCENARIO_UNIT',
    at: '12:7',
    says: ['constellations[0].walker.altitudeM: expected the field altitudeKm, in km, found the field altitudeM'],
    hints: ['Write altitudeKm: 1200 instead of altitudeM: 1200000.'],
  },
  {
    what: 'the right unit in another spelling',
    text: changed('altitudeKm: 1200', 'altitude_km: 1200'),
    code: 'SCENARIO_UNIT',
    at: '12:7',
    says: ['expected the field altitudeKm, in km, found the field altitude_km'],
    hints: ['Write altitudeKm: 1200 instead of altitude_km: 1200.'],
  },
  {
    what: 'a field name without its unit',
    text: changed('durationS: 600', 'duration: 600'),
    code: 'SCENARIO_UNIT',
    at: '4:1',
    says: ['expected the field durationS, in s, found the field duration'],
    hints: ['Write durationS and give the value in s.'],
  },
  {
    what: 'megabytes in the name: 50 MB = 5e7 bytes',
    text: changed('sizeBytes: 50e6', 'sizeMB: 50'),
    code: 'SCENARIO_UNIT',
    at: '40:7',
    says: ['traffic.messages[0].sizeMB'],
    hints: ['Write sizeBytes: 50000000 instead of sizeMB: 50.'],
  },
  {
    what: 'tasks per minute: 240/min = 4/s',
    text: changed('ratePerS: 4', 'ratePerMin: 240'),
    code: 'SCENARIO_UNIT',
    at: '39:7',
    says: ['traffic.messages[0].ratePerMin'],
    hints: ['Write ratePerS: 4 instead of ratePerMin: 240.'],
  },
  {
    what: 'a value with its unit',
    text: changed('altitudeKm: 1200', 'altitudeKm: 780 km'),
    code: 'SCENARIO_UNIT',
    at: '12:19',
    says: ["constellations[0].walker.altitudeKm: expected a number in km, found the text '780 km'"],
    hints: ['Write altitudeKm: 780; the unit stands in the name.'],
  },
  {
    what: 'a value in gigabits: 10 Gb/s = 1e10 bit/s',
    text: changed('rateBps: 10e9', "rateBps: '10 Gb/s'"),
    code: 'SCENARIO_UNIT',
    at: '17:16',
    says: ["expected a number in bit/s above 0, found the text '10 Gb/s'"],
    hints: ['Write rateBps: 10000000000; the unit stands in the name.'],
  },
  {
    what: 'a value in a unit of another kind',
    text: changed('altitudeKm: 1200', 'altitudeKm: 780 kg'),
    code: 'SCENARIO_UNIT',
    at: '12:19',
    says: ["found the text '780 kg'"],
    hints: ['Write the number alone, in km.'],
  },
  {
    what: 'no planes',
    text: changed('planes: 2', 'planes: 0'),
    code: 'SCENARIO_EMPTY',
    at: '10:15',
    says: ['constellations[0].walker.planes: expected a whole number above 0 and at most 1000, found 0'],
  },
  {
    what: 'planes without satellites',
    text: changed('satellitesPerPlane: 6', 'satellitesPerPlane: 0'),
    code: 'SCENARIO_EMPTY',
    at: '11:27',
    says: ['constellations[0].walker.satellitesPerPlane'],
  },
  {
    what: 'no constellation',
    text: VALID_TEXT.replace(/constellations:\n(?: .*\n)+/, 'constellations: []\n'),
    code: 'SCENARIO_EMPTY',
    at: '6:17',
    says: ['constellations: expected a list that is not empty, found an empty list'],
  },
];

describe('a scenario with one wrong field', () => {
  it.each(CASES)('$what: $code at $at', ({ text, code, at, says, hints }) => {
    const error = refusal(() => parseScenario(text, 'demo/small.yaml'));
    expect(error.code).toBe(code);
    expect(lineAndColumn(error)).toBe(at);
    expect(error.place?.file).toBe('demo/small.yaml');
    for (const part of says) expect(error.message).toContain(part);
    for (const part of hints ?? []) expect(error.hint).toContain(part);
    // Only what was broken is reported, not the field that a misspelt one was meant for.
    expect(error.details['problems']).toHaveLength(1);
  });

  it('prints as file:line:col, code, message and hint', () => {
    const error = refusal(() => parseScenario(changed('altitudeKm: 1200', 'altitudeKm: 780 km'), 'demo/small.yaml'));
    expect(String(error)).toBe(
      'demo/small.yaml:12:19: SCENARIO_UNIT: constellations[0].walker.altitudeKm: ' +
        "expected a number in km, found the text '780 km'\n" +
        '  Write altitudeKm: 780; the unit stands in the name.',
    );
    expect(error.exitStatus).toBe(3);
  });
});

describe('a scenario with several wrong fields', () => {
  it('reports all of them in the order of the file, the first as the place', () => {
    const text = VALID_TEXT.replace('latDeg: 78.33', 'latDeg: 178.33')
      .replace('altitudeKm: 1200', 'altitudeM: 1200000')
      .replace('load: 1', 'load: heavy');
    const error = refusal(() => parseScenario(text, 'small.yaml'));
    expect(error.code).toBe('SCENARIO_UNIT');
    expect(lineAndColumn(error)).toBe('12:7');
    expect(error.message.split('\n')).toEqual([
      'constellations[0].walker.altitudeM: expected the field altitudeKm, in km, found the field altitudeM',
      '  and 2 more:',
      expect.stringContaining('21:13 gateways[0].latDeg: expected a number in degrees from -90 to 90, found 178.33'),
      expect.stringContaining("36:9 traffic.load: expected a number above 0, found the text 'heavy'"),
    ]);
  });

  it('spells out at most twenty', () => {
    const terminals = Array.from({ length: 30 }, (_, i) => `  - { name: t${i}, latDeg: 91, lonDeg: 0 }\n`).join('');
    const error = refusal(() => parseScenario(changed('terminals:\n', `terminals:\n${terminals}`), 'small.yaml'));
    // First, "and 29 more", nineteen others, dots.
    expect(error.message.split('\n')).toHaveLength(1 + 1 + 19 + 1);
    expect(error.message).toContain('and 29 more');
    expect(error.details['problems']).toHaveLength(30);
  });
});

it('the text the cases start from is valid', () => {
  expect(parseScenario(VALID_TEXT, 'small.yaml').name).toBe('small');
});
