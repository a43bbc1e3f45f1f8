import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventQueue, popEvent, pushEvent } from '../../environment/world/event-queue.kernel.ts';

interface SlowEvent {
  readonly timeS: number;
  readonly sequence: number;
  readonly kind: number;
}

/** Pushes (numbers: times, few values so that ties are common) and pops ('pop'); long enough for growth past 64 events. */
const steps = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.integer({ min: 0, max: 20 }) }, fc.constant('pop' as const)),
  {
    minLength: 1,
    maxLength: 400,
  },
);

describe('event queue', () => {
  it('ENV-01 gives events in the order of (time, sequence), as a sorted list does', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const queue = createEventQueue(4);
        let slow: SlowEvent[] = [];
        let sequence = 0;
        const pop = (): void => {
          slow.sort((x, y) => x.timeS - y.timeS || x.sequence - y.sequence);
          const expected = slow[0] as SlowEvent;
          expect([queue.timeS[0], queue.kind[0], queue.a[0], queue.b[0]]).toEqual([
            expected.timeS,
            expected.kind,
            expected.sequence,
            1000 - expected.sequence,
          ]);
          slow = slow.slice(1);
          popEvent(queue);
        };
        for (const step of script) {
          if (step !== 'pop') {
            const kind = sequence % 11;
            slow.push({ timeS: step / 7, sequence, kind });
            pushEvent(queue, step / 7, kind, sequence, 1000 - sequence);
            sequence++;
          } else if (slow.length > 0) {
            pop();
          }
          expect(queue.n).toBe(slow.length);
        }
        while (slow.length > 0) pop();
        expect(queue.n).toBe(0);
      }),
      { seed: 20260722, numRuns: 200 },
    );
  });
});
