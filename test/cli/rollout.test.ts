import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { ROLLOUT_DEFAULTS } from '../../agents/fleet/index.ts';
import { loadRolloutPlan, parseRolloutPlan } from '../../cli/rollout/plan-file.ts';
import type { RolloutRun } from '../../cli/rollout/rollout-run.ts';
import { generateSigningKey, writeBundle } from '../../policies/bundle/index.ts';
import { contentOf } from '../policies/bundle/content.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-rollout-'));
const QUICK = join(folder, 'quick.yaml');
writeFileSync(
  QUICK,
  `schema: 1
baselineS: 60
observeS: 60
reportS: 20
settleS: 10
gate: { deadlineS: 80, leastDecisions: 1, leastSatellites: 2, outcomeLossFrac: 1, breaches: 1000 }
`,
);
const BASE = 'damped+greedy-finish+least-rate';
const RUN = [
  'rollout',
  'test-12',
  '--load',
  '0.3',
  '--start',
  '0',
  '--arrivals',
  '200',
  '--drain',
  '30',
  '--plan',
  QUICK,
];

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('roll-out plans', () => {
  it('have the defaults for what they leave out, and the shipped one is a plan', () => {
    expect(parseRolloutPlan('schema: 1\n', 'plan.yaml')).toEqual(ROLLOUT_DEFAULTS);
    expect(loadRolloutPlan('scenarios/rollouts/sparse.yaml').stageDeadlineS).toBe(43_200);
  });

  it.each([
    ['schema: 1\nwaves: [0.5, 0.4]\n', 'plan.yaml:2:14', /waves that grow/],
    ['schema: 1\nobserve: 5\n', 'plan.yaml:2:1', /observe/],
    ['schema: 1\ngate:\n  alpha: 2\n', 'plan.yaml:3:10', /alpha/],
    ['schema: 1\nobserveS: 900\n', 'plan.yaml', /deadline of observeS/],
  ])('are refused with file, line and column: %j', (text, place, message) => {
    const refused = () => parseRolloutPlan(text, 'plan.yaml');
    expect(refused).toThrow(message);
    try {
      refused();
    } catch (error) {
      expect(String(error)).toContain(place);
      expect(String(error)).toContain('ROLLOUT_FILE');
    }
  });
});

/** A signed release of the untrained policy of the tests, valid whenever they are run. */
function signedRelease(version: number, privateKeyPem: string): string {
  const bundle = join(folder, `release-${version}`);
  const validity = { notBefore: '2026-01-01T00:00:00Z', notAfter: '2099-01-01T00:00:00Z' };
  writeBundle(bundle, { ...contentOf(version), version, validity }, { privateKeyPem });
  return bundle;
}

describe('spacecloud rollout of signed bundles', () => {
  const key = generateSigningKey();
  const keyFile = join(folder, 'public.pem');
  writeFileSync(keyFile, key.publicKeyPem);
  const [one, two] = [signedRelease(3, key.privateKeyPem), signedRelease(4, key.privateKeyPem)];
  const sizeBytes = readdirSync(two).reduce((sum, file) => sum + statSync(join(two, file)).size, 0);
  const rollOut = async (from: string, to: string): Promise<RolloutRun['result']> => {
    const { status, out, err } = await captured([...RUN, '--from', from, '--to', to, '--key', keyFile, '--json']);
    expect(status, err).toBe(0);
    return (JSON.parse(out) as [RolloutRun])[0].result;
  };

  it('sends them in their real size', async () => {
    const { kpis } = await rollOut(one, two);
    expect(kpis.timeToCanaryS).toBeGreaterThan(0);
    // Every satellite on the way to a canary gets the bundle and an order of 1 KiB, once per stage.
    expect(sizeBytes).toBeGreaterThan(10_000);
    expect(kpis.sentBytes.bundles % (sizeBytes + 1024)).toBe(0);
    expect(kpis.sentBytes.bundles).toBeGreaterThanOrEqual(4 * (sizeBytes + 1024));
  });

  it('halts where satellites refuse: an older release, then one that was changed', async () => {
    expect((await rollOut(two, one)).kpis.reason).toMatch(/refused the release: rollback/);
    appendFileSync(join(two, 'README.txt'), 'x');
    const changed = await rollOut(one, two);
    expect(changed.kpis).toMatchObject({ state: 'rolledBack', decisionsByRelease: 0 });
    expect(changed.kpis.reason).toMatch(/refused the release: changed/);
  });
});

describe('spacecloud rollout', () => {
  it('prints what happened when, and the key figures', async () => {
    const { status, out, err } = await captured([...RUN, '--from', BASE, '--to', BASE, '--drill', 'late']);
    expect(status, err).toBe(0);
    expect(out).toContain('policy 1 -> 2 (300,000 bytes) on test-12 via isl, seed 1');
    expect(out).toMatch(/60\.000 s {2}ordered \(canary\) 4 satellites/);
    expect(out).toMatch(/ended as +rolledBack: .*answered too late/);
    expect(out).toMatch(/order to roll back until a satellite is back +p50/);
  });

  it('gives one document with --json, the same again', async () => {
    const args = [...RUN, '--from', BASE, '--to', 'prior', '--revoke-at', '100', '--json'];
    const [first, again] = [await captured(args), await captured(args)];
    expect(first.status, first.err).toBe(0);
    expect(again.out).toBe(first.out);
    const [run] = JSON.parse(first.out) as RolloutRun[];
    expect(run?.result.kpis.state).toBe('revoked');
    expect(run?.result.kpis.revocationLatencyS?.never).toBe(0);
  });

  it('counts how several roll-outs ended', async () => {
    const { out } = await captured([...RUN, '--from', BASE, '--to', BASE, '--drill', 'abstains', '--repeat', '2']);
    expect(out).toContain('2 roll-outs: 2 rolledBack');
  });

  it.each([
    [['--to', 'oracle+oracle+gdsf'], /got the oracle/],
    [['--to', BASE, '--drill', 'inverted'], /a network to invert/],
    [['--to', BASE, '--stations', 'london'], /gateways of 'test-12'/],
    [['--to', BASE, '--share', '2'], /above 0 and up to 1/],
  ])('refuses %j', async (more, message) => {
    const { status, err } = await captured([...RUN, '--from', BASE, ...more]);
    expect(status).toBe(2);
    expect(err).toMatch(message);
  });
});
