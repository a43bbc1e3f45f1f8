import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../environment/scenario/index.ts';
import { type RefusalCase, itRefuses } from './refusal-cases.ts';
import { VALID_TEXT, changed } from './valid-text.ts';

const below = (text: string): string => VALID_TEXT + text;
/** Cairo under way; waypoints stand in lines of their own from line 30. */
const track = (...waypoints: readonly string[]): string =>
  changed(
    '    latDeg: 30.04\n    lonDeg: 31.24\n',
    `    track:\n${waypoints.map((point) => `      - ${point}\n`).join('')}`,
  );
const inIsl = (line: string): string => changed('      topology: grid\n', `      topology: grid\n      ${line}\n`);

const CASES: readonly RefusalCase[] = [
  {
    what: 'a tick longer than the scenario',
    text: changed('durationS: 600', 'durationS: 9').replace('tickS: 10', 'tickS: ¦10'),
    says: ['tickS: expected at most durationS (9 s), found 10 s'],
    hints: ['Lengthen durationS or shorten tickS.'],
  },
  {
    what: 'two ground nodes of one name',
    text: changed('name: lagos', 'name: ¦cairo'),
    says: ["terminals[1].name: expected a name of its own for each ground node, found 'cairo' again"],
    hints: ['Rename one of the two.'],
  },
  {
    // 200,000 km / 299,792 km/s = 0.667 s.
    what: 'beacons slower than laser links',
    text: inIsl('maxRangeKm: 200000') + 'knowledge: { beaconPeriodS: ¦0.5 }\n',
    says: ['expected at least the light time over the longest laser link or relay (0.667 s), found 0.5 s'],
    hints: ['lengthen the period'],
  },
  {
    what: 'beacons slower than a relay',
    text: below(
      'relays: [{ name: up, from: ring, to: ring, maxRangeKm: 90000 }]\nknowledge: { beaconPeriodS: ¦0.25 }\n',
    ),
    says: ['(0.300 s), found 0.25 s'],
    hints: ['lower maxRangeKm'],
  },
  {
    what: 'floods that overtake each other',
    text: below('knowledge: { floodS: ¦6 }\n'),
    says: ['knowledge.floodS: expected at most linkStatePeriodS (5 s), found 6 s'],
    hints: ['A flood must end'],
  },
  {
    what: 'hostile neighbours that fail less than honest ones',
    text: below('security: { watch: { honestFailureFrac: 0.3, hostileFailureFrac: ¦0.3 } }\n'),
    says: ['security.watch.hostileFailureFrac: expected more than honestFailureFrac (0.3), found 0.3'],
    hints: ['by their failures'],
  },
  {
    what: 'a schedule of rates that goes back',
    text: inIsl('rateSchedule: [{ fromS: 60, frac: 0 }, { fromS: ¦60, frac: 1 }]'),
    says: ['constellations[0].isl.rateSchedule[1].fromS: expected more than 60 s, the entry before, found 60 s'],
    hints: ['in the order of time'],
  },
  ...['gatewayLink', 'terminalLink'].map((link) => ({
    what: `a schedule of ${link} that goes back`,
    text: below(`${link}: { rateSchedule: [{ fromS: 60, frac: 0 }, { fromS: ¦30, frac: 1 }] }\n`),
    says: [`${link}.rateSchedule[1].fromS: expected more than 60 s, the entry before, found 30 s`],
    hints: ['in the order of time'],
  })),
  {
    what: 'a schedule of a radio beyond the end',
    text: below('radios: [{ name: ka, rateSchedule: [{ fromS: ¦600, frac: 0 }] }]\n'),
    says: ['radios[0].rateSchedule[0].fromS: expected less than durationS (600 s), found 600 s'],
    hints: ['never hold'],
  },
  {
    what: 'a schedule of a relay beyond the end',
    text: below('relays: [{ name: up, from: ring, to: ring, rateSchedule: [{ fromS: ¦9e9, frac: 0 }] }]\n'),
    says: ['relays[0].rateSchedule[0].fromS: expected less than durationS (600 s)'],
    hints: ['remove it'],
  },
  {
    what: 'a track that goes back in time',
    text: track('{ atS: 60, latDeg: 0, lonDeg: 0 }', '{ atS: ¦60, latDeg: 0, lonDeg: 0.1 }'),
    says: ['terminals[0].track[1].atS: expected more than 60 s, the waypoint before, found 60 s'],
    hints: ['in the order of time'],
  },
  {
    // One degree of the equator = 6371.009 km x pi / 180 = 111.195 km, in 100 s.
    what: 'a terminal faster than any aircraft',
    text: track('{ atS: 0, latDeg: 0, lonDeg: 0 }', '¦{ atS: 100, latDeg: 0, lonDeg: 1 }'),
    says: ['terminals[0].track[1]: expected a speed of at most 1000 m/s, found 1112 m/s'],
    hints: ['Give at least 112 s to this leg.'],
  },
  {
    what: 'a terminal that shoots up',
    text: track('{ atS: 0, latDeg: 0, lonDeg: 0 }', '¦{ atS: 10, latDeg: 0, lonDeg: 0, heightM: 11000 }'),
    says: ['found 1100 m/s'],
    hints: ['Give at least 11 s'],
  },
  {
    what: 'a leg to the other side of the Earth',
    text: track('{ atS: 0, latDeg: 10, lonDeg: -90 }', '¦{ atS: 90000, latDeg: -10, lonDeg: 90 }'),
    says: ['terminals[0].track[1]: expected a waypoint at most 19900 km from the one before, found one 20015 km away'],
    hints: ['add a waypoint between'],
  },
  {
    what: 'a terminal with a place and a track',
    text: changed(
      '  - name: cairo',
      '  - ¦name: cairo\n    track: [{ atS: 0, latDeg: 0, lonDeg: 0 }, { atS: 9, latDeg: 0, lonDeg: 0 }]',
    ),
    says: ['terminals[0]: expected either latDeg and lonDeg, or track, found latDeg and lonDeg and track'],
    hints: ['Keep one of the choices'],
  },
  {
    what: 'a terminal with half a place',
    text: changed('    lonDeg: 31.24\n', '').replace('name: cairo', '¦name: cairo'),
    says: ['terminals[0]: expected either latDeg and lonDeg, or track, found latDeg'],
    hints: ['the whole of it'],
  },
  {
    what: 'a terminal with a misspelt place, which is said once',
    text: changed('    lonDeg: 31.24\n', '    ¦lonDge: 31.24\n'),
    says: ["terminals[0].lonDge: expected a known field, found 'lonDge'"],
    hints: ['Did you mean lonDeg?'],
  },
  {
    // 3600 s of cloud with 0.1 % fair: 3.6 s.
    what: 'fair spells shorter than a tick',
    text: below('weather: { cloudFrac: ¦0.999 }\n').replace('¦0.999', '0.999, cloudMeanS: ¦3600'),
    says: ['weather.cloudMeanS: expected bad and fair spells of at least tickS (10 s) on average, found 3.6 s'],
    hints: ['Give a longer cloudMeanS'],
  },
  {
    what: 'showers shorter than a tick',
    text: below('weather: { rainFrac: 0.1, rainMeanS: ¦5 }\n'),
    says: ['weather.rainMeanS: expected bad and fair spells of at least tickS (10 s)', 'found 5 s'],
    hints: ['from tick to tick'],
  },
  {
    what: 'clouds of a length but of no share',
    text: changed('    lonDeg: 15.99\n', '    lonDeg: 15.99\n    weather: { cloudMeanS: ¦900 }\n'),
    says: ['gateways[0].weather.cloudMeanS: expected a cloudFrac above 0 beside it, found cloudFrac 0'],
    hints: ['Give cloudFrac, or leave cloudMeanS out.'],
  },
];

describe('numbers out of order', () => itRefuses(CASES));

it.each([
  // Standing still before the first waypoint and after the last; 111 km in 112 s.
  track('{ atS: 50, latDeg: 0, lonDeg: 0 }', '{ atS: 162, latDeg: 0, lonDeg: 1 }'),
  // Through the pole, and across the date line: 2 x 1 degree each, in 300 s.
  track('{ atS: 0, latDeg: 89, lonDeg: 0 }', '{ atS: 300, latDeg: 89, lonDeg: 180 }'),
  track('{ atS: 0, latDeg: 0, lonDeg: 179 }', '{ atS: 300, latDeg: 0, lonDeg: -179 }'),
  // Always, and never.
  below('weather: { cloudFrac: 1, rainFrac: 0 }\n'),
  below('weather: { cloudFrac: 0.2 }\n').replace(
    '    lonDeg: 15.99\n',
    '    lonDeg: 15.99\n    weather: { cloudMeanS: 60 }\n',
  ),
  // No links, no light time: what the range would be is of no account.
  changed('topology: grid', 'topology: none\n      maxRangeKm: 1e6'),
])('numbers in order are accepted (%#)', (text) => {
  expect(parseScenario(text, 'small.yaml').name).toBe('small');
});
