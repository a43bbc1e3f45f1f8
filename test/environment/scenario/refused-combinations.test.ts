import { describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../../core/index.ts';
import { parseScenario, perigeeKm } from '../../../environment/scenario/index.ts';
import { lineAndColumn, refusal } from './refusal.ts';
import { VALID_TEXT, changed } from './valid-text.ts';

const observations = (consumer: string): string =>
  `traffic:\n  observations:\n    - name: fire\n      ratePerS: 1\n      rawBytes: 6e8\n      workTflop: 150\n      reduction: 200\n` +
  `      consumer: ${consumer}\n      deadlineS: 60\n`;
const jobs =
  'traffic:\n  jobs:\n    - name: llm\n      ratePerS: 1\n      inputBytes: 1e7\n      outputBytes: 1e6\n      workTflop: 4711\n      deadlineS: 60\n';

/** `VALID_TEXT` without the given top-level fields. */
function without(...names: readonly string[]): string {
  return names.reduce((text, name) => text.replace(new RegExp(`^${name}:\\n(?: .*\\n)+`, 'm'), ''), VALID_TEXT);
}

interface Case {
  readonly what: string;
  readonly text: string;
  readonly code: ErrorCode;
  readonly at: string;
  readonly says: readonly string[];
}

const CASES: readonly Case[] = [
  {
    what: 'a perigee below the ground',
    text: changed('altitudeKm: 1200', 'altitudeKm: -20'),
    code: 'SCENARIO_ORBIT',
    at: '12:19',
    says: ['altitudeKm: expected a perigee of at least 120 km, found a perigee of -20 km, below the ground'],
  },
  {
    what: 'a perigee in the air',
    text: changed('altitudeKm: 1200', 'altitudeKm: 119.9'),
    code: 'SCENARIO_ORBIT',
    at: '12:19',
    says: ['found a perigee of 119.9 km, in air too dense to orbit'],
  },
  {
    // (6378.137 + 1200) (1 - 0.2) - 6378.137 = -315.627 km
    what: 'a perigee below the ground by eccentricity',
    text: changed('eccentricity: 0', 'eccentricity: 0.2'),
    code: 'SCENARIO_ORBIT',
    at: '12:19',
    says: ['found a perigee of -315.6 km, below the ground'],
  },
  {
    what: 'a tick longer than the scenario',
    text: changed('durationS: 600', 'durationS: 9'),
    code: 'SCENARIO_FIELD',
    at: '5:8',
    says: ['tickS: expected at most durationS (9 s), found 10 s'],
  },
  {
    what: 'two ground nodes of one name, in different lists',
    text: changed('name: lagos', 'name: svalbard'),
    code: 'SCENARIO_FIELD',
    at: '32:11',
    says: [
      "terminals[1].name: expected a name of its own for each ground node, found 'svalbard' again (first used by gateways[0])",
    ],
  },
  {
    what: 'two constellations of one name',
    text: changed('gateways:', '  - { name: ring, elements: { file: a.tle } }\ngateways:'),
    code: 'SCENARIO_FIELD',
    at: '19:13',
    says: ['constellations[1].name: expected a name of its own for each constellation'],
  },
  {
    what: 'two traffic classes of one name, in different families',
    text: changed('name: imagery', 'name: bulk'),
    code: 'SCENARIO_FIELD',
    at: '43:13',
    says: ["traffic.contents[0].name: expected a name of its own for each traffic class, found 'bulk' again"],
  },
  {
    what: 'messages with one terminal',
    text: changed('  - name: lagos\n    latDeg: 6.45\n    lonDeg: 3.4\n', ''),
    code: 'SCENARIO_FIELD',
    at: '35:7',
    says: ['traffic.messages[0]: expected a scenario with at least 2 in terminals', 'found 1 in terminals'],
  },
  {
    what: 'content without gateways and data centres',
    text: without('gateways', 'dataCentres'),
    code: 'SCENARIO_FIELD',
    at: '35:7',
    says: ['traffic.contents[0]: expected a scenario with at least 1 in dataCentres and at least 1 in gateways'],
  },
  {
    what: 'observations without a terminal to receive them',
    text: without('terminals', 'traffic') + observations('terminal'),
    code: 'SCENARIO_FIELD',
    at: '29:7',
    says: ['traffic.observations[0]: expected a scenario with at least 1 in terminals'],
  },
  {
    what: 'observations for a data centre without gateway',
    text: without('gateways', 'traffic') + observations('data-centre'),
    code: 'SCENARIO_FIELD',
    at: '33:7',
    says: ['traffic.observations[0]: expected a scenario with at least 1 in gateways'],
  },
  {
    what: 'jobs without terminals',
    text: without('terminals', 'traffic') + jobs,
    code: 'SCENARIO_FIELD',
    at: '29:7',
    says: ['traffic.jobs[0]: expected a scenario with at least 1 in terminals'],
  },
  {
    what: 'safe mode above saving mode',
    text: changed('traffic:\n', 'satellite: { safeBelowFrac: 0.8 }\ntraffic:\n'),
    code: 'SCENARIO_FIELD',
    at: '35:29',
    says: ['satellite.safeBelowFrac: expected at most savingBelowFrac (0.75), found 0.8'],
  },
  {
    what: 'throttling above the limit',
    text: changed('traffic:\n', 'satellite: { throttleAboveC: 90 }\ntraffic:\n'),
    code: 'SCENARIO_FIELD',
    at: '35:30',
    says: ['satellite.throttleAboveC: expected at most maxC (85 C), found 90 C'],
  },
  {
    what: 'a broken regular expression',
    text: VALID_TEXT.replace(
      / {4}walker:\n(?: {6}.*\n)+/,
      "    elements:\n      file: a.tle\n      include: '(IRIDIUM'\n",
    ),
    code: 'SCENARIO_FIELD',
    at: '10:16',
    says: ["constellations[0].elements.include: expected a regular expression, found '(IRIDIUM'"],
  },
];

describe('a scenario whose parts do not fit each other', () => {
  it.each(CASES)('$what: $code at $at', ({ text, code, at, says }) => {
    const error = refusal(() => parseScenario(text, 'small.yaml'));
    expect(error.code).toBe(code);
    expect(lineAndColumn(error)).toBe(at);
    for (const part of says) expect(error.message).toContain(part);
  });

  it('the same traffic is accepted once its ends are there', () => {
    const families = [observations('terminal'), observations('data-centre'), jobs];
    for (const traffic of families)
      expect(parseScenario(without('traffic') + traffic, 'small.yaml').name).toBe('small');
  });
});

describe('perigee', () => {
  it('is accepted from 120 km up', () => {
    expect(parseScenario(changed('altitudeKm: 1200', 'altitudeKm: 120'), 'small.yaml').name).toBe('small');
  });

  it('is (R + altitude)(1 - e) - R', () => {
    // 26,553.4 km x (1 - 0.74) - 6,378.137 km = 525.747 km, a Molniya orbit (a = 26,553.4 km).
    expect(perigeeKm(26553.4 - 6378.137, 0.74)).toBeCloseTo(525.747, 3);
  });

  it('hints at an altitude that would be accepted', () => {
    // (6378.137 + 120) / 0.8 - 6378.137 = 1744.534, rounded up.
    const text = changed('eccentricity: 0', 'eccentricity: 0.2');
    expect(refusal(() => parseScenario(text, 'small.yaml')).hint).toContain('altitudeKm must be 1745 or more');
    expect(parseScenario(text.replace('altitudeKm: 1200', 'altitudeKm: 1745'), 'small.yaml').name).toBe('small');
  });
});
