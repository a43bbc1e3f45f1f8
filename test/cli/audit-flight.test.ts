import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DecisionLog } from '../../agents/audit/index.ts';
import { SPACE_CLOUD_SPEC } from '../../core/index.ts';
import { type TestBundle, writeTestBundle } from '../e2e/fleet-bundle.ts';
import { type Captured, captured, inProcess } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-audit-flight-'));
const at = (name: string): string => join(folder, name);
const log = at('run.log');
const cacheBefore = process.env['XDG_CACHE_HOME'];
const RUN = ['simulate', 'test-12', '--arrivals', '15', '--drain', '10', '--json'];
let flown: TestBundle;
let other: TestBundle;
let run: Captured;

beforeAll(async () => {
  process.env['XDG_CACHE_HOME'] = at('cache');
  flown = writeTestBundle(at('flown'));
  other = writeTestBundle(at('other'));
  run = await captured([...RUN, '--policy', flown.bundle, '--key', flown.key, '--audit', log]);
}, 120_000);
afterAll(() => {
  if (cacheBefore === undefined) delete process.env['XDG_CACHE_HOME'];
  else process.env['XDG_CACHE_HOME'] = cacheBefore;
  rmSync(folder, { recursive: true, force: true });
});

interface ReplayDocument {
  readonly same: boolean;
  readonly replayed: number;
  readonly passedOver: Readonly<Record<string, number>>;
}

const withBundle = ({ bundle, key }: TestBundle): string[] => ['--bundle', bundle, '--key', key];

describe('the log of a run by a signed bundle', () => {
  it('holds every decision of the run, which the bundle makes again', async () => {
    expect(run.status, run.err).toBe(0);
    const [, logged = '', head = ''] = /(\d+) decisions, head ([0-9a-f]{64})/.exec(run.err) ?? [];
    const { decisions } = JSON.parse(run.out) as { decisions: number };
    expect(Number(logged)).toBe(decisions);
    // Several blocks of some 100 decisions.
    expect(decisions).toBeGreaterThan(300);
    const verified = await captured(['audit', 'verify', log, '--head', head]);
    expect(verified.out).toContain(`vouches for the first ${decisions} decisions; 0 were written since`);
    const { out } = await captured(['audit', 'replay', log, ...withBundle(flown), '--json']);
    const { same, replayed, passedOver } = JSON.parse(out) as ReplayDocument;
    expect(same).toBe(true);
    expect(replayed).toBeGreaterThan(decisions / 2);
    // What the network does not know from its training, the fallback decided.
    const byFallback = Object.values(passedOver).reduce((sum, count) => sum + count, 0);
    expect(replayed + byFallback).toBe(decisions);
  });

  it('changes nothing in the run', async () => {
    const bare = await captured([...RUN, '--policy', flown.bundle, '--key', flown.key]);
    const hashOf = ({ out }: Captured): string => (JSON.parse(out) as { trajectoryHash: string }).trajectoryHash;
    expect(hashOf(bare)).toBe(hashOf(run));
  });

  it('explains a decision', async () => {
    const { out } = await captured(['audit', 'explain', log, '--decision', '40', ...withBundle(flown)]);
    expect(out.replace(/[0-9a-f]{64}/g, '<digest>')).toBe(readFileSync('test/cli/audit-explain.golden.txt', 'utf8'));
  });

  it('refuses another bundle and says whose decisions these are, another key, and a number too high', async () => {
    const wrong = await captured(['audit', 'replay', log, ...withBundle(other)]);
    expect([wrong.status, wrong.err]).toEqual([
      11,
      expect.stringMatching(/AUDIT_REPLAY[^]*The log names test-router 3 \([0-9a-f]{64}\)/),
    ]);
    const one = await captured(['audit', 'explain', log, '--decision', '0', ...withBundle(other)]);
    expect([one.status, one.err]).toEqual([11, expect.stringMatching(/AUDIT_REPLAY/)]);
    const key = await captured(['audit', 'replay', log, '--bundle', flown.bundle, '--key', other.key]);
    expect([key.status, key.err]).toEqual([7, expect.stringMatching(/BUNDLE_/)]);
    const high = await captured(['audit', 'replay', log, ...withBundle(flown), '--decision', '999999']);
    expect([high.status, high.err]).toEqual([2, expect.stringMatching(/USAGE[^]*The log holds decisions 0 to \d+\./)]);
    expect((await captured(['audit', 'explain', log, '--decision', '999999'])).status).toBe(2);
  });

  it('replays what a kill left of it, and refuses what was changed', async () => {
    const bytes = readFileSync(log);
    const torn = at('torn.log');
    writeFileSync(torn, bytes);
    truncateSync(torn, bytes.length - 100);
    const replayed = await captured(['audit', 'replay', torn, ...withBundle(flown)]);
    expect([replayed.status, replayed.out]).toEqual([
      0,
      expect.stringMatching(/the last block was not written to its end/),
    ]);
    bytes[bytes.length - 5000] = (bytes[bytes.length - 5000] as number) ^ 1;
    writeFileSync(torn, bytes);
    expect((await captured(['audit', 'replay', torn, ...withBundle(flown)])).err).toContain('AUDIT_CHAIN');
  });

  it('has one writer at a time', async () => {
    const file = at('held.log');
    const held = new DecisionLog(file, { writer: 'test', startedAt: '2026-01-01T00:00:00Z', spec: SPACE_CLOUD_SPEC });
    try {
      const second = await captured([...RUN, '--audit', file]);
      expect([second.status, second.out]).toEqual([6, expect.stringContaining('RUN_LOCKED')]);
    } finally {
      held.close();
    }
    expect((await captured([...RUN, '--audit', file])).status).toBe(0);
  });
});

describe('the log of a node', () => {
  it('holds what it decided for the world, and replays', async () => {
    const [socket, file] = [at('w.sock'), at('node.log')];
    const satellite = 'polar-p1-s2';
    const world = captured([
      ...RUN,
      '--policy',
      flown.bundle,
      '--key',
      flown.key,
      '--nodes',
      satellite,
      '--serve',
      socket,
    ]);
    const flying = ['--satellite', satellite, '--connect', socket, '--audit', file];
    const node = await inProcess(['cli/main.ts', 'node', ...withBundle(flown), ...flying, '--json']);
    expect(node.status, node.err).toBe(0);
    const { decisions } = JSON.parse(node.out) as { decisions: number };
    expect(decisions).toBeGreaterThan(0);
    const [, head = ''] = /head ([0-9a-f]{64})/.exec(node.err) ?? [];
    expect((await captured(['audit', 'verify', file, '--head', head])).status).toBe(0);
    const { out } = await captured(['audit', 'replay', file, ...withBundle(flown), '--json']);
    expect((JSON.parse(out) as { replayed: number }).replayed).toBe(decisions);
    // The world went as it goes without nodes.
    const hashOf = (text: string): string => (JSON.parse(text) as { trajectoryHash: string }).trajectoryHash;
    expect(hashOf((await world).out)).toBe(hashOf(run.out));
  }, 120_000);
});
