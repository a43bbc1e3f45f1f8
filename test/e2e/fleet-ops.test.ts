import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { GroundAccounts } from '../../cli/fleet/ops/ground.ts';
import type { RolloutResult } from '../../agents/fleet/index.ts';
import { generateSigningKey } from '../../policies/bundle/index.ts';
import type { RunRecord } from '../../training/index.ts';
import { NATS_VERSION, itWithNats } from '../nats.ts';
import { type TestReleases, writeTestReleases } from './fleet-releases.ts';
import { Workplace } from './spacecloud.ts';

const place = new Workplace();
afterAll(() => place.remove());

/** Stages short enough for a test; `lossFrac`: tolerated loss, which the decisions of one short stage can or cannot rule out. */
const planOf = (lossFrac: number): string => `
schema: 1
baselineS: 60
waves: [1]
observeS: 60
reportS: 20
settleS: 10
gate: { deadlineS: 80, leastDecisions: 2, outcomeLossFrac: ${lossFrac}, breaches: 1000 }
`;
/** Two of the four canaries of this seed, and two that come with the first wave; the other eight have no node. */
const NODES = ['polar-p1-s1', 'polar-p2-s3', 'polar-p1-s2', 'polar-p2-s1'];

interface FleetDocument extends RunRecord {
  readonly fleet: { readonly fallbackDecisions: number; readonly nodes: readonly { readonly bundleVersion: string }[] };
  readonly ground: GroundAccounts;
  readonly rollout: RolloutResult;
}

let releases: TestReleases;
let lenient: string;
let strict: string;

beforeAll(() => {
  if (NATS_VERSION === undefined) return;
  releases = writeTestReleases(place.folder);
  [lenient, strict] = [place.at('lenient.yaml'), place.at('strict.yaml')];
  writeFileSync(lenient, planOf(1));
  writeFileSync(strict, planOf(0.05));
});

/** The same roll-out by nodes over a bus, and in one process. */
async function bothWays(
  to: string,
  words: readonly string[],
): Promise<{ readonly fleet: FleetDocument; readonly alone: { record: RunRecord; result: RolloutResult } }> {
  const { first, key, trust, operatorKey } = releases;
  const run = ['--seed', '6', '--start', '0', '--drain', '30', ...words];
  const nodes = ['--nodes', NODES.join(','), '--trust', trust, '--operator-key', operatorKey, '--report', '300'];
  const fleet = place.json<FleetDocument>(['fleet', 'test-12', '--bundle', first, '--update', to, ...nodes, ...run]);
  const alone = place.json<[{ record: RunRecord; result: RolloutResult }]>([
    ...['rollout', 'test-12', '--from', first, '--to', to, '--key', key, ...run],
  ]);
  return { fleet: await fleet, alone: (await alone)[0] };
}

function expectSame({ fleet, alone }: Awaited<ReturnType<typeof bothWays>>): void {
  expect(fleet.rollout.log).toEqual(alone.result.log);
  expect(fleet.rollout.logHash).toBe(alone.result.logHash);
  expect(fleet.rollout.kpis).toEqual(alone.result.kpis);
  expect(fleet.trajectoryHash).toBe(alone.record.trajectoryHash);
  // What the nodes told of themselves arrived once, to the last document, and says what the world says.
  const { telemetry, strange, modes } = fleet.ground;
  expect(telemetry.map(({ satellite }) => satellite).sort()).toEqual([...NODES].sort());
  for (const count of telemetry) {
    expect(count).toMatchObject({ boots: 1, gaps: 0, repeats: 0, disordered: 0, ended: 1 });
    expect(count.documents).toBeGreaterThan(2);
  }
  expect(strange).toBe(0);
  expect(modes).toEqual({ same: NODES.length, other: [], silent: [] });
}

describe('a roll-out by nodes over a bus', { timeout: 180_000 }, () => {
  itWithNats('is not begun without those who may order a way back', async () => {
    const { first, good, key, trust } = releases;
    const words = ['fleet', 'test-12', '--bundle', first, '--update', good];
    const { code, message } = await place.refusal([...words, '--key', key]);
    expect(code).toBe('USAGE');
    expect(message).toContain('--trust');
    const untrusted = await place.refusal([...words, '--trust', trust]);
    expect(untrusted.code).toBe('USAGE');
    expect(untrusted.message).toContain('--operator-key');
    // The publisher's public key signs nothing.
    const wrong = await place.refusal([...words, '--trust', trust, '--operator-key', key]);
    expect(wrong).toMatchObject({ code: 'FILE_READ' });
    // Nor does a key that the trust store does not know; and a run shorter than the plan's baseline says nothing.
    writeFileSync(place.at('stranger.pem'), generateSigningKey().privateKeyPem, { mode: 0o600 });
    const stranger = await place.refusal([...words, '--trust', trust, '--operator-key', place.at('stranger.pem')]);
    expect(stranger).toMatchObject({ code: 'TRUST_STORE' });
    const short = await place.refusal([...words, '--trust', trust, '--operator-key', releases.operatorKey]);
    expect(short).toMatchObject({ code: 'USAGE' });
    expect(short.message).toContain('--arrivals above 120 s');
    const unsigned = await place.refusal(['fleet', 'test-12', '--bundle', 'prior', '--key', key]);
    expect(unsigned.message).toContain('signed bundle');
    const idle = await place.refusal(['fleet', 'test-12', '--bundle', first, '--key', key, '--revoke-at', '5']);
    expect(idle.message).toContain('--update');
  });

  itWithNats('of a good release reaches them all, with every decision as in one process', async () => {
    const both = await bothWays(releases.good, ['--plan', lenient, '--arrivals', '230']);
    const { rollout, fleet, ground } = both.fleet;
    expect(rollout.kpis.state).toBe('done');
    expect(fleet.nodes.map(({ bundleVersion }) => bundleVersion)).toEqual(['2', '2', '2', '2']);
    expect(new Set(ground.telemetry.map(({ newest }) => newest.rootDigest)).size).toBe(1);
    expectSame(both);
  });

  itWithNats('of a release that its gate does not let through is taken back by a signed order', async () => {
    const both = await bothWays(releases.bad, ['--plan', strict, '--arrivals', '150']);
    const { rollout, fleet } = both.fleet;
    expect(rollout.kpis.state).toBe('rolledBack');
    expect(rollout.kpis.decisionsByRelease).toBeGreaterThan(0);
    const back = rollout.log.filter(({ event }) => event === 'rolled back').map(({ satellite }) => satellite);
    expect(back).toEqual(expect.arrayContaining(['polar-p1-s1', 'polar-p2-s3']));
    expect(fleet.nodes.map(({ bundleVersion }) => bundleVersion)).toEqual(['1', '1', '1', '1']);
    expectSame(both);
  });

  itWithNats('that is revoked leaves those that have the release to their fallback', async () => {
    const both = await bothWays(releases.good, ['--plan', lenient, '--arrivals', '120', '--revoke-at', '90']);
    const { rollout, ground } = both.fleet;
    expect(rollout.kpis.state).toBe('revoked');
    expect(rollout.log.filter(({ event }) => event === 'revocation heard')).toHaveLength(12);
    const refusals = Object.fromEntries(ground.telemetry.map(({ satellite, newest }) => [satellite, newest.refusal]));
    expect(refusals).toEqual({
      ...{ 'polar-p1-s1': 'revoked', 'polar-p2-s3': 'revoked' },
      ...{ 'polar-p1-s2': null, 'polar-p2-s1': null },
    });
    expectSame(both);
  });
});
