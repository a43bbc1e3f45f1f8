import { type Subscription, firstValueFrom, timer } from 'rxjs';
import { describe, expect, vi } from 'vitest';
import { Bus, busIdentity, subjectsOf } from '../../../agents/bus/index.ts';
import { KIND, createMessage, openMessage, seal } from '../../../agents/node/message.ts';
import { Gate } from '../../../cli/bus/index.ts';
import { Rng } from '../../../core/index.ts';
import { itWithNats, natsServer } from '../../nats.ts';

const SUBJECT = subjectsOf('demo').satelliteOut('alpha');
const PING_MS = 250;

/** A sealed message of 2,000 bytes that says its number everywhere. */
function sealed(sequence: number): Buffer {
  const message = createMessage(KIND.answer, 1984);
  message.fill(sequence & 0xff, 16);
  return seal(message, 1, sequence);
}

/** Sends until something new arrives; resolves to whether it did within 30 s. */
async function flowsAgain(send: () => void, arrived: () => number): Promise<boolean> {
  const before = arrived();
  for (const endMs = performance.now() + 30_000; performance.now() < endMs;) {
    send();
    await firstValueFrom(timer(50));
    if (arrived() > before) return true;
  }
  return false;
}

describe('a plain link on which bytes are damaged', () => {
  itWithNats(
    'delivers nothing that the checksum takes for whole and that was not sent; then it recovers, subscriptions too',
    async () => {
      // The client prints what its reader gave up on.
      const prints = vi.spyOn(console, 'log').mockImplementation(() => undefined);
      const identity = busIdentity();
      const permissions = { publish: ['spacecloud.>'], subscribe: ['spacecloud.>'] };
      await using nats = await natsServer({ users: [{ publicKey: identity.publicKey, permissions }] });
      const gate = await Gate.start({ targetPort: nats.server.port });
      const options = { seed: identity.seed, pingIntervalMs: PING_MS, connectTimeoutMs: 2000 };
      const clean = await Bus.connect({ servers: nats.url, name: 'clean', ...options });
      const noisy = await Bus.connect({ servers: `nats://127.0.0.1:${gate.port}`, name: 'noisy', ...options });
      const tally = { whole: 0, corrupt: 0, wrong: 0 };
      const count = ({ data }: { readonly data: Uint8Array }): void => {
        const message = openMessage(data);
        if (typeof message === 'string') tally.corrupt++;
        else if (Buffer.from(data).equals(sealed(message.sequence))) tally.whole++;
        else tally.wrong++;
      };
      let heardByNoisy = 0;
      const ears: Subscription[] = [
        clean.messages$(SUBJECT).subscribe(count),
        noisy.messages$(SUBJECT).subscribe((message) => {
          heardByNoisy++;
          count(message);
        }),
      ];
      await Promise.all([clean.flush(), noisy.flush()]);
      // One byte of 5,000: a third of the messages.
      gate.set({ kind: 'corrupt', byteFrac: 1 / 5000, rng: new Rng(11, 'gate') });
      for (let sequence = 1; sequence <= 300; sequence++) {
        noisy.publish(SUBJECT, sealed(sequence));
        clean.publish(SUBJECT, sealed(sequence));
        if (sequence % 10 === 0) await firstValueFrom(timer(20));
      }
      expect(tally.whole).toBeGreaterThan(0);
      expect(tally.corrupt).toBeGreaterThan(0);
      expect(tally.wrong).toBe(0);
      gate.set({ kind: 'open' });
      // What is heard of the clean end by the noisy one alone, and of the noisy one by the clean one.
      let [atNoisy, atClean] = [0, 0];
      const recovered = subjectsOf('demo').satelliteIn('alpha');
      ears.push(noisy.messages$(`${recovered}.down`).subscribe(() => atNoisy++));
      ears.push(clean.messages$(`${recovered}.up`).subscribe(() => atClean++));
      expect(
        await flowsAgain(
          () => clean.publish(`${recovered}.down`, sealed(1)),
          () => atNoisy,
        ),
      ).toBe(true);
      expect(
        await flowsAgain(
          () => noisy.publish(`${recovered}.up`, sealed(1)),
          () => atClean,
        ),
      ).toBe(true);
      // The subscription that was there before the damage goes on, once per message.
      await noisy.reconnect();
      expect(
        await flowsAgain(
          () => clean.publish(SUBJECT, sealed(9)),
          () => heardByNoisy,
        ),
      ).toBe(true);
      expect(tally.wrong).toBe(0);
      for (const ear of ears) ear.unsubscribe();
      await Promise.all([clean.close(), noisy.close()]);
      await gate.stop();
      prints.mockRestore();
    },
    120_000,
  );
});
