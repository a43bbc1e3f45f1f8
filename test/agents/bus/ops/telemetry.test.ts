import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  Bus,
  type BusUser,
  ModeWriter,
  type NodeDocument,
  TelemetrySender,
  busIdentity,
  countTelemetry,
  groundPermissions,
  makeFleetStores,
  nodePermissions,
  readModes,
  subjectsOf,
} from '../../../../agents/bus/index.ts';
import { TelemetryCensus } from '../../../../agents/bus/ops/telemetry-census.ts';
import { encodeNodeDocument } from '../../../../agents/bus/ops/telemetry-document.ts';
import { itWithNats, natsServer } from '../../../nats.ts';

const FLEET = 'test';
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
const ends: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

function documentOf(sequence: number, parts: Partial<NodeDocument> = {}): Omit<NodeDocument, 'format'> {
  return {
    ...{ satellite: 'alpha', boot: '0badcafe', sequence, isLast: false, timeS: 1.5 },
    ...{ requests: 3, decisions: 7, abstentions: 0, sessions: 1, dropped: { corrupt: 0, stale: 0 } },
    ...{ policy: 'p', bundleVersion: '1', rootDigest: null, refusal: null, modes: MODES },
    ...parts,
  };
}

/** A server with its stores, the ground, and the node of `alpha`, each with its own rights. */
async function fleet() {
  const [operator, alpha] = [busIdentity(), busIdentity()];
  const users: BusUser[] = [
    { publicKey: operator.publicKey, permissions: groundPermissions(FLEET) },
    { publicKey: alpha.publicKey, permissions: nodePermissions(FLEET, 'alpha') },
  ];
  const nats = await natsServer({ users });
  ends.push(nats.end);
  const connect = async (name: string, seed: Uint8Array): Promise<Bus> => {
    const bus = await Bus.connect({ servers: nats.url, name, seed });
    ends.push(() => bus.close());
    return bus;
  };
  const ground = await connect('ground', operator.seed);
  await makeFleetStores(ground, FLEET);
  return { server: nats.server, ground, node: await connect('alpha', alpha.seed) };
}

describe('telemetry of a node', () => {
  itWithNats(
    'that its server was away for arrives when that is back, once and in order',
    async () => {
      const { server, ground, node } = await fleet();
      const sender = new TelemetrySender({ bus: node, fleet: FLEET, timer });
      ends.push(() => sender.close());
      sender.send(documentOf(1));
      expect(await sender.finish(5000)).toBe(true);
      await server.kill();
      for (let sequence = 2; sequence <= 6; sequence++) sender.send(documentOf(sequence, { isLast: sequence === 6 }));
      // Longer than the server may take to say that a document is stored: it is sent again at least once.
      expect(await sender.finish(3000)).toBe(false);
      await server.restart();
      expect(await sender.finish(20_000)).toBe(true);
      const census = await vi.waitFor(() => countTelemetry(ground, FLEET), { timeout: 10_000 });
      const whole = { documents: 6, boots: 1, gaps: 0, repeats: 0, disordered: 0, ended: 1 };
      expect(census.counts).toEqual([expect.objectContaining({ satellite: 'alpha', ...whole })]);
      expect([census.strange, sender.dropped]).toEqual([0, 0]);
    },
    60_000,
  );

  itWithNats(
    'is bounded while its server is away; the ground sees what is missing',
    async () => {
      const { server, ground, node } = await fleet();
      const sender = new TelemetrySender({ bus: node, fleet: FLEET, timer, mostKept: 3 });
      ends.push(() => sender.close());
      await server.kill();
      for (let sequence = 1; sequence <= 8; sequence++) sender.send(documentOf(sequence));
      await server.restart();
      expect(await sender.finish(20_000)).toBe(true);
      const { counts } = await vi.waitFor(() => countTelemetry(ground, FLEET), { timeout: 10_000 });
      // The first is under way; of the other seven the last two have room.
      expect(sender.dropped).toBe(5);
      expect(counts).toEqual([expect.objectContaining({ documents: 3, gaps: 5, repeats: 0, disordered: 0 })]);
    },
    60_000,
  );

  itWithNats(
    'and its modes are its own: the newest counts, and what is no entry is none',
    async () => {
      const { ground, node } = await fleet();
      const writer = new ModeWriter({ bus: node, fleet: FLEET, satellite: 'alpha', timer });
      for (const timeS of [1, 2, 3]) writer.write({ timeS, modes: MODES });
      writer.write({ timeS: 4, modes: { ...MODES, power: 'safe' } });
      await writer.finish(5000);
      const newest = { timeS: 4, modes: { ...MODES, power: 'safe' } };
      expect(await readModes(ground, FLEET, ['alpha', 'beta'])).toEqual(new Map([['alpha', newest]]));
      const foreign = new ModeWriter({ bus: node, fleet: FLEET, satellite: 'beta', timer });
      foreign.write({ timeS: 1, modes: MODES });
      await foreign.finish(500);
      expect((await readModes(ground, FLEET, ['beta'])).size).toBe(0);
      node.publish(`$KV.${subjectsOf(FLEET).modeBucket}.alpha`, Buffer.from('{"version":1}'));
      await node.flush();
      await vi.waitFor(async () => expect((await readModes(ground, FLEET, ['alpha'])).size).toBe(0));
    },
    60_000,
  );

  it('is counted by boot: gaps, repeats, disorder, and what is none', () => {
    const census = new TelemetryCensus();
    const take = (sequence: number, parts: Partial<NodeDocument> = {}): void =>
      census.take('alpha', encodeNodeDocument(documentOf(sequence, parts)));
    for (const sequence of [1, 2, 5, 4, 4]) take(sequence);
    take(1, { boot: '00000002', isLast: true });
    take(6, { satellite: 'beta' });
    census.take('alpha', Buffer.from('noise'));
    census.take(undefined, encodeNodeDocument(documentOf(7)));
    // Of boot 0badcafe 3 is missing, 4 came after 5, and again.
    const counted = { documents: 6, boots: 2, gaps: 1, repeats: 1, disordered: 1, ended: 1 };
    expect(census.counts).toEqual([expect.objectContaining(counted)]);
    expect(census.counts[0]?.newest.boot).toBe('00000002');
    expect(census.strange).toBe(3);
  });
});
