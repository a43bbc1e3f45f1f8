import { filter, firstValueFrom, take, timer, toArray } from 'rxjs';
import { describe, expect } from 'vitest';
import { Bus } from '../../../agents/bus/index.ts';
import { Gate } from '../../../cli/bus/index.ts';
import { itWithNats, natsServer } from '../../nats.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (data: Uint8Array): string => new TextDecoder().decode(data);

describe('a bus', () => {
  itWithNats('carries a request there and its answer back', async () => {
    await using nats = await natsServer();
    const world = await Bus.connect({ servers: nats.url, name: 'world' });
    const node = await Bus.connect({ servers: nats.url, name: 'node' });
    const ear = node.messages$('in').subscribe(({ data }) => node.publish('out', bytes(`${text(data)}, heard`)));
    await node.flush();
    const answer = firstValueFrom(world.messages$('out'));
    world.publish('in', bytes('choose'));
    expect(text((await answer).data)).toBe('choose, heard');
    ear.unsubscribe();
    await world.close();
    await node.close();
  });

  itWithNats('goes on, with its subscriptions, after the server was killed and started again', async () => {
    await using nats = await natsServer();
    const bus = await Bus.connect({ servers: nats.url, name: 'bus' });
    const states = firstValueFrom(bus.status$.pipe(take(4), toArray()));
    const heard = firstValueFrom(bus.messages$('news').pipe(take(2), toArray()));
    bus.publish('news', bytes('before'));
    await bus.flush();
    await nats.server.kill();
    bus.publish('news', bytes('lost with the link'));
    await nats.server.restart();
    expect(await states).toEqual(['connected', 'disconnected', 'reconnecting', 'connected']);
    bus.publish('news', bytes('after'));
    expect((await heard).map(({ data }) => text(data))).toEqual(['before', 'after']);
    await bus.close();
  });

  itWithNats('ends also while its link is lost; what is sent then is dropped, and streams complete', async () => {
    await using nats = await natsServer();
    const bus = await Bus.connect({ servers: nats.url, name: 'bus' });
    const seen: string[] = [];
    bus.messages$('news').subscribe({ complete: () => seen.push('messages') });
    bus.refusals$.subscribe({ complete: () => seen.push('refusals') });
    const closed = firstValueFrom(bus.status$.pipe(filter((status) => status === 'closed')));
    const lost = firstValueFrom(bus.status$.pipe(filter((status) => status !== 'connected')));
    await nats.server.kill();
    await lost;
    bus.publish('news', bytes('nobody hears this'));
    await bus.flush();
    await bus.close();
    await closed;
    bus.publish('news', bytes('nor this'));
    await bus.flush();
    await bus.reconnect();
    await bus.close();
    bus.messages$('late').subscribe({ complete: () => seen.push('late') });
    await firstValueFrom(timer(10));
    expect(seen.sort()).toEqual(['late', 'messages', 'refusals']);
  });

  itWithNats('closed by several at once, or while the server owes its word, leaves nobody waiting', async () => {
    await using nats = await natsServer();
    const bus = await Bus.connect({ servers: nats.url, name: 'bus' });
    await Promise.all([bus.close(), bus.flush(), bus.close()]);
    const gate = await Gate.start({ targetPort: nats.server.port });
    const behind = await Bus.connect({ servers: `nats://127.0.0.1:${gate.port}`, name: 'behind' });
    gate.set({ kind: 'silent' });
    const flushing = behind.flush();
    await behind.connection.close();
    await flushing;
    await gate.stop();
  });

  itWithNats('says when a message is larger than the server takes', async () => {
    await using nats = await natsServer({ maxPayloadBytes: 1000 });
    const bus = await Bus.connect({ servers: nats.url, name: 'bus' });
    expect(() => bus.publish('news', new Uint8Array(1001))).toThrow("Expected at most 1000 bytes on 'news', got 1001.");
    bus.publish('news', new Uint8Array(1000));
    await bus.flush();
    await bus.close();
  });

  itWithNats('ends subscriptions that nobody holds any more', async () => {
    await using nats = await natsServer();
    const bus = await Bus.connect({ servers: nats.url, name: 'bus' });
    const heard = bus.messages$('news').pipe(take(1), toArray());
    const first = firstValueFrom(heard);
    for (const word of ['one', 'two']) bus.publish('news', bytes(word));
    expect((await first).map(({ data }) => text(data))).toEqual(['one']);
    await bus.flush();
    const { inMsgs } = bus.connection.stats();
    bus.publish('news', bytes('three'));
    await bus.flush();
    expect(bus.connection.stats().inMsgs).toBe(inMsgs);
    await bus.close();
  });
});
