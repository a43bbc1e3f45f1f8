import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { firstValueFrom, timer } from 'rxjs';
import { describe, expect } from 'vitest';
import {
  Bus,
  HUB_DOMAIN,
  busIdentity,
  groundPermissions,
  leafPermissions,
  makeFleetStores,
  makeLeafStores,
  nodePermissions,
  subjectsOf,
} from '../../../agents/bus/index.ts';
import { Gate, makeCertificates } from '../../../cli/bus/index.ts';
import { itWithNats, natsServer, temporaryFolder } from '../../nats.ts';
import { must } from '../../present.ts';

const FLEET = 'demo';
const DOMAIN = 'station-1';
const subjects = subjectsOf(FLEET);
const LOGIN = { name: DOMAIN, password: 'correct horse "battery" staple' };

/** Waits until `condition` holds, at most `limitS`; resolves to whether it does. */
async function until(condition: () => Promise<boolean> | boolean, limitS = 50): Promise<boolean> {
  const endMs = performance.now() + limitS * 1000;
  while (!(await condition())) {
    if (performance.now() > endMs) return false;
    await firstValueFrom(timer(50));
  }
  return true;
}

/** Two servers as processes: the ground's, and one beside satellite `alpha`, linked through a gate with TLS. */
async function linked(): Promise<{
  readonly gate: Gate;
  readonly ground: Bus;
  readonly node: Bus;
  end(): Promise<void>;
}> {
  const [ground, alpha] = [busIdentity(), busIdentity()];
  const users = [
    { publicKey: ground.publicKey, permissions: groundPermissions(FLEET) },
    { publicKey: alpha.publicKey, permissions: nodePermissions(FLEET, 'alpha') },
  ];
  const crossing = leafPermissions(FLEET, {
    domain: DOMAIN,
    nodes: [{ satellite: 'alpha', publicKey: alpha.publicKey }],
  });
  const folder = temporaryFolder();
  const tls = await makeCertificates(folder);
  const hub = await natsServer(
    {
      name: 'hub',
      domain: HUB_DOMAIN,
      users,
      tls,
      leaf: { kind: 'listener', users: [{ ...LOGIN, permissions: crossing }] },
    },
    folder,
  );
  const gate = await Gate.start({ targetPort: must(hub.server.leafPort) });
  const url = `nats-leaf://127.0.0.1:${gate.port}`;
  const station = await natsServer({
    name: DOMAIN,
    domain: DOMAIN,
    users,
    leaf: { kind: 'remote', url, user: LOGIN, caFile: tls.caFile },
  });
  const atStation = await Bus.connect({ servers: station.url, name: 'ground', seed: ground.seed });
  await makeLeafStores(atStation, FLEET);
  await atStation.close();
  const atHub = await Bus.connect({ servers: hub.url, name: 'ground', seed: ground.seed, caPem: tls.caPem });
  const node = await Bus.connect({ servers: station.url, name: 'alpha', seed: alpha.seed });
  // A stream that is to take telemetry over while the link is not yet there tries again after 40 s only (nats-server 2.15).
  expect(await carries(node, atHub)).toBe(true);
  await makeFleetStores(atHub, FLEET, { leafDomains: [DOMAIN] });
  return {
    gate,
    ground: atHub,
    node,
    end: async () => {
      await Promise.all([node.close(), atHub.close()]);
      await gate.stop();
      await Promise.all([station.end(), hub.end()]);
    },
  };
}

/** Whether reports of the node reach the ground, within a while. */
async function carries(node: Bus, ground: Bus): Promise<boolean> {
  let heard = false;
  const ear = ground.messages$(subjects.opsOut('alpha')).subscribe(() => (heard = true));
  const answer = await until(async () => {
    node.publish(subjects.opsOut('alpha'), new Uint8Array(1));
    await node.flush();
    await ground.flush();
    return heard;
  });
  ear.unsubscribe();
  return answer;
}

/** All telemetry that the ground has, in order. */
async function received(ground: Bus): Promise<readonly string[]> {
  const manager = await jetstreamManager(ground.connection);
  const { state } = await manager.streams.info(subjects.telemetryStream);
  const texts: string[] = [];
  if (state.messages === 0) return texts;
  for (let seq = state.first_seq; seq <= state.last_seq; seq++) {
    const message = must(await manager.streams.getMessage(subjects.telemetryStream, { seq }));
    expect(message.subject).toBe(subjects.telemetry('alpha'));
    texts.push(message.string());
  }
  return texts;
}

