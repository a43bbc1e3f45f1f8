import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Gate } from '../../../cli/bus/index.ts';
import { Rng } from '../../../core/index.ts';
import { must } from '../../present.ts';

let echo: Server | undefined;
let gate: Gate | undefined;
const sockets: Socket[] = [];

beforeEach(async () => {
  echo = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => undefined).pipe(socket));
  await new Promise<void>((done) => must(echo).listen(0, '127.0.0.1', done));
  gate = await Gate.start({ targetPort: (echo.address() as AddressInfo).port });
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await must(gate).stop();
  await new Promise((done) => must(echo).close(done));
});

/** A client of the echo behind the gate, and all that came back. */
async function client(): Promise<{ readonly socket: Socket; text(): string; has(text: string): Promise<void> }> {
  const socket = connect(must(gate).port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined);
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'connect');
  const text = (): string => Buffer.concat(chunks).toString('latin1');
  const has = async (expected: string): Promise<void> => {
    while (text() !== expected) await once(socket, 'data');
  };
  return { socket, text, has };
}

/** The end of a connection, in order or not. */
function closing(socket: Socket): Promise<void> {
  return new Promise((done) => socket.once('close', () => done()));
}

describe('a gate', () => {
  it('open: passes bytes both ways', async () => {
    const { socket, has } = await client();
    socket.write('hello');
    await has('hello');
    expect(must(gate).connections).toBe(1);
  });

  it('open: passes more than buffers hold, whole, and the end', async () => {
    const { socket, text } = await client();
    const sent = Buffer.alloc(8 * 1024 * 1024, 'spacecloud');
    socket.end(sent);
    await once(socket, 'end');
    expect(text() === sent.toString('latin1')).toBe(true);
  });

  it('closed: cuts connections, takes no new one, and takes them again when it opens', async () => {
    const { socket } = await client();
    const cut = closing(socket);
    must(gate).set({ kind: 'closed' });
    await cut;
    const refused = connect(must(gate).port, '127.0.0.1');
    sockets.push(refused);
    refused.on('error', () => undefined);
    await closing(refused);
    expect(must(gate).connections).toBe(0);
    must(gate).set({ kind: 'open' });
    const again = await client();
    again.socket.write('back');
    await again.has('back');
  });

  it('silent: keeps connections and passes nothing; what was held follows', async () => {
    const { socket, text, has } = await client();
    socket.write('before ');
    await has('before ');
    must(gate).set({ kind: 'silent' });
    socket.write('held ');
    const late = await client();
    late.socket.write('new');
    await sleep(200);
    expect([text(), late.text(), socket.destroyed, must(gate).connections]).toEqual(['before ', '', false, 2]);
    must(gate).set({ kind: 'open' });
    socket.write('after');
    await has('before held after');
    await late.has('new');
  });

  it('delay: passes bytes on later, each way, in order, also when the delay ends', async () => {
    const { socket, has } = await client();
    must(gate).set({ kind: 'delay', delayMs: 150 });
    const startMs = performance.now();
    socket.write('one ');
    await sleep(20);
    socket.write('two ');
    await has('one two ');
    // 20 ms and 150 ms each way; timers may be a millisecond early.
    const tookMs = performance.now() - startMs;
    expect(tookMs).toBeGreaterThan(315);
    // Messages are delayed side by side, not one after the other, which would take 600 ms.
    expect(tookMs).toBeLessThan(560);
    socket.write('three ');
    await sleep(20);
    must(gate).set({ kind: 'open' });
    socket.write('four');
    await has('one two three four');
  });

  it('corrupt: flips single bits in the share of bytes that it was told', async () => {
    const { socket, text } = await client();
    must(gate).set({ kind: 'corrupt', byteFrac: 0.01, rng: new Rng(5, 'gate') });
    const sent = Buffer.alloc(200_000);
    socket.end(sent);
    await once(socket, 'end');
    const got = Buffer.from(text(), 'latin1');
    expect(got.length).toBe(sent.length);
    const damaged = got.filter((byte) => byte !== 0);
    // Each byte passes twice: 200,000 * 0.02 = 4,000, less 20 that are hit twice; five standard deviations are 5 * sqrt(4,000) = 316.
    expect(Math.abs(damaged.length - 3980)).toBeLessThan(316);
    const bits = [...damaged].map((byte) => byte.toString(2).replaceAll('0', '').length);
    // Hit once: one bit. Hit both ways (about 20 * 7/8): two bits.
    expect(bits.filter((count) => count === 1).length).toBeGreaterThan(damaged.length - 45);
    expect(bits.every((count) => count <= 2)).toBe(true);
  });

  it('corrupt: shares beyond (0, 1) are refused', async () => {
    await client();
    for (const byteFrac of [0, 1, Number.NaN, -0.1]) {
      expect(() => must(gate).set({ kind: 'corrupt', byteFrac, rng: new Rng(1, 'gate') })).toThrow(/between 0 and 1/);
    }
  });
});
