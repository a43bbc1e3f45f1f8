import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { type Socket, createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Constellation, type NodeServer, type ServeNodesOptions, runNode, serveNodes } from '../../../agents/index.ts';
import { FRAME, FrameReader, MAX_FRAME_BYTES, createFrame } from '../../../agents/node/frames.ts';
import { decodeRefusal, encodeAnswer, encodeHello } from '../../../agents/node/messages.ts';
import { type Policy, SPACE_CLOUD_SPEC, decisionSpecHash } from '../../../core/index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { ScriptedWorld } from '../scripted-world.ts';

const loadAware = (): Policy => createBaseline('load-aware+greedy-finish+gdsf', 1);
const shortest = (): Policy => createBaseline('shortest-delay+greedy-finish+gdsf', 1);
const timer: ServeNodesOptions['timer'] = {
  set: (callback, delayMs) => setTimeout(callback, delayMs),
  clear: (handle) => clearTimeout(handle as NodeJS.Timeout),
};

let folder: string;
let socketPath: string;
const toClose: (() => unknown)[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'nodes-'));
  socketPath = join(folder, 'world.sock');
});
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
  rmSync(folder, { recursive: true });
});

async function serve(world: ScriptedWorld, options: Partial<ServeNodesOptions> = {}): Promise<NodeServer> {
  const nodes = await serveNodes({
    address: { socketPath },
    satelliteNames: world.nodeNames.slice(0, world.satelliteCount),
    local: loadAware(),
    fallback: shortest(),
    deadlineMs: 5000,
    timer,
    ...options,
  });
  toClose.push(() => nodes.close());
  return nodes;
}

function inConstellation(world: ScriptedWorld, nodes: NodeServer): Constellation {
  return new Constellation({ worlds: [world], policy: nodes.decide, fallback: shortest(), reports$: nodes.reports$ });
}

function inProcess(seed: number, untilS: number): string {
  const world = new ScriptedWorld({ seed });
  new Constellation({ worlds: [world], policy: loadAware(), fallback: shortest() }).runSync({ untilS });
  return world.trajectory();
}

const hello = {
  protocol: 1,
  specHash: decisionSpecHash(SPACE_CLOUD_SPEC),
  satellite: 'sat-1',
  policy: 'by hand',
  bundleVersion: '0',
  refusal: null,
} as const;

/** A node made by hand, to misbehave. Every frame of the world comes to `onFrame`. */
function rawNode(onFrame: (kind: number, payload: Buffer, socket: Socket) => void): Socket {
  const socket = createConnection(socketPath);
  const reader = new FrameReader(MAX_FRAME_BYTES);
  socket.on('data', (bytes) => reader.push(bytes, ({ kind, payload }) => onFrame(kind, Buffer.from(payload), socket)));
  socket.on('error', () => undefined);
  toClose.push(() => socket.destroy());
  return socket;
}

describe('a node in the same process', () => {
  it('gives the trajectory of the run without nodes', async () => {
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await serve(world);
    const constellation = inConstellation(world, nodes);
    const running = runNode({ address: { socketPath }, satellite: 'sat-1', policy: loadAware() });
    await nodes.whenJoined(['sat-1']);
    const result = await constellation.run({ untilS: 40 });
    // 120 decisions, every fourth by satellite 1.
    expect(result).toMatchObject({ decisions: 120, fallbackDecisions: 0 });
    expect(nodes.nodes).toEqual([
      expect.objectContaining({ satellite: 'sat-1', isReady: true, decisions: 30, fallbackDecisions: 0 }),
    ]);
    await nodes.close();
    expect(await running).toEqual({ requests: 30, decisions: 30, endedBy: 'goodbye' });
    expect(world.trajectory()).toBe(inProcess(1, 40));
  });

  it('really decides: with another policy on the node the trajectory differs', async () => {
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await serve(world);
    const random = createBaseline('random+random+random', 9);
    const running = runNode({ address: { socketPath }, satellite: 'sat-1', policy: random });
    await nodes.whenJoined(['sat-1']);
    await inConstellation(world, nodes).run({ untilS: 40 });
    await nodes.close();
    await running;
    expect(world.trajectory()).not.toBe(inProcess(1, 40));
  });

  it('that joined before the constellation was made is reported to it all the same', async () => {
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await serve(world);
    const running = runNode({ address: { socketPath }, satellite: 'sat-2', policy: loadAware(), refusal: 'key' });
    await nodes.whenJoined(['sat-2']);
    expect((await inConstellation(world, nodes).run({ untilS: 8 })).fallbackDecisions).toBe(6);
    await nodes.close();
    await running;
  });

  it('that refuses its own bundle is known, not asked, and its satellite falls back', async () => {
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await serve(world);
    const constellation = inConstellation(world, nodes);
    const running = runNode({ address: { socketPath }, satellite: 'sat-2', policy: loadAware(), refusal: 'expired' });
    await nodes.whenJoined(['sat-2']);
    const result = await constellation.run({ untilS: 8 });
    expect(result).toMatchObject({ decisions: 24, fallbackDecisions: 6 });
    expect(constellation.ledgers[0]?.state.recent[0]).toMatchObject({
      name: 'sat-2',
      to: 'fallback',
      reason: 'expired',
    });
    await nodes.close();
    expect(await running).toMatchObject({ decisions: 0 });
  });

  it('can join over a port of this host, and leave by an abort', async () => {
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await serve(world, { address: { port: 0 } });
    const abort = new AbortController();
    const running = runNode({ address: nodes.address, satellite: 'sat-0', policy: loadAware(), signal: abort.signal });
    await nodes.whenJoined(['sat-0']);
    abort.abort();
    expect((await running).endedBy).toBe('abort');
  });
});