describe('a server beside a satellite', () => {
  itWithNats(
    'keeps telemetry while its link is down; it arrives after that, once and in order',
    async () => {
      const { gate, ground, node, end } = await linked();
      try {
        const say = async (...texts: readonly string[]): Promise<void> => {
          const stream = jetstream(node.connection);
          for (const text of texts) await stream.publish(subjects.telemetry('alpha'), text);
        };
        await say('0');
        expect(await until(async () => (await received(ground)).length === 1)).toBe(true);
        const said = ['0'];
        for (let pass = 1; pass <= 2; pass++) {
          gate.set({ kind: 'closed' });
          const news = [`${pass}a`, `${pass}b`, `${pass}c`];
          await say(...news);
          // Longer than a link that is cut takes to be tried again (1 s): there is no way around the gate.
          await firstValueFrom(timer(2500));
          expect(await received(ground)).toEqual(said);
          said.push(...news);
          gate.set({ kind: 'open' });
          expect(await until(async () => (await received(ground)).length >= said.length)).toBe(true);
        }
        // Nothing comes twice, also after a while.
        await firstValueFrom(timer(1000));
        expect(await received(ground)).toEqual(said);
      } finally {
        await end();
      }
    },
    170_000,
  );

  itWithNats(
    'passes orders, reports and modes on while its link is up, and not while it is down',
    async () => {
      const { gate, ground, node, end } = await linked();
      try {
        const [orders, reports]: [string[], string[]] = [[], []];
        node.messages$(subjects.opsIn('alpha')).subscribe(({ subject }) => orders.push(subject));
        ground.messages$(subjects.every.opsOut).subscribe(({ subject }) => reports.push(subject));
        await node.flush();
        await ground.flush();
        const order = new Uint8Array(1);
        expect(
          await until(async () => {
            ground.publish(subjects.opsIn('alpha'), order);
            node.publish(subjects.opsOut('alpha'), order);
            await firstValueFrom(timer(50));
            return orders.length > 0 && reports.length > 0;
          }, 20),
        ).toBe(true);
        const modes = await new Kvm(jetstream(node.connection, { domain: HUB_DOMAIN })).open(subjects.modeBucket);
        await modes.put('alpha', 'learned');
        const read = await new Kvm(ground.connection).open(subjects.modeBucket);
        expect((await read.get('alpha'))?.string()).toBe('learned');

        gate.set({ kind: 'closed' });
        orders.length = 0;
        ground.publish(subjects.opsIn('alpha'), order);
        await ground.flush();
        await node.flush();
        await firstValueFrom(timer(300));
        expect(orders).toEqual([]);
      } finally {
        await end();
      }
    },
    100_000,
  );

  itWithNats(
    'that is not what it says gets no link, and a link carries its own satellites only',
    async () => {
      const ground = busIdentity();
      const spy = busIdentity();
      const everything = { publish: ['>'], subscribe: ['>'] };
      const crossing = leafPermissions(FLEET, {
        domain: DOMAIN,
        nodes: [{ satellite: 'alpha', publicKey: spy.publicKey }],
      });
      const users = [{ publicKey: ground.publicKey, permissions: everything }];
      await using hub = await natsServer({
        domain: HUB_DOMAIN,
        users,
        leaf: { kind: 'listener', users: [{ ...LOGIN, permissions: crossing }] },
      });
      const url = `nats-leaf://127.0.0.1:${must(hub.server.leafPort)}`;
      // Whoever holds a station can give itself every right there; the ground's server is what limits the link.
      const stolen = [{ publicKey: spy.publicKey, permissions: everything }];
      await using liar = await natsServer({
        domain: 'liar',
        users: stolen,
        leaf: { kind: 'remote', url, user: { ...LOGIN, password: 'guess' } },
      });
      await using station = await natsServer({
        domain: DOMAIN,
        users: stolen,
        leaf: { kind: 'remote', url, user: LOGIN },
      });
      const listener = await Bus.connect({ servers: hub.url, name: 'ground', seed: ground.seed });
      const [outside, inside] = [
        await Bus.connect({ servers: liar.url, name: 'liar', seed: spy.seed }),
        await Bus.connect({ servers: station.url, name: 'spy', seed: spy.seed }),
      ];
      const heard: string[] = [];
      const overheard: string[] = [];
      listener.messages$(`${subjects.prefix}.>`).subscribe(({ subject }) => heard.push(subject));
      inside.messages$(`${subjects.prefix}.>`).subscribe(({ subject }) => overheard.push(subject));
      await Promise.all([listener.flush(), inside.flush()]);
      const forged = [
        subjects.opsOut('beta'),
        subjects.opsIn('beta'),
        subjects.satelliteIn('beta'),
        subjects.satelliteOut('alpha'),
        subjects.telemetry('beta'),
      ];
      const empty = new Uint8Array(0);
      const arrives = await until(async () => {
        for (const subject of [...forged, subjects.opsOut('alpha')]) inside.publish(subject, empty);
        for (const subject of forged) outside.publish(subject, empty);
        await Promise.all([inside.flush(), outside.flush()]);
        await firstValueFrom(timer(50));
        return heard.length >= 3;
      }, 20);
      expect(arrives).toBe(true);
      expect(new Set(heard)).toEqual(new Set([subjects.opsOut('alpha')]));
      overheard.length = 0;
      for (const subject of [subjects.satelliteIn('alpha'), subjects.opsIn('beta'), subjects.opsIn('alpha')]) {
        listener.publish(subject, empty);
      }
      await listener.flush();
      expect(await until(() => overheard.length > 0, 5)).toBe(true);
      await firstValueFrom(timer(100));
      expect(overheard).toEqual([subjects.opsIn('alpha')]);
      await Promise.all([listener.close(), outside.close(), inside.close()]);
    },
    100_000,
  );
});
