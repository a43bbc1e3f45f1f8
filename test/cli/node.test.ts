import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Bus, busDoor, busIdentity, nodePermissions, worldPermissions } from '../../agents/bus/index.ts';
import { type NodeServer, serveNodes } from '../../agents/node/index.ts';
import { writeIdentity } from '../../cli/fleet/identity-folder.ts';
import { NODE_CLOCK } from '../../cli/node-clock.ts';
import { generateSigningKey, writeBundle } from '../../policies/bundle/index.ts';
import { createBaseline } from '../../policies/index.ts';
import { ScriptedWorld } from '../agents/scripted-world.ts';
import { constellationOf, namesOf } from '../agents/node/meeting.ts';
import { type TestServer, itWithNats, natsServer } from '../nats.ts';
import { contentOf } from '../policies/bundle/content.ts';
import { captured, inProcess } from './captured.ts';

const folder = mkdtempSync(join(tmpdir(), 'spacecloud-node-'));
const at = (name: string): string => join(folder, name);
const dayMs = 86_400_000;
const baseline = () => createBaseline('shortest-delay+greedy-finish+gdsf', 1);

beforeAll(() => {
  const key = generateSigningKey();
  const validity = {
    notBefore: new Date(Date.now() - dayMs).toISOString(),
    notAfter: new Date(Date.now() + dayMs).toISOString(),
  };
  for (const version of [3, 4]) {
    writeBundle(at(`bundle-${version}`), { ...contentOf(1), version, validity }, { privateKeyPem: key.privateKeyPem });
  }
  writeFileSync(at('public.pem'), key.publicKeyPem);
});
afterAll(() => rmSync(folder, { recursive: true }));

const FLIGHT = (version = 3): string[] => ['--bundle', at(`bundle-${version}`), '--key', at('public.pem')];

describe('spacecloud node', () => {
  it.each([
    ['two ways to the world', ['--connect', '9999', '--bus', 'nats://127.0.0.1:1'], /--connect or --bus, got both/],
    ['no way to the world', [], /--connect or --bus, got neither/],
    ['a bus without a fleet', ['--bus', 'nats://127.0.0.1:1'], /--fleet/],
  ])('refuses %s', async (_, words, message) => {
    const { status, err } = await captured(['node', '--satellite', 'sat-1', ...FLIGHT(), ...words]);
    expect([status, err]).toEqual([2, expect.stringMatching(message)]);
  });

  it('refuses a revocation list without a trust store', async () => {
    const list = ['--revocations', at('public.pem')];
    const { status, err } = await captured([
      'node',
      '--satellite',
      's',
      ...FLIGHT(),
      ...list,
      '--connect',
      at('no.sock'),
    ]);
    expect([status, err]).toEqual([2, expect.stringMatching(/Expected --trust with --revocations, got --key/)]);
  });

  it('says which bus it cannot reach', async () => {
    const bus = ['--bus', 'nats://127.0.0.1:1', '--fleet', 'f'];
    const { status, err } = await captured(['node', '--satellite', 'sat-1', ...FLIGHT(), ...bus]);
    expect([status, err]).toEqual([8, expect.stringMatching(/BUS_CONNECT.*127\.0\.0\.1:1/)]);
  });
});

describe('spacecloud node on a bus with identities', () => {
  let nats: TestServer;
  let nodes: NodeServer;
  const world = (): ScriptedWorld => new ScriptedWorld({ seed: 1 });
  let toEnd: (() => unknown)[] = [];

  beforeEach(async () => {
    const identities = new Map(['world', 'sat-1', 'sat-2'].map((name) => [name, busIdentity()]));
    nats = await natsServer({
      users: [...identities].map(([name, { publicKey }]) => ({
        publicKey,
        permissions: name === 'world' ? worldPermissions('f') : nodePermissions('f', name),
      })),
    });
    for (const [name, { seed }] of identities) writeIdentity(at(name), { seed });
    const seed = identities.get('world')?.seed ?? new Uint8Array();
    const bus = await Bus.connect({ servers: nats.url, name: 'world', seed });
    const satelliteNames = namesOf(world());
    nodes = await serveNodes({
      ...NODE_CLOCK,
      door: busDoor({ bus, fleet: 'f' }, satelliteNames),
      ...{ satelliteNames, local: baseline(), fallback: baseline(), deadlineMs: 20_000 },
    });
    toEnd = [() => nodes.close(), () => bus.close(), () => nats.end()];
  });
  afterEach(async () => {
    for (const end of toEnd) await end();
  });

  const node = (satellite: string, identity: string, ...more: string[]) =>
    inProcess([
      ...['cli/main.ts', 'node', '--satellite', satellite, '--bus', nats.url, '--fleet', 'f'],
      ...(identity === '' ? [] : ['--identity', at(identity)]),
      ...(more.includes('--bundle') ? [] : FLIGHT()),
      ...more,
    ]);

  itWithNats(
    'decides for its satellite until the world says goodbye',
    async () => {
      const running = node('sat-1', 'sat-1', '--json');
      await nodes.whenJoined(['sat-1']);
      const result = await constellationOf(world(), nodes).run({ untilS: 20 });
      expect(result).toMatchObject({ decisions: 60, fallbackDecisions: 0 });
      expect(nodes.nodes[0]).toMatchObject({ policy: 'test-router', bundleVersion: '3', decisions: 15 });
      await nodes.close();
      const { status, out, err } = await running;
      expect([status, err]).toEqual([0, 'sat-1: joined with test-router 3\n']);
      expect(JSON.parse(out)).toMatchObject({ satellite: 'sat-1', decisions: 15, abstentions: 0, endedBy: 'goodbye' });
    },
    60_000,
  );

  itWithNats(
    'is refused without its identity',
    async () => {
      for (const identity of ['', 'sat-2']) {
        const { status, err } = await node('sat-1', identity);
        expect([status, err], identity).toEqual([8, expect.stringContaining('BUS_DENIED')]);
      }
      expect(nodes.nodes).toEqual([]);
    },
    60_000,
  );

  itWithNats(
    'remembers what it installed, and flies nothing older',
    async () => {
      const newer = node('sat-1', 'sat-1', ...FLIGHT(4), '--state', at('state'));
      await nodes.whenJoined(['sat-1']);
      expect(nodes.nodes[0]).toMatchObject({ bundleVersion: '4', isReady: true });
      await nodes.close();
      expect((await newer).status).toBe(0);
      // On a local socket, where the state alone decides; on a bus a satellite resumes what it flew last.
      const words = [
        'node',
        '--satellite',
        'sat-1',
        ...FLIGHT(3),
        '--state',
        at('state'),
        '--connect',
        at('none.sock'),
      ];
      const { status, err } = await captured(words);
      expect([status, err]).toEqual([7, expect.stringContaining('BUNDLE_ROLLBACK')]);
    },
    60_000,
  );
});
