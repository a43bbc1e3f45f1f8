import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addDeadline, createDeadlines, takeDeadline } from '../../environment/world/deadlines.kernel.ts';
import { createEventQueue, popEvent, pushEvent } from '../../environment/world/event-queue.kernel.ts';
import { allocateTask, createTasks, freeTask } from '../../environment/world/tasks.kernel.ts';

/** Time to live per class, s: two alike, so that deadlines of different classes tie. */
const LIFE_S = [2, 5, 5];
const OTHER = 1;

interface SlowDeadline {
  readonly timeS: number;
  readonly sequence: number;
  /** Unique number of the task; -1 = an event of another kind. */
  readonly name: number;
}

/** A step later in time (0 = at the same instant), a task of a class comes, a task ends early, another event is put on. */
const steps = fc.array(
  fc.record({
    laterS: fc.integer({ min: 0, max: 1 }),
    what: fc.oneof(
      { weight: 4, arbitrary: fc.integer({ min: 0, max: LIFE_S.length - 1 }) },
      fc.constant('end' as const),
      fc.constant('other' as const),
    ),
    pick: fc.nat(),
  }),
  { minLength: 1, maxLength: 200 },
);

describe('deadline rings', () => {
  it('ENV-01 give the deadlines of live tasks in the order of one queue that holds them all', () => {
    fc.assert(
      fc.property(steps, (script) => {
        const queue = createEventQueue(4);
        const rings = createDeadlines(LIFE_S.length, 2);
        const tasks = createTasks(8);
        const nameOf = new Map<number, number>();
        const slow: SlowDeadline[] = [];
        let nowS = 0;
        let sequence = 0;
        const ended = new Set<number>();
        const got: number[] = [];
        const expected: number[] = [];

        /** Both queues run to a time. */
        const runTo = (untilS: number): void => {
          slow.sort((x, y) => x.timeS - y.timeS || x.sequence - y.sequence);
          while (slow.length > 0 && (slow[0] as SlowDeadline).timeS <= untilS) {
            const { name } = slow.shift() as SlowDeadline;
            if (!ended.has(name)) expected.push(name);
          }
          while (queue.n > 0 && (queue.timeS[0] as number) <= untilS) {
            const [kind, a] = [queue.kind[0] as number, queue.a[0] as number];
            popEvent(queue);
            const task = kind === OTHER ? -1 : takeDeadline(rings, queue, tasks, a);
            if (kind === OTHER) got.push(-1 - a);
            if (task < 0) continue;
            got.push(nameOf.get(task) as number);
            end(task);
          }
        };
        const end = (task: number): void => {
          ended.add(nameOf.get(task) as number);
          nameOf.delete(task);
          freeTask(tasks, task);
        };

        for (const { laterS, what, pick } of script) {
          nowS += laterS;
          runTo(nowS);
          if (what === 'end') {
            const live = [...nameOf.keys()];
            if (live.length > 0) end(live[pick % live.length] as number);
          } else if (what === 'other') {
            slow.push({ timeS: nowS + 2, sequence, name: -1 - sequence });
            pushEvent(queue, nowS + 2, OTHER, sequence);
            sequence++;
          } else {
            const task = allocateTask(tasks);
            const lifeS = LIFE_S[what] as number;
            tasks.trafficClass[task] = what;
            tasks.deadlineS[task] = nowS + lifeS;
            nameOf.set(task, sequence);
            slow.push({ timeS: nowS + lifeS, sequence, name: sequence });
            addDeadline(rings, queue, tasks, task);
            sequence++;
          }
          // One event per class with tasks under way, and those of other kinds.
          expect(queue.n).toBeLessThanOrEqual(LIFE_S.length + slow.filter(({ name }) => name < 0).length);
        }
        runTo(Infinity);
        expect(got).toEqual(expected);
        expect(queue.sequence).toBe(sequence);
      }),
      { seed: 20261122, numRuns: 300 },
    );
  });
});