describe('a node in a process of its own', () => {
  const child = fileURLToPath(new URL('node-child.ts', import.meta.url));
  const spawnNode = (satellite: string) => {
    const node = spawn(process.execPath, ['--import', 'tsx', child, socketPath, satellite]);
    const output = { text: '' };
    node.stdout.on('data', (bytes: Buffer) => (output.text += bytes.toString()));
    node.stderr.on('data', (bytes: Buffer) => (output.text += bytes.toString()));
    toClose.push(() => node.kill('SIGKILL'));
    return { node, output };
  };

  it('gives the same trajectory, and ends with the world', async () => {
    const world = new ScriptedWorld({ seed: 2 });
    const nodes = await serve(world);
    const { node, output } = spawnNode('sat-3');
    await nodes.whenJoined(['sat-3']);
    await inConstellation(world, nodes).run({ untilS: 40 });
    await nodes.close();
    const [exitCode] = (await once(node, 'exit')) as [number];
    expect([exitCode, output.text.split('\n')[1]]).toEqual([0, '{"requests":30,"decisions":30,"endedBy":"goodbye"}']);
    expect(world.trajectory()).toBe(inProcess(2, 40));
  }, 30_000);

  it('killed in the middle of a run is replaced by its fallback; nothing is lost; a new one takes its place', async () => {
    const world = new ScriptedWorld({ seed: 2 });
    const nodes = await serve(world);
    const constellation = inConstellation(world, nodes);
    const first = spawnNode('sat-3');
    await nodes.whenJoined(['sat-3']);
    let batches = 0;
    // The node is stopped before it is killed, so that the request of batch 10 is on its way to it and stays unanswered.
    constellation.decisions$.subscribe(() => {
      if (++batches !== 10) return;
      first.node.kill('SIGSTOP');
      setTimeout(() => first.node.kill('SIGKILL'), 50);
    });
    const result = await constellation.run({ untilS: 40 });
    expect(result.decisions).toBe(120);
    expect(world.decisions).toBe(120);
    const ledger = constellation.ledgers[0]?.state;
    expect(ledger?.recent).toEqual([expect.objectContaining({ name: 'sat-3', to: 'fallback', reason: 'lost' })]);
    expect(ledger?.counts).toEqual({ 'autonomy.fallback': 1 });
    expect(result.fallbackDecisions).toBeGreaterThan(0);

    spawnNode('sat-3');
    await nodes.whenJoined(['sat-3']);
    expect((await constellation.run({ untilS: 60 })).fallbackDecisions).toBe(0);
    expect(nodes.nodes[0]?.decisions).toBe(15);
  }, 30_000);
});

