import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { RolloutResult } from '../../agents/fleet/index.ts';
import type { LeafAccounts } from '../../cli/fleet/leaves/leaf-gates.ts';
import type { GroundAccounts } from '../../cli/fleet/ops/ground.ts';
import type { RunRecord } from '../../training/index.ts';
import { NATS_VERSION, itWithNats } from '../nats.ts';
import { type TestReleases, writeTestReleases } from './fleet-releases.ts';
import { Workplace } from './spacecloud.ts';

const place = new Workplace();
afterAll(() => place.remove());

interface FleetDocument extends RunRecord {
  readonly fleet: {
    readonly counts: Readonly<Record<string, { readonly sum: number }>>;
    readonly nodes: readonly {
      readonly satellite: string;
      readonly decisions: number;
      readonly bundleVersion: string;
    }[];
  };
  readonly ground: GroundAccounts;
  readonly leaves: LeafAccounts;
  readonly rollout?: RolloutResult;
  readonly inProcess: { readonly isSame: boolean; readonly rolloutHash?: string };
}

let releases: TestReleases;

beforeAll(() => {
  if (NATS_VERSION === undefined) return;
  releases = writeTestReleases(place.folder);
  mkdirSync(place.at('temporary'));
});

function fly(words: readonly string[]): Promise<FleetDocument> {
  const { first } = releases;
  const args = ['fleet', 'test-12', '--bundle', first, '--compare', '--report', '200', ...words];
  return place.json<FleetDocument>(args, { env: { TMPDIR: place.at('temporary') } });
}

/** All that the nodes said is on the ground, once, and the run left no file behind. */
function expectWhole({ ground, leaves }: FleetDocument, nodes: readonly string[]): void {
  expect(ground.telemetry.map(({ satellite }) => satellite).sort()).toEqual([...nodes].sort());
  for (const count of ground.telemetry) {
    expect(count).toMatchObject({ boots: 1, gaps: 0, repeats: 0, disordered: 0, ended: 1 });
    expect(count.documents).toBeGreaterThan(2);
  }
  expect(ground.strange).toBe(0);
  expect(ground.modes.other).toEqual([]);
  expect(leaves).toMatchObject({ leaves: 2, late: 0, notTakenOver: 0 });
  expect(readdirSync(place.at('temporary'))).toEqual([]);
}

describe('satellites with servers of their own', { timeout: 120_000 }, () => {
  itWithNats('keep their telemetry while no gateway sees them, and decide as in one process', async () => {
    // By the gateways alone `polar-p2-s2` is seen until 220 s, `polar-p1-s6` from 360 s on, and `polar-p2-s1` from 510 s on.
    const [leaving, coming, direct] = ['polar-p2-s2', 'polar-p1-s6', 'polar-p2-s1'];
    const nodes = [leaving, coming, direct];
    const run = ['--seed', '3', '--start', '200', '--arrivals', '165', '--drain', '30', '--load', '0.1'];
    const which = [
      '--key',
      releases.key,
      '--nodes',
      nodes.join(','),
      '--leaves',
      `${leaving},${coming}`,
      '--via',
      'ground',
    ];
    const flown = await fly([...run, ...which]);
    expect(flown.inProcess.isSame).toBe(true);
    expect(flown.fleet.counts.late?.sum).toBe(0);
    expectWhole(flown, nodes);
    // At 200 s, at 360 s, and at the end that of the one which was cut at 220 s.
    expect(flown.leaves).toMatchObject({ opened: 3, closed: 1 });
    const ofLeaves = flown.ground.telemetry.filter(({ satellite }) => satellite !== direct);
    expect(flown.leaves.takenOver).toBe(ofLeaves.reduce((sum, { documents }) => sum + documents, 0));
    // Both flew without a link for a while.
    expect(flown.leaves.held).toBeGreaterThan(1);
  });

  itWithNats('are given an update by way of them', async () => {
    const { good, trust, operatorKey } = releases;
    const plan = place.at('plan.yaml');
    writeFileSync(
      plan,
      'schema: 1\nbaselineS: 60\nwaves: [1]\nobserveS: 60\nreportS: 20\nsettleS: 10\n' +
        'gate: { deadlineS: 80, leastDecisions: 2, outcomeLossFrac: 1, breaches: 1000 }\n',
    );
    const nodes = ['polar-p1-s1', 'polar-p2-s3', 'polar-p1-s2'];
    const update = ['--update', good, '--trust', trust, '--operator-key', operatorKey, '--plan', plan];
    const run = ['--seed', '6', '--start', '0', '--arrivals', '230', '--drain', '30', '--load', '0.4'];
    const flown = await fly([...run, ...update, '--nodes', nodes.join(','), '--leaves', 'polar-p1-s1,polar-p1-s2']);
    expect(flown.inProcess).toMatchObject({ isSame: true, rolloutHash: flown.rollout?.logHash });
    expect(flown.rollout?.kpis.state).toBe('done');
    expect(flown.fleet.nodes.map(({ bundleVersion }) => bundleVersion)).toEqual(['2', '2', '2']);
    expectWhole(flown, nodes);
  });
});
