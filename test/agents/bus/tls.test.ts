import { rmSync } from 'node:fs';
import { filter, firstValueFrom, timer } from 'rxjs';
import { describe, expect } from 'vitest';
import { Bus } from '../../../agents/bus/index.ts';
import { Gate, makeCertificates } from '../../../cli/bus/index.ts';
import { Rng } from '../../../core/index.ts';
import { type TestServer, itWithNats, natsServer, temporaryFolder } from '../../nats.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function secured(): Promise<TestServer & { readonly caPem: string }> {
  const folder = temporaryFolder();
  const tls = await makeCertificates(folder);
  return { ...(await natsServer({ tls }, folder)), caPem: tls.caPem };
}

describe('a bus with TLS', () => {
  itWithNats('takes clients that trust its authority', async () => {
    await using nats = await secured();
    const { caPem } = nats;
    const bus = await Bus.connect({ servers: nats.url, name: 'client', caPem });
    const heard = firstValueFrom(bus.messages$('news'));
    bus.publish('news', bytes('in private'));
    expect(new TextDecoder().decode((await heard).data)).toBe('in private');
    expect(bus.connection.info?.tls_required).toBe(true);
    await bus.close();
  });

  itWithNats('is refused by clients without that authority, or with another one', async () => {
    await using nats = await secured();
    const folder = temporaryFolder();
    const stranger = await makeCertificates(folder).finally(() => rmSync(folder, { recursive: true }));
    for (const options of [{}, { caPem: stranger.caPem }]) {
      const failure: unknown = await Bus.connect({ servers: nats.url, name: 'client', ...options }).catch(
        (e: unknown) => e,
      );
      expect(failure).toMatchObject({ code: 'BUS_CONNECT' });
      expect(String(failure)).toMatch(/certificate.*trusted/);
    }
  });

  itWithNats('is asked for: clients that expect TLS do not speak to a server without it', async () => {
    await using nats = await natsServer();
    const { caPem } = await makeCertificates(nats.folder);
    const failure: unknown = await Bus.connect({ servers: nats.url, name: 'client', caPem }).catch((e: unknown) => e);
    expect(failure).toMatchObject({ code: 'BUS_CONNECT' });
    expect(String(failure)).toContain('TLS');
  });

  itWithNats('loses a link on which bytes are damaged, delivers nothing wrong, and recovers', async () => {
    await using nats = await secured();
    const { caPem } = nats;
    const gate = await Gate.start({ targetPort: Number(new URL(nats.url).port) });
    const clean = await Bus.connect({ servers: nats.url, name: 'clean', caPem });
    const noisy = await Bus.connect({ servers: `nats://127.0.0.1:${gate.port}`, name: 'noisy', caPem });
    const payload = bytes('payload '.repeat(500));
    const wrong: string[] = [];
    let right = 0;
    clean.messages$('>').subscribe(({ subject, data }) => {
      if (subject === 'news' && Buffer.from(data).equals(payload)) right++;
      else wrong.push(subject);
    });
    await clean.flush();
    // One byte of 4,000 on average: about one per message.
    const lost = firstValueFrom(noisy.status$.pipe(filter((status) => status === 'disconnected')));
    gate.set({ kind: 'corrupt', byteFrac: 1 / 4000, rng: new Rng(7, 'gate') });
    for (let i = 0; i < 20; i++) noisy.publish('news', payload);
    await lost;
    const back = firstValueFrom(noisy.status$.pipe(filter((status) => status === 'connected')));
    gate.set({ kind: 'open' });
    await back;
    const before = right;
    noisy.publish('news', payload);
    await noisy.flush();
    await clean.flush();
    await firstValueFrom(timer(50));
    expect([right - before, wrong]).toEqual([1, []]);
    await Promise.all([noisy.close(), clean.close()]);
    await gate.stop();
  });
});
