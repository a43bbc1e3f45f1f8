import { describe, expect, it } from 'vitest';
import { mayHold, parseScenario } from '../../../environment/scenario/index.ts';
import { type RefusalCase, itRefuses } from './refusal-cases.ts';
import { VALID_TEXT, changed } from './valid-text.ts';

const SECURITY = 'security: { nations: [north, south], levels: [open, secret] }\n';
const secured = (from: string, to: string): string => changed(from, to) + SECURITY;
const BULK = '    - name: bulk\n';
const IMAGERY = '    - name: imagery\n';
const labelled = (label: string, text = VALID_TEXT): string => text.replace(BULK, `${BULK}      label: ${label}\n`);
const observation = (fields: string): string =>
  `  observations:\n    - { name: fire, ratePerS: 1, rawBytes: 1e6, workTflop: 1, reduction: 2, deadlineS: 9, ${fields} }\n`;
const backup = (fields: string): string =>
  `  backups:\n    - { name: ledger, dataCentre: dc-frankfurt, objects: 10, objectBytes: 1e9, periodS: 60, deadlineS: 60, ${fields} }\n`;
const NORTH = '{ level: secret, releasableTo: [north] }';

const CASES: readonly RefusalCase[] = [
  {
    what: 'an owner where there are no nations',
    text: changed('    isl:', '    owner: ¦north\n    isl:'),
    says: ["constellations[0].owner: expected the name of a nation of security.nations, found 'north'"],
    hints: ['List the nations, as in security: { nations: [north] }.'],
  },
  {
    what: 'an owner that is no nation',
    text: secured('    lonDeg: 8.68\n', '    lonDeg: 8.68\n    owner: ¦nroth\n'),
    says: ["dataCentres[0].owner: expected the name of a nation of security.nations, found 'nroth'"],
    hints: ['Did you mean north?'],
  },
  {
    what: 'an accreditation that is no level',
    text: changed('    lonDeg: 15.99\n', '    lonDeg: 15.99\n    accreditation: ¦secret\n'),
    says: ["gateways[0].accreditation: expected the name of a level of security.levels, found 'secret'"],
    hints: ['Known: open.'],
  },
  {
    what: 'a label of no level',
    text: labelled('{ level: ¦secert }') + SECURITY,
    says: ["traffic.messages[0].label.level: expected the name of a level of security.levels, found 'secert'"],
    hints: ['Did you mean secret?'],
  },
  {
    what: 'a label releasable to nobody known',
    text: labelled('{ level: open, releasableTo: [north, ¦west] }') + SECURITY,
    says: [
      "traffic.messages[0].label.releasableTo[1]: expected the name of a nation of security.nations, found 'west'",
    ],
    hints: ['Known: north, south.'],
  },
  {
    what: 'a product label of no level',
    text: VALID_TEXT + observation('productLabel: { level: ¦public }') + SECURITY,
    says: [
      "traffic.observations[0].productLabel.level: expected the name of a level of security.levels, found 'public'",
    ],
    hints: ['Known: open, secret.'],
  },
  {
    what: 'a nation twice',
    text: `${VALID_TEXT}security: { nations: [north, ¦north] }\n`,
    says: ["security.nations[1]: expected each name once, found 'north' again"],
    hints: ['Remove one of the two.'],
  },
  {
    what: 'a level twice',
    text: `${VALID_TEXT}security: { levels: [open, ¦open] }\n`,
    says: ["security.levels[1]: expected each name once, found 'open' again"],
    hints: ['Remove one of the two.'],
  },
  {
    what: 'more accusers than neighbours',
    text:
      changed('      topology: grid\n', '      topology: grid\n      terminals: 2\n') +
      'security: { watch: { enabled: true, quorum: ¦3 } }\n',
    says: ['security.watch.quorum: expected at most 2, the neighbours that a satellite can have, found 3'],
    hints: ['Fewer accusers'],
  },
  {
    what: 'data that no satellite may hold, for its owner',
    text: labelled(`¦${NORTH}`, secured('    isl:', '    owner: south\n    isl:')),
    says: [
      'traffic.messages[0].label: expected a satellite that may hold it, found none (level secret, releasable to north)',
    ],
    hints: ['It could never be delivered'],
  },
  {
    what: 'data that no satellite may hold, for its accreditation',
    text: labelled('¦{ level: secret }', secured('    isl:', '    accreditation: open\n    isl:')),
    says: ['expected a satellite that may hold it, found none (level secret, releasable to all nations)'],
    hints: ['owner or accreditation'],
  },
  {
    what: 'messages that one terminal alone may hold',
    text: labelled(`¦${NORTH}`, secured('    population: 20.1\n', '    population: 20.1\n    owner: south\n')),
    says: ['traffic.messages[0].label: expected at least 2 terminals that may hold it, found only 1'],
    hints: ['change the label'],
  },
  {
    what: 'content that its data centre may not hold',
    text: secured('    lonDeg: 8.68\n', '    lonDeg: 8.68\n    accreditation: open\n').replace(
      IMAGERY,
      `${IMAGERY}      label: ¦{ level: secret }\n`,
    ),
    says: ['traffic.contents[0].label: expected a data centre that may hold it, found none'],
    hints: ['It could never be delivered'],
  },
  {
    what: 'content that no gateway may pass on',
    text: secured('    lonDeg: 15.99\n', '    lonDeg: 15.99\n    owner: south\n').replace(
      IMAGERY,
      `${IMAGERY}      label: ¦${NORTH}\n`,
    ),
    says: ['traffic.contents[0].label: expected a gateway that may hold it, found none'],
    hints: ['It could never be delivered'],
  },
  {
    what: 'a product that no terminal may receive',
    text:
      VALID_TEXT.replace('    population: 20.1\n', '    population: 20.1\n    owner: south\n').replace(
        'name: lagos\n',
        'name: lagos\n    accreditation: open\n',
      ) +
      observation(`label: { level: open }, productLabel: ¦${NORTH}`) +
      SECURITY,
    says: ['traffic.observations[0].productLabel: expected a terminal that may hold it, found none'],
    hints: ['It could never be delivered'],
  },
  {
    what: 'a backup that its own data centre may not hold',
    text:
      VALID_TEXT.replace('    lonDeg: 8.68\n', '    lonDeg: 8.68\n    owner: south\n') +
      backup(`label: ¦${NORTH}`) +
      SECURITY,
    says: ["traffic.backups[0].label: expected a data centre 'dc-frankfurt' that may hold it, found none"],
    hints: ['It could never be delivered'],
  },
  {
    what: 'a backup that its mirror may not hold (ENV-211)',
    text:
      VALID_TEXT.replace(
        '    lonDeg: 8.68\n',
        '    lonDeg: 8.68\n  - { name: second, latDeg: 49, lonDeg: 8, owner: south }\n',
      ) +
      backup(`mirror: { dataCentre: second, rateBps: 1e9 }, label: ¦${NORTH}`) +
      SECURITY,
    says: ["traffic.backups[0].label: expected a data centre 'second' that may hold it, found none"],
    hints: ['It could never be delivered'],
  },
  {
    what: 'more replicas than satellites',
    text:
      VALID_TEXT.replace('planes: 2', 'planes: 1').replace('satellitesPerPlane: 6', 'satellitesPerPlane: 4') +
      backup('replicas: ¦5'),
    says: ['traffic.backups[0].replicas: expected at most the number of satellites (4), found 5'],
    hints: ['a satellite of its own'],
  },
  {
    // 10 x 1e9 x 3 = 3e10 bytes; 12 satellites of 2e9 bytes.
    what: 'more replicas than archives can take',
    text:
      VALID_TEXT + backup('priority: 2').replace('objects: 10', 'objects: ¦10') + 'satellite: { archiveBytes: 2e9 }\n',
    says: ['expected at most 2.40e+10 bytes of replicas, the archives of 12 satellites, found 3.00e+10 bytes'],
    hints: ['raise satellite.archiveBytes'],
  },
  {
    what: 'data sets too large for any satellite to pass on',
    text: VALID_TEXT + backup('priority: 2').replace('1e9', '¦1e9') + 'satellite: { bufferBytes: 1e8 }\n',
    says: ['traffic.backups[0].objectBytes: expected at most satellite.bufferBytes (100000000 bytes)'],
    hints: ['cut the data'],
  },
];

