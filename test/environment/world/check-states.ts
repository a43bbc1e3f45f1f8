import { CACHE } from '../../../core/index.ts';
import type { World } from '../../../environment/index.ts';
import { findObject } from '../../../environment/resources/cache.kernel.ts';
import {
  COMPUTING,
  DECIDING,
  FREE,
  HOLDING,
  ON_GROUND_NETWORK,
  PROPAGATING,
  QUEUED,
  TRANSMITTING,
  WAITING_COMPUTE,
} from '../../../environment/world/tasks.kernel.ts';
import { PRIORITIES } from '../../../environment/world/waiting-lists.kernel.ts';

/** Sums of sizes up to 1e12 bits in float64, added and subtracted some thousand times. */
const BITS_SLACK = 1;

/** Walks every list of a world and compares it with what tasks say of themselves. */
export function checkStates(world: World): void {
  const w = world.columns;
  const { tasks, links, compute, caches, satellites, model, clock } = w;
  const where = new Map<number, number>();
  const found = (task: number, state: number): void => {
    must(!where.has(task), `task ${task} stands in one place only`);
    where.set(task, state);
  };
  for (let link = 0; link < links.count; link++) {
    let waiting = 0;
    let slope = 0;
    for (let p = 0; p < PRIORITIES; p++) {
      let bits = 0;
      for (const task of walk(tasks, links.head, links.tail, link * PRIORITIES + p)) {
        must(
          tasks.queue[task] === link && tasks.priority[task] === p,
          `task ${task} knows that it waits at link ${link}, priority ${p}`,
        );
        found(task, QUEUED);
        bits += tasks.sizeBits[task] as number;
        slope += tasks.slopePerS[task] as number;
        waiting++;
      }
      must(
        Math.abs(bits - (links.waitingBits[link * PRIORITIES + p] as number)) < BITS_SLACK,
        `waitingBits of link ${link}`,
      );
    }
    must(links.waiting[link] === waiting, `waiting of link ${link}`);
    must(Math.abs((links.waitingSlope[link] as number) - slope) < 1e-9, `waitingSlope of link ${link}`);
    const sending = links.sending[link] as number;
    if (sending < 0) continue;
    found(sending, TRANSMITTING);
    const endS = links.sendingUntilS[link] as number;
    must((links.to[link] as number) >= 0, `link ${link}, which sends, is up`);
    must(endS <= (links.untilS[link] as number), `link ${link} ends sending within its contact`);
    must(endS >= clock.timeS, `link ${link} sends now`);
  }
  for (let executor = 0; executor < compute.executorCount; executor++) {
    for (let p = 0; p < PRIORITIES; p++) {
      for (const task of walk(tasks, compute.head, compute.tail, executor * PRIORITIES + p))
        found(task, WAITING_COMPUTE);
    }
    const servers = compute.running.subarray(compute.firstServer[executor], compute.firstServer[executor + 1]);
    const running = [...servers].filter((task) => task >= 0);
    for (const task of running) found(task, COMPUTING);
    must(compute.busy[executor] === running.length, `busy servers of executor ${executor}`);
  }
  for (let i = 0; i < w.pending.n; i++) {
    if (w.pending.kind[i] !== CACHE) found(w.pending.task[i] as number, DECIDING);
  }
  for (let task = 0; task < tasks.capacity; task++) {
    const state = tasks.state[task] as number;
    if (state === FREE && !where.has(task)) continue;
    // Checked at every satellite; a way over a data centre adds two links before the next one.
    must((tasks.hops[task] as number) <= model.scenario.maxHops + 2, `hops of task ${task} within the limit`);
    if (state === FREE || state === PROPAGATING || state === HOLDING || state === ON_GROUND_NETWORK) {
      must(!where.has(task), `task ${task} in state ${state} stands in no list`);
    } else {
      must(where.get(task) === state, `task ${task} in state ${state} stands in the list of that state`);
    }
  }
  const bufferBits = model.scenario.satellite.bufferBytes * 8;
  for (let s = 0; s < model.satelliteCount; s++) {
    const held = satellites.bufferBits[s] as number;
    must(
      held >= -BITS_SLACK && held <= bufferBits + BITS_SLACK,
      `buffer of satellite ${s}: ${held} of ${bufferBits} bits`,
    );
    let cachedBits = 0;
    let entries = 0;
    for (let entry = caches.newest[s] as number; entry >= 0; entry = caches.older[entry] as number) {
      cachedBits += caches.sizeBits[entry] as number;
      entries++;
      must(
        findObject(caches, s, caches.object[entry] as number) === entry,
        `entry ${entry} of cache ${s} is found by its object`,
      );
    }
    must(caches.entries[s] === entries, `entries of cache ${s}`);
    must(Math.abs(cachedBits - (caches.usedBits[s] as number)) < BITS_SLACK, `usedBits of cache ${s}`);
    must(cachedBits <= caches.capacityBits + BITS_SLACK, `cache ${s} holds no more than it can`);
  }
}

/** Plain, for it runs some million times. */
function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`Expected ${what}.`);
}

/** Tasks of a list from head to tail; both directions must agree. */
function walk(tasks: World['columns']['tasks'], heads: Int32Array, tails: Int32Array, list: number): number[] {
  const order: number[] = [];
  let before = -1;
  for (let task = heads[list] as number; task >= 0; task = tasks.nextInQueue[task] as number) {
    must(tasks.previousInQueue[task] === before, `task ${task} knows the task before it`);
    must(order.length < tasks.capacity, `list ${list} ends`);
    order.push(task);
    before = task;
  }
  must(tails[list] === before, `tail of list ${list}`);
  return order;
}
