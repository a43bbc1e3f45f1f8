import { firstValueFrom, timer as after } from 'rxjs';
import { describe, expect, vi } from 'vitest';
import {
  Bus,
  BusExecutor,
  HUB_DOMAIN,
  ModeWriter,
  type NodeDocument,
  OnBoard,
  TelemetrySender,
  busIdentity,
  countTelemetry,
  groundPermissions,
  leafPermissions,
  makeFleetStores,
  makeLeafStores,
  nodePermissions,
  packFiles,
  readModes,
  serveGround,
  storeBundle,
} from '../../../../agents/bus/index.ts';
import { Gate } from '../../../../cli/bus/index.ts';
import { itWithNats, natsServer } from '../../../nats.ts';
import { temporaryFolder } from '../../../policies/bundle/fixture.ts';
import { must } from '../../../present.ts';
import { TestGround, now } from './releases.ts';

const FLEET = 'test';
const DOMAIN = 'station-1';
const MODES: NonNullable<NodeDocument['modes']> = {
  service: 'up',
  power: 'nominal',
  thermal: 'nominal',
  trust: 'trusted',
  autonomy: 'learned',
};
const timer = {
  set: (callback: () => void, ms: number) => setTimeout(callback, ms),
  clear: (handle: unknown) => clearTimeout(handle as NodeJS.Timeout),
};

describe('operations of a satellite with a server of its own', () => {
  itWithNats(
    'wait for its link: telemetry and modes arrive after it opens, once, and an update is fetched while it is open only',
    async () => {
      const ends: (() => unknown)[] = [];
      try {
        const releases = new TestGround(temporaryFolder());
        const [three, four] = [releases.release(3), releases.release(4)];
        const [operator, alpha] = [busIdentity(), busIdentity()];
        const login = { name: DOMAIN, password: 'correct horse battery staple' };
        const users = [
          { publicKey: operator.publicKey, permissions: groundPermissions(FLEET) },
          { publicKey: alpha.publicKey, permissions: nodePermissions(FLEET, 'alpha') },
        ];
        const nodes = [{ satellite: 'alpha', publicKey: alpha.publicKey }];
        const crossing = leafPermissions(FLEET, { domain: DOMAIN, nodes });
        const hub = await natsServer({
          ...{ name: 'hub', domain: HUB_DOMAIN, users },
          leaf: { kind: 'listener', users: [{ ...login, permissions: crossing }] },
        });
        ends.push(hub.end);
        const gate = await Gate.start({ targetPort: must(hub.server.leafPort) });
        ends.push(() => gate.stop());
        const url = `nats-leaf://127.0.0.1:${gate.port}`;
        const leaf = await natsServer({
          ...{ name: DOMAIN, domain: DOMAIN, users },
          leaf: { kind: 'remote', url, user: login },
        });
        ends.push(leaf.end);
        const connect = async (servers: string, name: string, seed: Uint8Array): Promise<Bus> => {
          const bus = await Bus.connect({ servers, name, seed });
          ends.push(() => bus.close());
          return bus;
        };
        await makeLeafStores(await connect(leaf.url, 'ground', operator.seed), FLEET);
        const ground = await connect(hub.url, 'ground', operator.seed);
        await vi.waitFor(() => expect(gate.connections).toBeGreaterThan(0), { timeout: 20_000 });
        await makeFleetStores(ground, FLEET, { leafDomains: [DOMAIN] });
        await storeBundle(ground, FLEET, four.rootDigest, packFiles(four.files));

        const bus = await connect(leaf.url, 'alpha', alpha.seed);
        const trust = { trust: releases.trust, now };
        const onBoard = new OnBoard({ stateFolder: temporaryFolder(), trust, specHash: releases.specHash });
        onBoard.begin(three.folder);
        let flown = '3';
        const control = { install: (_: unknown, version: string) => void (flown = version), refuse: () => undefined };
        ends.push(serveGround({ bus, fleet: FLEET, satellite: 'alpha', onBoard, control, storeDomain: HUB_DOMAIN }));
        const telemetry = new TelemetrySender({ bus, fleet: FLEET, timer });
        const modes = new ModeWriter({ bus, fleet: FLEET, satellite: 'alpha', timer, storeDomain: HUB_DOMAIN });
        ends.push(
          () => telemetry.close(),
          () => modes.close(),
        );
        const executor = new BusExecutor({
          ...{
            bus: ground,
            fleet: FLEET,
            satelliteNames: ['alpha'],
            deadlineMs: 3000,
            timer,
            standings$: after(0, 20),
          },
          orderRollback: () => releases.rollbackTo(three),
          revocationListWith: () => releases.revoking(four),
          fliesVersion: (_, version) => flown === version,
          isRefused: () => false,
        });
        ends.push(() => executor.close());
        const say = (sequence: number): void =>
          telemetry.send({
            ...{ satellite: 'alpha', boot: '0badcafe', sequence, isLast: false, timeS: null },
            ...{ requests: 0, decisions: 0, abstentions: 0, sessions: 0, dropped: { corrupt: 0, stale: 0 } },
            ...{ policy: 'p', bundleVersion: flown, rootDigest: null, refusal: null, modes: MODES },
          });
        const documents = async (): Promise<number> =>
          (await countTelemetry(ground, FLEET)).counts.reduce((sum, count) => sum + count.documents, 0);

        say(1);
        // A source that is set up while its link comes up may take this long to start.
        await vi.waitFor(async () => expect(await documents()).toBe(1), { timeout: 50_000, interval: 200 });

        gate.set({ kind: 'closed' });
        for (const sequence of [2, 3, 4]) say(sequence);
        // Its own server stores them without the link.
        expect(await telemetry.finish(5000)).toBe(true);
        for (const timeS of [1, 2]) modes.write({ timeS, modes: MODES });
        const release = { name: 'test-router', version: 4, rootDigest: four.rootDigest, sizeBytes: 1 };
        expect(await executor.install([0], release, { rollback: false })).toEqual([
          { satellite: 0, outcome: 'silent' },
        ]);
        expect(flown).toBe('3');
        expect(await documents()).toBe(1);
        expect((await readModes(ground, FLEET, ['alpha'])).size).toBe(0);

        gate.set({ kind: 'open' });
        const openedMs = performance.now();
        await vi.waitFor(async () => expect(await documents()).toBe(4), { timeout: 50_000, interval: 50 });
        const telemetryMs = performance.now() - openedMs;
        await vi.waitFor(async () => expect((await readModes(ground, FLEET, ['alpha'])).get('alpha')?.timeS).toBe(2), {
          timeout: 20_000,
        });
        expect(await executor.install([0], release, { rollback: false })).toEqual([
          { satellite: 0, outcome: 'installed' },
        ]);
        expect(flown).toBe('4');
        // Nothing comes twice, also after a while.
        await firstValueFrom(after(1000));
        const whole = { documents: 4, gaps: 0, repeats: 0, disordered: 0 };
        expect((await countTelemetry(ground, FLEET)).counts).toEqual([expect.objectContaining(whole)]);
        console.info(`telemetry ${(telemetryMs / 1000).toFixed(1)} s after the link opened`);
      } finally {
        for (const end of ends.reverse()) await end();
      }
    },
    170_000,
  );
});
