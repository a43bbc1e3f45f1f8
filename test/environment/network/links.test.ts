import { describe, expect, it } from 'vitest';
import {
  createLinks,
  dequeue,
  enqueue,
  integrateWaiting,
  queueS,
  rangeKm,
} from '../../../environment/network/links.kernel.ts';
import { type TaskColumns, allocateTask, createTasks } from '../../../environment/world/tasks.kernel.ts';
import { firstWaiting } from '../../../environment/world/waiting-lists.kernel.ts';

interface TestTask {
  readonly priority: number;
  readonly bits: number;
  readonly slopePerS: number;
}

function add(tasks: TaskColumns, { priority, bits, slopePerS }: TestTask): number {
  const task = allocateTask(tasks);
  tasks.priority[task] = priority;
  tasks.sizeBits[task] = bits;
  tasks.slopePerS[task] = slopePerS;
  return task;
}

describe('link queues', () => {
  it('ENV-10 serve priority 0 first, and first come first served within a priority', () => {
    const links = createLinks(2);
    const tasks = createTasks(8);
    const order = [2, 0, 1, 0, 2, 1].map((priority) => add(tasks, { priority, bits: 1, slopePerS: 0 }));
    order.forEach((task, i) => enqueue(links, tasks, 1, task, i));
    const served: number[] = [];
    for (let task = firstWaiting(links, 1); task >= 0; task = firstWaiting(links, 1)) {
      dequeue(links, tasks, task, 10);
      served.push(order.indexOf(task));
    }
    expect(served).toEqual([1, 3, 2, 5, 0, 4]);
    // The fourth waited from 3 s to 10 s.
    expect(tasks.queueingS[order[3] as number]).toBe(7);
    expect(firstWaiting(links, 0)).toBe(-1);
  });

  it('ENV-10 let a task leave from the middle, the front and the back', () => {
    for (const leaving of [0, 1, 2]) {
      const links = createLinks(1);
      const tasks = createTasks(4);
      const order = [0, 1, 2].map(() => add(tasks, { priority: 1, bits: 8, slopePerS: 0.5 }));
      for (const task of order) enqueue(links, tasks, 0, task, 0);
      dequeue(links, tasks, order[leaving] as number, 0);
      expect(links.waiting[0]).toBe(2);
      expect(links.waitingBits[1]).toBe(16);
      expect(links.waitingSlope[0]).toBe(1);
      const rest = order.filter((_, i) => i !== leaving);
      for (const task of rest) {
        expect(firstWaiting(links, 0)).toBe(task);
        dequeue(links, tasks, task, 0);
      }
      expect([links.waiting[0], links.waitingBits[1], links.waitingSlope[0]]).toEqual([0, 0, 0]);
    }
  });

  it('ENV-11 integrate the slopes of those that wait', () => {
    const links = createLinks(1);
    const tasks = createTasks(4);
    const a = add(tasks, { priority: 1, bits: 1, slopePerS: 0.1 });
    const b = add(tasks, { priority: 0, bits: 1, slopePerS: 0.04 });
    enqueue(links, tasks, 0, a, 2);
    enqueue(links, tasks, 0, b, 5);
    dequeue(links, tasks, b, 9);
    integrateWaiting(links, 0, 10);
    // a waits from 2 to 10 s: 0.1 x 8; b from 5 to 9 s: 0.04 x 4.
    expect(links.slopeIntegral[0]).toBeCloseTo(0.8 + 0.16, 12);
  });

  it('ENV-12 tell a newcomer the rest of what is sent plus all of its priority and before', () => {
    const links = createLinks(1);
    const tasks = createTasks(8);
    links.rateBps[0] = 100;
    [0, 1, 2].forEach((priority) => enqueue(links, tasks, 0, add(tasks, { priority, bits: 50, slopePerS: 0 }), 0));
    links.sending[0] = 7;
    links.sendingUntilS[0] = 3;
    // At 1 s: 2 s are left of the one being sent; 50 bits at 100 bit/s take 0.5 s.
    expect(queueS(links, 0, 0, 1)).toBe(2.5);
    expect(queueS(links, 0, 1, 1)).toBe(3);
    expect(queueS(links, 0, 2, 1)).toBe(3.5);
    // Idle, but closed until 1.25 s (handover).
    links.sending[0] = -1;
    links.openS[0] = 1.25;
    expect(queueS(links, 0, 0, 1)).toBe(0.75);
  });

  it('ENV-13 interpolate the range within a tick', () => {
    const links = createLinks(1);
    links.rangeStartKm[0] = 1000;
    links.rangeEndKm[0] = 1200;
    expect(rangeKm(links, 0, 0.25)).toBe(1050);
  });
});
