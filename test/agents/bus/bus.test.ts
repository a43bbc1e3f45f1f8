import { firstValueFrom, take, toArray } from 'rxjs';
import { describe, expect } from 'vitest';
import { Bus } from '../../../agents/bus/index.ts';
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
});
