import { describe, expect, it } from 'vitest';
import { openMessage } from '../../../agents/node/message.ts';
import { NodeLink } from '../../../agents/node/node-link.ts';
import { createTally } from '../../../agents/node/tally.ts';
import { shortest } from './meeting.ts';
import { CLOCK } from './clock.ts';

describe('a session with a node', () => {
  /** A session in which the world has said so much already, and the sequence numbers it says from then on. */
  function sessionAfter(said: number): { readonly link: NodeLink; readonly sequences: number[] } {
    const sequences: number[] = [];
    const link = new NodeLink({
      channel: {
        satellite: 'sat-1',
        maxBytes: 1024,
        send(bytes) {
          const message = openMessage(bytes);
          if (typeof message !== 'string') sequences.push(message.sequence);
        },
        end: () => undefined,
      },
      ...{ session: 1, nonce: 1, satellite: 1, said, deadlineMs: 100, timer: CLOCK.timer, fallback: shortest() },
      ...{
        standing: { policy: 'p', bundleVersion: '1', refusal: null },
        tally: createTally(),
        report: () => undefined,
      },
    });
    return { link, sequences };
  }

  it('goes on after 2^31 - 1 messages', () => {
    const { link, sequences } = sessionAfter(2 ** 31 - 1);
    expect(link.ping()).toBe(true);
    expect(sequences).toEqual([2 ** 31]);
  });

  it('is given up for a new one before its 32-bit numbers run out', () => {
    const { link, sequences } = sessionAfter(2 ** 31 + 1);
    expect(link.ping()).toBe(false);
    expect(sequences).toEqual([]);
  });
});
