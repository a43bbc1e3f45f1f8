import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect } from 'vitest';
import { Bus, busDoor, busIdentity, busLine, nodePermissions, worldPermissions } from '../../../agents/bus/index.ts';
import { type NodeServer, runNode, serveNodes } from '../../../agents/node/index.ts';
import { KIND, createMessage, openMessage, seal } from '../../../agents/node/message.ts';
import { encodeHello } from '../../../agents/node/messages.ts';
import { SPACE_CLOUD_SPEC, decisionSpecHash } from '../../../core/index.ts';
import { type TestServer, itWithNats, natsServer } from '../../nats.ts';
import { ScriptedWorld } from '../scripted-world.ts';
import { CLOCK } from './clock.ts';
import { constellationOf, inProcess, loadAware, namesOf, shortest } from './meeting.ts';

const FLEET = 'test';
const toEnd: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of toEnd.splice(0).reverse()) await end();
});

/** A server that knows the world and the satellites 0 and 1. */
async function securedServer(): Promise<{ nats: TestServer; seedOf: (user: string) => Uint8Array }> {
  const identities = new Map(['world', 'sat-0', 'sat-1'].map((name) => [name, busIdentity()]));
  const users = [...identities].map(([name, { publicKey }]) => ({
    publicKey,
    permissions: name === 'world' ? worldPermissions(FLEET) : nodePermissions(FLEET, name),
  }));
  const nats = await natsServer({ users });
  toEnd.push(() => nats.end());
  return { nats, seedOf: (user) => identities.get(user)?.seed ?? new Uint8Array() };
}

async function connected(nats: TestServer, name: string, seed?: Uint8Array): Promise<Bus> {
  const bus = await Bus.connect({ servers: nats.url, name, ...(seed === undefined ? {} : { seed }) });
  toEnd.push(() => bus.close());
  return bus;
}

async function serve(bus: Bus, world: ScriptedWorld, deadlineMs = 10_000): Promise<NodeServer> {
  const door = busDoor({ bus, fleet: FLEET }, namesOf(world));
  const ends = { local: loadAware(), fallback: shortest() };
  const nodes = await serveNodes({
    ...CLOCK,
    ...ends,
    ...{ door, satelliteNames: namesOf(world), deadlineMs, pingMs: 100 },
  });
  toEnd.push(() => nodes.close());
  return nodes;
}

function node(bus: Bus, satellite: string): ReturnType<typeof runNode> {
  const abort = new AbortController();
  toEnd.push(() => abort.abort());
  const line = busLine({ bus, fleet: FLEET }, satellite);
  const running = runNode({ ...CLOCK, line, satellite, policy: loadAware(), signal: abort.signal });
  running.catch(() => undefined);
  return running;
}

describe('a node on a bus with identities', () => {
  itWithNats('speaks for its satellite, and the trajectory is that of one process', async () => {
    const { nats, seedOf } = await securedServer();
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await serve(await connected(nats, 'world', seedOf('world')), world);
    const running = [0, 1].map(async (s) => node(await connected(nats, `sat-${s}`, seedOf(`sat-${s}`)), `sat-${s}`));
    await nodes.whenJoined(['sat-0', 'sat-1']);
    expect(await constellationOf(world, nodes).run({ untilS: 40 })).toMatchObject({ fallbackDecisions: 0 });
    await nodes.close();
    for (const ended of await Promise.all(running)) expect(ended).toMatchObject({ decisions: 30, endedBy: 'goodbye' });
    expect(world.trajectory()).toBe(inProcess(1, 40));
  });

  itWithNats('is refused by the server in the name of another satellite', async () => {
    const { nats, seedOf } = await securedServer();
    const nodes = await serve(await connected(nats, 'world', seedOf('world')), new ScriptedWorld({ seed: 1 }));
    const running = node(await connected(nats, 'sat-1', seedOf('sat-1')), 'sat-0');
    await expect(running).rejects.toMatchObject({ code: 'BUS_DENIED' });
    expect(nodes.nodes).toEqual([]);
  });

  itWithNats('is refused by the world when only its message says that it is another', async () => {
    const { nats, seedOf } = await securedServer();
    const nodes = await serve(await connected(nats, 'world', seedOf('world')), new ScriptedWorld({ seed: 1 }));
    const bus = await connected(nats, 'sat-1', seedOf('sat-1'));
    const line = busLine({ bus, fleet: FLEET }, 'sat-1');
    const refused = new Promise<string>((resolve) => {
      const nonce = 5;
      const specHash = decisionSpecHash(SPACE_CLOUD_SPEC);
      const hello = { nonce, specHash, satellite: 'sat-0', policy: 'p', bundleVersion: '', refusal: null };
      line.open({
        connected: () => line.send(seal(encodeHello(hello), 0, 0)),
        closed: () => undefined,
        message: (bytes) => {
          const message = openMessage(bytes);
          if (typeof message !== 'string' && message.kind === KIND.refused) resolve(message.body.toString('latin1'));
        },
      });
    });
    expect(await refused).toContain("node of 'sat-1' to speak for itself, got 'sat-0'");
    expect(nodes.nodes).toEqual([]);
    line.close();
  });
});

