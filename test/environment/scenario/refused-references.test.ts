import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../environment/scenario/index.ts';
import { type RefusalCase, itRefuses } from './refusal-cases.ts';
import { VALID_TEXT, changed } from './valid-text.ts';

/** Sections added below the text, from line 48. */
const below = (text: string): string => VALID_TEXT + text;
const RADIOS = 'radios:\n  - { name: optical, kind: laser }\n';
const fault = (fields: string): string => below(`faults:\n  scheduled:\n    - ${fields}\n`);
const hazard = (fields: string): string => below(`faults:\n  hazards:\n    - { ${fields} }\n`);
const backup = (fields: string): string =>
  VALID_TEXT +
  `  backups:\n    - { name: ledger, objects: 10, objectBytes: 1e9, periodS: 60, deadlineS: 60, ${fields} }\n`;

const CASES: readonly RefusalCase[] = [
  {
    what: 'a gateway with an unknown radio',
    text: changed('    lonDeg: 15.99\n', '    lonDeg: 15.99\n    radio: ¦gatway\n'),
    says: ["gateways[0].radio: expected the name of a radio, found 'gatway'"],
    hints: ['Did you mean gateway?'],
  },
  {
    what: 'a further radio that is unknown',
    text: changed('    lonDeg: 15.99\n', '    lonDeg: 15.99\n    moreRadios: [{ radio: ¦x9 }]\n'),
    says: ["gateways[0].moreRadios[0].radio: expected the name of a radio, found 'x9'"],
    hints: ['Known: gateway, terminal.'],
  },
  {
    what: 'a constellation that serves an unknown radio',
    text: changed('    isl:', '    radios: [gateway, terminal, ¦optica]\n    isl:') + RADIOS,
    says: ["constellations[0].radios[2]: expected the name of a radio, found 'optica'"],
    hints: ['Did you mean optical?'],
  },
  {
    what: 'a terminal whose radio no constellation serves',
    text: changed('    population: 20.1\n', '    radios: [terminal, ¦optical]\n') + RADIOS,
    says: ["terminals[0].radios[1]: expected a radio that some constellation serves, found 'optical', which none does"],
    hints: ['Add optical to the radios of a constellation.'],
  },
  {
    what: 'gateways that no constellation serves',
    text: changed('    isl:', '    radios: [terminal]\n    isl:').replace('name: svalbard', '¦name: svalbard'),
    says: ["gateways[0].radio: expected a radio that some constellation serves, found 'gateway'"],
    hints: ['Add gateway to the radios'],
  },
  {
    what: 'a radio called terminal',
    text: below('radios: [{ name: ¦terminal }]\n'),
    says: ["radios[0].name: expected a name other than gateway and terminal, found 'terminal'"],
    hints: ['Set terminalLink'],
  },
  {
    what: 'two radios of one name',
    text: below('radios: [{ name: a }, { name: ¦a }]\n'),
    says: ["radios[1].name: expected a name of its own for each radio, found 'a' again (first used by radios[0])"],
    hints: ['Rename one of the two.'],
  },
  {
    what: 'a relay from nowhere',
    text: below('relays: [{ name: up, from: ¦rings, to: ring }]\n'),
    says: ["relays[0].from: expected the name of a constellation, found 'rings'"],
    hints: ['Did you mean ring?'],
  },
  {
    what: 'a relay to nowhere',
    text: below('relays: [{ name: up, from: ring, to: ¦geostationary }]\n'),
    says: ["relays[0].to: expected the name of a constellation, found 'geostationary'"],
    hints: ['Known: ring.'],
  },
  {
    what: 'the loss of a satellite that is not there',
    text: fault('{ kind: satellite-loss, target: ¦ring-p3-s1, atS: 5 }'),
    says: ["faults.scheduled[0].target: expected the name of a satellite, found 'ring-p3-s1'"],
    hints: ['Satellites are named ring-p1-s1 to ring-p2-s6.'],
  },
  {
    what: 'a link lost towards itself',
    text: fault('{ kind: link-loss, target: ring-p1-s1, towards: ¦ring-p1-s1, atS: 5 }'),
    says: ["faults.scheduled[0].towards: expected another satellite than the target, found 'ring-p1-s1'"],
    hints: ['Name the other end'],
  },
  {
    what: 'a link lost towards nobody',
    text: fault('{ kind: link-loss, target: ring-p1-s1, towards: ¦ring-p1-s07, atS: 5 }'),
    says: ["faults.scheduled[0].towards: expected the name of a satellite, found 'ring-p1-s07'"],
    hints: ['Did you mean ring-p1-s1?'],
  },
  {
    what: 'the loss of a data centre taken for a gateway',
    text: fault('{ kind: gateway-loss, target: ¦dc-frankfurt, atS: 5 }'),
    says: ["faults.scheduled[0].target: expected the name of a gateway, found 'dc-frankfurt'"],
    hints: ['Known: svalbard.'],
  },
  {
    what: 'the loss of an unknown data centre',
    text: fault('{ kind: data-centre-loss, target: ¦dc-frankfrut, atS: 5 }'),
    says: ["expected the name of a data centre, found 'dc-frankfrut'"],
    hints: ['Did you mean dc-frankfurt?'],
  },
  {
    what: 'jamming of an unknown radio',
    text: fault('{ kind: jamming, latDeg: 0, lonDeg: 0, radiusKm: 100, radios: [¦uhf], atS: 5 }'),
    says: ["faults.scheduled[0].radios[0]: expected the name of a radio, found 'uhf'"],
    hints: ['Known: gateway, terminal.'],
  },
  {
    what: 'jamming of a laser',
    text: fault('{ kind: jamming, latDeg: 0, lonDeg: 0, radiusKm: 100, radios: [¦optical], atS: 5 }') + RADIOS,
    says: ["expected a radio of kind rf, found 'optical', a laser"],
    hints: ['Lasers cannot be jammed'],
  },
  {
    what: 'a captured satellite that stays honest',
    text: fault('¦{ kind: capture, target: ring-p1-s1, atS: 5 }'),
    says: ['faults.scheduled[0]: expected a captured satellite that does something'],
    hints: ['Give dropFrac, delayS or lies: true.'],
  },
  {
    what: 'a fault after the end',
    text: fault('{ kind: gateway-loss, target: svalbard, atS: ¦600 }'),
    says: ['faults.scheduled[0].atS: expected less than durationS (600 s), found 600 s'],
    hints: ['No run reaches it'],
  },
  {
    what: 'a fault of no kind',
    text: fault('{ kind: ¦satelite-loss, target: ring-p1-s1, atS: 5 }'),
    says: ['faults.scheduled[0].kind: expected one of satellite-loss, link-loss, gateway-loss'],
    hints: ['Did you mean satellite-loss?'],
  },
  {
    what: 'a field of another kind of fault',
    text: fault('{ kind: gateway-loss, target: svalbard, atS: 5, ¦lies: true }'),
    says: ["faults.scheduled[0].lies: expected a known field, found 'lies'"],
    hints: ['lies belongs in faults.scheduled[].'],
  },
  {
    what: 'a field of a fault in another unit',
    text: fault('{ kind: gateway-loss, target: svalbard, ¦atMin: 5 }'),
    code: 'SCENARIO_UNIT',
    says: ['expected the field atS, in s, found the field atMin'],
    hints: ['Write atS: 300 instead of atMin: 5.'],
  },
  {
    what: 'hazards of an unknown constellation',
    text: hazard('kind: satellite-loss, of: ¦rin, ratePerYear: 1'),
    says: ["faults.hazards[0].of: expected the name of a constellation, found 'rin'"],
    hints: ['Did you mean ring?'],
  },
  {
    what: 'hazards of a constellation taken for a gateway',
    text: hazard('kind: gateway-loss, of: ¦ring, ratePerYear: 1'),
    says: ["expected the name of a gateway, found 'ring'"],
    hints: ['Known: svalbard.'],
  },
  {
    what: 'a backup of an unknown data centre',
    text: backup('dataCentre: ¦dc-paris'),
    says: ["traffic.backups[0].dataCentre: expected the name of a data centre, found 'dc-paris'"],
    hints: ['Known: dc-frankfurt.'],
  },
  {
    what: 'a backup restored to an unknown data centre',
    text: backup('dataCentre: dc-frankfurt, restoreTo: ¦dc-paris'),
    says: ["traffic.backups[0].restoreTo: expected the name of a data centre, found 'dc-paris'"],
    hints: ['Known: dc-frankfurt.'],
  },
  {
    what: 'a backup restored to where it was lost',
    text: backup('dataCentre: dc-frankfurt, restoreTo: ¦dc-frankfurt'),
    says: ["restoreTo: expected another data centre than its own, found 'dc-frankfurt'"],
    hints: ['that takes over'],
  },
  {
    what: 'a mirror at an unknown data centre',
    text: backup('dataCentre: dc-frankfurt, mirror: { dataCentre: ¦dc-paris, rateBps: 100e9 }'),
    says: ["traffic.backups[0].mirror.dataCentre: expected the name of a data centre, found 'dc-paris'"],
    hints: ['Known: dc-frankfurt.'],
  },
  {
    what: 'a mirror at the data centre itself',
    text: backup('dataCentre: dc-frankfurt, mirror: { dataCentre: ¦dc-frankfurt, rateBps: 100e9 }'),
    says: ["mirror.dataCentre: expected another data centre than its own, found 'dc-frankfurt'"],
    hints: ['second site'],
  },
  {
    what: 'copies neither in orbit nor at a mirror',
    text: backup('dataCentre: dc-frankfurt, replicas: ¦0'),
    says: ['traffic.backups[0].replicas: expected at least 1 without a mirror, found 0'],
    hints: ['Add a mirror'],
  },
];

