import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { busIdentity, identityOf } from '../../agents/bus/index.ts';
import { readIdentity, writeIdentity } from '../../cli/fleet/identity-folder.ts';
import { IdentityFolders, makeIdentities } from '../../cli/fleet/identities.ts';
import { RunStopped, paced } from '../../cli/fleet/pace.ts';
import { type TestBundle, writeTestBundle } from '../e2e/fleet-bundle.ts';
import { must } from '../present.ts';
import { captured } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-fleet-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let flown: TestBundle;
beforeAll(() => {
  flown = writeTestBundle(folder);
});

describe('spacecloud fleet', () => {
  const fleet = (...more: string[]): string[] => [
    ...['fleet', 'test-12', '--bundle', flown.bundle, '--key', flown.key, '--arrivals', '1', '--drain', '1', ...more],
  ];

  it.each([
    [['--nodes', '13'], "Expected all, a number from 1 to 12 for --nodes, got '13'."],
    [['--nodes', '0'], "Expected all, a number from 1 to 12 for --nodes, got '0'."],
    [['--nodes', 'polar-p1-s1,sputnik'], "Expected all, names of satellites for --nodes, got 'sputnik'."],
    [['--bus', 'nats://127.0.0.1:4222'], 'Expected --bus and --identities together, got --bus alone.'],
    [['--identities', '.'], 'Expected --bus and --identities together, got --identities alone.'],
    [
      ['--leaves', 'all', '--bus', 'nats://127.0.0.1:4222', '--identities', '.'],
      'Expected --leaves or --bus, got both.',
    ],
    [['--nodes', '3', '--leaves', '4'], "Expected all, a number from 1 to 3 for --leaves, got '4'."],
    [
      ['--nodes', 'polar-p1-s1', '--leaves', 'polar-p1-s2'],
      "Expected all, names of nodes for --leaves, got 'polar-p1-s2'.",
    ],
    [['--pace', '0'], "Expected a number above 0 for --pace, got '0'."],
    [['--metrics', '70000'], "Expected a whole number from 0 to 65535 for --metrics, got '70000'."],
  ])('refuses %j', async (words, message) => {
    const { status, out, err } = await captured(fleet(...words));
    expect([status, out]).toEqual([2, '']);
    expect(err).toContain(message);
  });

  it('refuses a bundle that another key has signed, before anything is started', async () => {
    const other = writeTestBundle(join(folder, 'other'));
    const words = ['fleet', 'test-12', '--bundle', flown.bundle, '--key', other.key];
    const { status, err } = await captured(words);
    expect(status).toBe(7);
    expect(err).toContain('BUNDLE_KEY');
  });
});

describe('identities of a fleet', () => {
  it('are one per satellite, of the world and of the ground, readable by their user only', () => {
    const place = join(folder, 'identities');
    const satellites = ['sat-1', 'sat 2/..'];
    const users = makeIdentities({ folder: place, fleet: 'f', satellites, caPem: 'CA' });
    const folders = new IdentityFolders(place);
    const stored = [folders.world, folders.ground, ...satellites.map((name) => folders.satellite(name))];
    expect(users.map(({ publicKey }) => publicKey)).toEqual(
      stored.map((path) => identityOf(readIdentity(path).seed).publicKey),
    );
    expect(new Set(users.map(({ publicKey }) => publicKey)).size).toBe(4);
    for (const path of stored) {
      expect(path.startsWith(`${place}/`)).toBe(true); // also for a name with a path in it
      expect(readIdentity(path).caPem).toBe('CA');
      expect(statSync(join(path, 'seed')).mode & 0o777).toBe(0o600);
    }
    // The server lets the first satellite speak for itself alone.
    const [, , first] = users;
    expect(must(first).permissions.publish).toContain('spacecloud.v2.f.sat.sat-1.out');
    expect(must(first).permissions.subscribe).toEqual(['spacecloud.v2.f.sat.sat-1.in', 'spacecloud.v2.f.ops.sat-1.in']);
  });

  it('without an authority are for servers without TLS', () => {
    const { seed } = busIdentity();
    const place = join(folder, 'plain');
    writeIdentity(place, { seed });
    expect(readIdentity(place)).toEqual({ seed: Uint8Array.from(seed) });
    expect(() => readIdentity(join(folder, 'nobody'))).toThrow('seed');
  });
});

describe('the pace of a run', () => {
  const signal = new AbortController().signal;

  it('holds a world back that is ahead of the clock, and no other', async () => {
    const before = paced({ pace: 100, signal });
    const startMs = performance.now();
    await before(50); // the first round sets the start
    await before(60); // 10 simulated s at 100 per second: 0.1 s
    const heldMs = performance.now() - startMs;
    expect(heldMs).toBeGreaterThanOrEqual(99);
    const late = performance.now();
    expect(before(60)).toBeUndefined();
    expect(performance.now() - late).toBeLessThan(5);
    expect(before(Infinity)).toBeUndefined(); // all worlds are at their end
  });

  it('gives the rest of the process its turn, however fast a world is', async () => {
    const before = paced({ signal });
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const startMs = performance.now();
    let waits = 0;
    while (performance.now() - startMs < 200) {
      const pause = before(1);
      if (pause === undefined) continue;
      waits++;
      await pause;
    }
    clearInterval(timer);
    // At most one turn in 5 ms, 40 in all; a busy machine has far fewer, but some.
    expect(waits).toBeGreaterThan(0);
    expect(waits).toBeLessThanOrEqual(40);
    expect(turns).toBeGreaterThan(0);
  });

  it('ends the run when told to, also while it waits', async () => {
    const stopping = new AbortController();
    const before = paced({ pace: 0.001, signal: stopping.signal });
    await before(0);
    setTimeout(() => stopping.abort(), 20);
    const startMs = performance.now();
    await expect(before(10)).rejects.toThrow(RunStopped); // 10,000 s at this pace
    expect(performance.now() - startMs).toBeLessThan(2000);
    expect(() => before(10)).toThrow(RunStopped);
  });
});