describe('labels and backups that cannot work', () => itRefuses(CASES));

describe('a backup without gateways', () => {
  it('is refused', () => {
    const text =
      VALID_TEXT.replace(/gateways:\n(?: .*\n)+/, '').replace(/ {2}contents:\n(?: {4}.*\n)+/, '') +
      backup('priority: 2');
    expect(() => parseScenario(text, 'small.yaml')).toThrow('at least 1 in gateways to carry this traffic, found 0');
  });
});

describe('a label', () => {
  const levels = ['open', 'restricted', 'secret'];
  const north = { level: 'restricted', releasableTo: ['north'] };

  it.each([
    [{ owner: 'north', accreditation: 'restricted' }, true],
    [{ owner: 'north', accreditation: 'secret' }, true],
    [{ owner: 'north', accreditation: 'open' }, false],
    [{ owner: 'south', accreditation: 'secret' }, false],
    // Without a word: the highest accreditation, as if owned by all.
    [{ owner: 'north' }, true],
    [{ accreditation: 'restricted' }, true],
    [{}, true],
  ])('restricted to north may be held by %o: %s', (node, expected) => {
    expect(mayHold(node, north, levels)).toBe(expected);
  });

  it('that says no nation is releasable to all; data without label to anybody', () => {
    expect(mayHold({ owner: 'south' }, { level: 'secret' }, levels)).toBe(true);
    expect(mayHold({ owner: 'south', accreditation: 'open' }, undefined, levels)).toBe(true);
  });
});