describe('a name that leads nowhere', () => itRefuses(CASES));

describe('names of satellites', () => {
  const other = '  - { name: far, geostationary: { longitudesDeg: [0, 10] } }\n';
  const moon = '  - { name: moon, lunar: { satellites: 2, semiMajorKm: 6500, inclinationDeg: 0 } }\n';
  const lossOf = (target: string, more = ''): string =>
    changed('gateways:', `${more}gateways:`) +
    `faults: { scheduled: [{ kind: satellite-loss, target: ${target}, atS: 5 }] }\n`;

  it.each([
    lossOf('ring-p2-s6'),
    lossOf('far-2', other),
    lossOf('moon-1', moon),
    // Ten slots have two digits.
    lossOf('ring-p2-s06').replace('satellitesPerPlane: 6', 'satellitesPerPlane: 10'),
    // Names in element sets are known when their file is read.
    lossOf("'IRIDIUM 106'", '  - { name: real, elements: { file: a.tle } }\n'),
  ])('that exist, or may, are accepted (%#)', (text) => {
    expect(parseScenario(text, 'small.yaml').faults.scheduled).toHaveLength(1);
  });

  it.each([
    lossOf('ring-p2-s7'),
    lossOf('ring-p0-s1'),
    lossOf('ring-p2-s06'),
    lossOf('far-3', other),
    lossOf('moon-0', moon),
  ])('that cannot exist are refused (%#)', (text) => {
    expect(() => parseScenario(text, 'small.yaml')).toThrow('expected the name of a satellite');
  });
});