describe('a bus', () => {
  itWithNats('that goes and comes back costs decisions of the node, and no task', async () => {
    const nats = await natsServer();
    toEnd.push(() => nats.end());
    const world = new ScriptedWorld({ seed: 2 });
    const nodes = await serve(await connected(nats, 'world'), world, 200);
    const running = node(await connected(nats, 'sat-1'), 'sat-1');
    await nodes.whenJoined(['sat-1']);
    const constellation = constellationOf(world, nodes);
    await constellation.run({ untilS: 10 });
    await nats.server.kill();
    const cut = await constellation.run({ untilS: 20 });
    expect([cut.decisions, world.decisions]).toEqual([30, 60]);
    expect(nodes.nodes[0]).toMatchObject({ late: 1, isReady: false });
    await nats.server.restart();
    await expect.poll(() => nodes.nodes[0]?.isReady, { timeout: 10_000 }).toBe(true);
    expect(await constellation.run({ untilS: 40 })).toMatchObject({ decisions: 60, fallbackDecisions: 0 });
    await nodes.close();
    expect(await running).toMatchObject({ endedBy: 'goodbye' });
  });

  itWithNats('carries nodes from a world that died to the one that follows', async () => {
    const nats = await natsServer();
    toEnd.push(() => nats.end());
    const first = await connected(nats, 'world');
    const before = await serve(first, new ScriptedWorld({ seed: 2 }));
    const running = node(await connected(nats, 'sat-1'), 'sat-1');
    await before.whenJoined(['sat-1']);
    // No goodbye: the world's link is cut.
    await first.connection.close();
    const world = new ScriptedWorld({ seed: 3 });
    const nodes = await serve(await connected(nats, 'world'), world);
    await nodes.whenJoined(['sat-1']);
    expect(await constellationOf(world, nodes).run({ untilS: 40 })).toMatchObject({ fallbackDecisions: 0 });
    await nodes.close();
    expect(await running).toMatchObject({ sessions: 2, endedBy: 'goodbye' });
    expect(world.trajectory()).toBe(inProcess(3, 40));
  });

  itWithNats('takes a node that was there before its world', async () => {
    const nats = await natsServer();
    toEnd.push(() => nats.end());
    const running = node(await connected(nats, 'sat-1'), 'sat-1');
    await sleep(300);
    const nodes = await serve(await connected(nats, 'world'), new ScriptedWorld({ seed: 2 }));
    await nodes.whenJoined(['sat-1']);
    await nodes.close();
    expect(await running).toMatchObject({ endedBy: 'goodbye' });
  });

  itWithNats(
    'that lost the subscription of a node, or of the world, gives it back',
    async () => {
      const nats = await natsServer();
      toEnd.push(() => nats.end());
      const world = new ScriptedWorld({ seed: 2 });
      const [worldBus, nodeBus] = [await connected(nats, 'world'), await connected(nats, 'sat-1')];
      const nodes = await serve(worldBus, world, 200);
      const running = node(nodeBus, 'sat-1');
      await nodes.whenJoined(['sat-1']);
      for (const bus of [nodeBus, worldBus]) {
        // As a damaged SUB would: the server knows nothing of it, and the client does not know.
        const { protocol } = bus.connection as unknown as { protocol: { sendCommand(text: string): void } };
        for (let sid = 1; sid < 10; sid++) protocol.sendCommand(`UNSUB ${sid}\r\n`);
        await bus.flush();
        await expect.poll(() => nodes.nodes[0]?.isJoined, { timeout: 5000 }).toBe(false);
        await expect.poll(() => nodes.nodes[0]?.isReady, { timeout: 20_000 }).toBe(true);
      }
      expect(await constellationOf(world, nodes).run({ untilS: 20 })).toMatchObject({ fallbackDecisions: 0 });
      await nodes.close();
      expect(await running).toMatchObject({ sessions: 3, endedBy: 'goodbye' });
    },
    60_000,
  );

  itWithNats('full of messages of satellites that do not exist changes nothing', async () => {
    const nats = await natsServer();
    toEnd.push(() => nats.end());
    const world = new ScriptedWorld({ seed: 2 });
    const nodes = await serve(await connected(nats, 'world'), world);
    const bus = await connected(nats, 'stranger');
    for (let i = 0; i < 100; i++) {
      bus.publish(`spacecloud.v2.${FLEET}.sat.other-${i}.out`, seal(createMessage(KIND.heartbeat, 0), 1, 1));
      bus.publish(`spacecloud.v2.${FLEET}.sat.sat-2.out`, Buffer.from('noise'));
    }
    await bus.flush();
    await expect.poll(() => nodes.strays).toBe(200);
    expect(nodes.nodes).toEqual([]);
    expect((await constellationOf(world, nodes).run({ untilS: 4 })).decisions).toBe(12);
  });
});
