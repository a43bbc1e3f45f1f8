import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../../environment/scenario/index.ts';
import type { Scenario } from '../../../environment/scenario/schema.ts';
import { star66, star66Constellation } from '../geometry/scenarios.ts';
import { at } from '../../present.ts';
import { networkOf } from './network-lab.ts';

/** Contacts as lines `from to start end rate`, sorted: how many, and the first 16 digits of their SHA-256. */
function digests(scenario: Scenario): { isl: [number, string]; gsl: [number, string] } {
  const { contacts, plan, sites, slots } = networkOf(scenario);
  const firstAntenna = plan.fleet.satelliteCount * slots;
  const isl: string[] = [];
  const gsl: string[] = [];
  for (let i = 0; i < contacts.n; i++) {
    const track = at(contacts.track, i);
    const peer = at(contacts.peer, i);
    const times = [at(contacts.startTick, i), at(contacts.endTick, i)].map((tick) => tick * scenario.tickS).join(' ');
    const rest = `${times} ${Math.fround(at(contacts.rateBps, i))}`;
    if (track < firstAntenna) {
      isl.push(`${Math.floor(track / slots)} ${peer} ${rest}`);
    } else {
      const node = at(sites.antennaNode, track - firstAntenna);
      gsl.push(`${peer} ${node} ${rest}`);
    }
  }
  const digest = (lines: string[]): [number, string] => [
    lines.length,
    createHash('sha256').update(lines.sort().join('\n')).digest('hex').slice(0, 16),
  ];
  return { isl: digest(isl), gsl: digest(gsl) };
}

/**
 * Recorded from the contact plans of the release before links were kept as contacts. Slewing, new since then, is made too fast to
 * matter.
 */
describe('with the options of the release before, contacts are the same', () => {
  it.each([
    ['test-12', [36, '6668cc87756881cc'], [49, '313d66aa2dd282fe']],
    ['iridium-66', [242, '45d16b395eb7dbaf'], [8765, '009f5601faa4ffd3']],
  ])('in %s', (name, isl, gsl) => {
    const found = digests(loadScenario(`scenarios/${name}.yaml`));
    expect(found.isl).toEqual(isl);
    // Downlinks alone were counted: satellite to ground.
    expect(found.gsl).toEqual(gsl);
  });

  const fast = { slewDegS: 1e12 };
  it.each([
    ['alone', star66(), [242, '5033dd0132857f0d'], [1741, '20675fb6fdbd95fa']],
    [
      'with links across the seam',
      star66({ constellations: [star66Constellation({ ...fast, crossSeam: true })] }),
      [490, 'c3abac5eadda54ae'],
      [1741, '20675fb6fdbd95fa'],
    ],
    [
      'with links by range',
      star66({
        constellations: [star66Constellation({ ...fast, topology: 'nearest', terminals: 3, maxRangeKm: 4500 })],
      }),
      [320, 'ad55c8686cf895d6'],
      [1741, '20675fb6fdbd95fa'],
    ],
    [
      'with one beam per satellite',
      star66({ satellite: { groundBeams: 1 } }),
      [242, '5033dd0132857f0d'],
      [1694, '9d81513c09ff9ec2'],
    ],
  ] as const)('in a star of 66 %s', (_, scenario, isl, gsl) => {
    expect(digests(scenario)).toEqual({ isl, gsl });
  });
});
