import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createConnection, createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runNode, serveNodes } from '../../../agents/node/index.ts';
import { FrameReader, writeFrame } from '../../../agents/node/frames.ts';
import { KIND, MAX_MESSAGE_BYTES, openMessage, seal } from '../../../agents/node/message.ts';
import { decodeRefusal, encodeHello } from '../../../agents/node/messages.ts';
import { ScriptedWorld } from '../scripted-world.ts';
import { CLOCK } from './clock.ts';
import { constellationOf, loadAware, namesOf, shortest, socketMeeting } from './meeting.ts';

let meeting: Awaited<ReturnType<typeof socketMeeting>>;
const toClose: (() => unknown)[] = [];
beforeEach(async () => {
  meeting = await socketMeeting();
});
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
  await meeting.end();
});
const node = () =>
  runNode({ ...CLOCK, address: { socketPath: meeting.socketPath }, satellite: 'sat-0', policy: loadAware() });

describe('runNode at a socket', () => {
  it('says NODE_CONNECT where no world is', async () => {
    const running = node();
    await expect(running).rejects.toMatchObject({ code: 'NODE_CONNECT' });
    await expect(running).rejects.toThrow(meeting.socketPath);
  });

  it('is not waited for once serving has ended', async () => {
    const nodes = await meeting.serve(new ScriptedWorld({ seed: 3 }));
    const waiting = nodes.whenJoined(['sat-0']);
    const rejected = expect(waiting).rejects.toMatchObject({ code: 'NODE_CONNECT' });
    await nodes.close();
    await rejected;
    await expect(nodes.whenJoined(['sat-0'])).rejects.toMatchObject({ code: 'NODE_CONNECT' });
  });

  it('is refused where another node is connected', async () => {
    const nodes = await meeting.serve(new ScriptedWorld({ seed: 3 }));
    const first = node();
    await nodes.whenJoined(['sat-0']);
    await expect(node()).rejects.toThrow(/second/);
    await nodes.close();
    await first;
  });

  it('tells a lost world from a finished one, and noise from messages', async () => {
    const replies = [undefined, Buffer.from('HTTP/1.1 400 Bad Request\r\n')];
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      const reply = replies.shift();
      if (reply === undefined) socket.destroy();
      else socket.write(reply);
    }).listen(meeting.socketPath);
    await once(server, 'listening');
    toClose.push(() => server.close());
    await expect(node()).rejects.toMatchObject({ code: 'NODE_CONNECT' });
    await expect(node()).rejects.toMatchObject({ code: 'NODE_PROTOCOL' });
  });
});

describe('serveNodes at a socket', () => {
  it('takes nodes over a port of this host', async () => {
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await serveNodes({
      ...CLOCK,
      address: { port: 0 },
      satelliteNames: namesOf(world),
      local: loadAware(),
      fallback: shortest(),
      deadlineMs: 5000,
    });
    toClose.push(() => nodes.close());
    const running = runNode({ ...CLOCK, address: nodes.address, satellite: 'sat-0', policy: loadAware() });
    await nodes.whenJoined(['sat-0']);
    expect(await constellationOf(world, nodes).run({ untilS: 4 })).toMatchObject({ fallbackDecisions: 0 });
    await nodes.close();
    expect(await running).toMatchObject({ decisions: 3 });
  });

  it('takes over the socket of a crashed world, not that of a living one', async () => {
    const crash = `require('net').createServer().listen(${JSON.stringify(meeting.socketPath)}, () => process.kill(process.pid, 'SIGKILL'))`;
    await once(spawn(process.execPath, ['-e', crash]), 'exit');
    await meeting.serve(new ScriptedWorld({ seed: 1 }));
    await expect(meeting.serve(new ScriptedWorld({ seed: 1 }))).rejects.toMatchObject({ code: 'NODE_CONNECT' });
  });

  it('ends although a connection never says hello, and rejects those who wait for nodes', async () => {
    const nodes = await meeting.serve(new ScriptedWorld({ seed: 1 }));
    const silent = createConnection(meeting.socketPath);
    silent.on('error', () => undefined);
    await once(silent, 'connect');
    const waiting = expect(nodes.whenJoined(['sat-0'])).rejects.toMatchObject({ code: 'NODE_CONNECT' });
    await nodes.close();
    await waiting;
  });

  it('says which version it speaks to a node of another', async () => {
    await meeting.serve(new ScriptedWorld({ seed: 1 }));
    const socket = createConnection(meeting.socketPath);
    toClose.push(() => socket.destroy());
    const answered = new Promise<string>((resolve) => {
      const reader = new FrameReader(MAX_MESSAGE_BYTES);
      socket.on('data', (bytes) =>
        reader.push(bytes, (bytesOf) => {
          const message = openMessage(bytesOf);
          if (typeof message !== 'string' && message.kind === KIND.refused)
            resolve(decodeRefusal(message.body).message);
        }),
      );
    });
    const hello = { nonce: 1, specHash: '', satellite: 'sat-0', policy: '', bundleVersion: '', refusal: null };
    const message = encodeHello(hello);
    message[1] = 3;
    writeFrame(socket, seal(message, 0, 0));
    expect(await answered).toMatch(/version 2, got 3/);
  });

  it('drops a connection that breaks the framing, and the node with it', async () => {
    const world = new ScriptedWorld({ seed: 1 });
    const nodes = await meeting.serve(world);
    const line = await meeting.line('sat-1');
    const running = meeting.node('sat-1', { line });
    await nodes.whenJoined(['sat-1']);
    // A length of 2 MiB where nodes send at most 4 KiB: sent as a message, the rest of it looks like frames.
    line.send(Buffer.alloc(8192, 0x20));
    await expect(running).rejects.toMatchObject({ code: 'NODE_CONNECT' });
    expect(nodes.nodes[0]).toMatchObject({ isJoined: false });
  });
});