describe('a node that', () => {
  it('answers too late is replaced for that request, falls back, and recovers with its late answer', async () => {
    const world = new ScriptedWorld({ seed: 3 });
    // A clock on which the first deadline passes at once and no other ever does.
    let deadlines = 0;
    const clock: ServeNodesOptions['timer'] = {
      set: (callback) => (deadlines++ === 0 ? setImmediate(callback) : undefined),
      clear: () => undefined,
    };
    const nodes = await serve(world, { timer: clock });
    const constellation = inConstellation(world, nodes);
    const late: (() => void)[] = [];
    let requests = 0;
    const socket = rawNode((kind, payload) => {
      if (kind !== FRAME.request) return;
      const choices = new Uint8Array(payload.readUInt16LE(4)).fill(0);
      const answer = (): void => void socket.write(encodeAnswer(payload.readUInt32LE(0), choices, choices.length));
      if (++requests === 1) late.push(answer);
      else answer();
    });
    socket.write(encodeHello(hello));
    await nodes.whenJoined(['sat-1']);
    const slow = await constellation.run({ untilS: 8 });
    // Satellite 1 decides 6 of 24; the first in its place, then the other five by its fallback.
    expect(slow).toMatchObject({ decisions: 24, fallbackDecisions: 5 });
    await expect.poll(() => late.length).toBe(1);
    expect(nodes.nodes[0]).toMatchObject({ isReady: false, decisions: 0, fallbackDecisions: 1 });
    expect(constellation.ledgers[0]?.state.recent[0]).toMatchObject({ reason: 'slow' });
    const prompt = new Promise<void>((resolve) => {
      nodes.reports$.subscribe(({ event }) => event.type === 'policy.prompt' && resolve());
    });
    late[0]?.();
    await prompt;
    expect(await constellation.run({ untilS: 16 })).toMatchObject({ decisions: 24, fallbackDecisions: 0 });
    expect(nodes.nodes[0]).toMatchObject({ isReady: true, decisions: 6 });
  });

  it.each([
    [
      'chooses a masked candidate',
      (sequence: number, n: number) => encodeAnswer(sequence, new Uint8Array(n).fill(7), n),
    ],
    [
      'chooses nothing that exists',
      (sequence: number, n: number) => encodeAnswer(sequence, new Uint8Array(n).fill(200), n),
    ],
    ['answers too few rows', (sequence: number) => encodeAnswer(sequence, new Uint8Array(0), 0)],
    ['answers what was not asked', (sequence: number, n: number) => encodeAnswer(sequence + 1, new Uint8Array(n), n)],
    ['sends another frame', () => createFrame(FRAME.request, 0)],
    ['sends noise', () => Buffer.from('GET / HTTP/1.1\r\n\r\n')],
  ])('%s is broken off with NODE_PROTOCOL and replaced', async (_, answer) => {
    const world = new ScriptedWorld({ seed: 3 });
    const nodes = await serve(world);
    const constellation = inConstellation(world, nodes);
    let refusal: string | undefined;
    rawNode((kind, payload, socket) => {
      if (kind === FRAME.refused) refusal = decodeRefusal(payload).code;
      if (kind === FRAME.request) socket.write(answer(payload.readUInt32LE(0), payload.readUInt16LE(4)));
    }).write(encodeHello(hello));
    await nodes.whenJoined(['sat-1']);
    expect((await constellation.run({ untilS: 8 })).decisions).toBe(24);
    expect(nodes.nodes).toEqual([]);
    await expect.poll(() => refusal).toBe('NODE_PROTOCOL');
    expect(constellation.ledgers[0]?.state.recent[0]).toMatchObject({ name: 'sat-1', reason: 'lost' });
  });

  it.each([
    ['has another decision specification', { ...hello, specHash: '0'.repeat(32) }, 'BUNDLE_SPEC'],
    ['is no satellite of this world', { ...hello, satellite: 'ground-0' }, 'NODE_PROTOCOL'],
    ['speaks another version', { ...hello, protocol: 2 }, 'NODE_PROTOCOL'],
  ])('%s is refused', async (_, wrong, code) => {
    const nodes = await serve(new ScriptedWorld({ seed: 3 }));
    let refusal: string | undefined;
    rawNode((kind, payload) => {
      if (kind === FRAME.refused) refusal = decodeRefusal(payload).code;
    }).write(encodeHello(wrong));
    await expect.poll(() => refusal).toBe(code);
    expect(nodes.nodes).toEqual([]);
  });
});

describe('runNode', () => {
  it('says NODE_CONNECT where no world is', async () => {
    const running = runNode({ address: { socketPath }, satellite: 'sat-0', policy: loadAware() });
    await expect(running).rejects.toMatchObject({ code: 'NODE_CONNECT' });
    await expect(running).rejects.toThrow(socketPath);
  });

  it('throws the code of the refusal', async () => {
    const nodes = await serve(new ScriptedWorld({ seed: 3 }));
    const address = { socketPath };
    const spec = { ...SPACE_CLOUD_SPEC, version: 99 };
    await expect(runNode({ address, satellite: 'sat-0', policy: loadAware(), spec })).rejects.toMatchObject({
      code: 'BUNDLE_SPEC',
    });
    const first = runNode({ address, satellite: 'sat-0', policy: loadAware() });
    await nodes.whenJoined(['sat-0']);
    await expect(runNode({ address, satellite: 'sat-0', policy: loadAware() })).rejects.toThrow(/second/);
    await nodes.close();
    await first;
  });

  it('tells a lost world from a finished one, and noise from frames', async () => {
    const replies = [undefined, Buffer.from('HTTP/1.1 400 Bad Request\r\n')];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      const reply = replies.shift();
      if (reply === undefined) socket.destroy();
      else socket.write(reply);
    }).listen(socketPath);
    await once(server, 'listening');
    toClose.push(() => server.close());
    const node = () => runNode({ address: { socketPath }, satellite: 'sat-0', policy: loadAware() });
    await expect(node()).rejects.toMatchObject({ code: 'NODE_CONNECT' });
    await expect(node()).rejects.toMatchObject({ code: 'NODE_PROTOCOL' });
  });
});

describe('serveNodes', () => {
  it('takes over the socket of a crashed world, not that of a living one', async () => {
    const crash = `require('net').createServer().listen(${JSON.stringify(socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', crash]), 'exit');
    await serve(new ScriptedWorld({ seed: 1 }));
    await expect(serve(new ScriptedWorld({ seed: 1 }))).rejects.toMatchObject({ code: 'NODE_CONNECT' });
  });

  it('ends although a connection never says hello, and rejects those who wait for nodes', async () => {
    const nodes = await serve(new ScriptedWorld({ seed: 1 }));
    const silent = createConnection(socketPath);
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    const waiting = expect(nodes.whenJoined(['sat-0'])).rejects.toMatchObject({ code: 'NODE_CONNECT' });
    await nodes.close();
    await waiting;
  });
});
