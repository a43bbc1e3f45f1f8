import type { TaskColumns } from '../world/tasks.kernel.ts';
import { PRIORITIES, appendWaiting, removeWaiting } from '../world/waiting-lists.kernel.ts';

/**
 * Directed links as columns. Index: ISLs `s * D + d` in [0, S D), then the uplinks of the Q ground antennas, then their
 * downlinks. A link is up while `to >= 0` (`from >= 0` for uplinks and downlinks alike). One bundle is sent at a time, not
 * pre-empted; others wait in one first-come list per priority. Times in s since scenario start.
 */
export interface LinkColumns {
  readonly count: number;
  /** [count] nodes at the ends, -1 while down. */
  from: Int32Array;
  to: Int32Array;
  rateBps: Float64Array;
  /** [count] range at start and end of the present tick, km. */
  rangeStartKm: Float64Array;
  rangeEndKm: Float64Array;
  /** [count] the link can be used from and until, s. */
  openS: Float64Array;
  untilS: Float64Array;
  /** [count * PRIORITIES] waiting lists, task ids. */
  head: Int32Array;
  tail: Int32Array;
  waitingBits: Float64Array;
  /** [count] tasks waiting; sum of their slopes; integral of that sum over time, and when it was last brought up to date. */
  waiting: Int32Array;
  waitingSlope: Float64Array;
  slopeIntegral: Float64Array;
  integralAtS: Float64Array;
  /** [count] task being sent (-1 = idle), start and end of sending, version that invalidates stale events, integral at its start. */
  sending: Int32Array;
  sendingSinceS: Float64Array;
  sendingUntilS: Float64Array;
  version: Int32Array;
  integralAtStart: Float64Array;
  /** [2 * count] bits sent since the newest beacons, and between those and the ones before; [count] when those newest were made, NaN = none. */
  sentBits: Float64Array;
  sentStampS: Float64Array;
}

export function createLinks(count: number): LinkColumns {
  return {
    count,
    from: new Int32Array(count).fill(-1),
    to: new Int32Array(count).fill(-1),
    rateBps: new Float64Array(count),
    rangeStartKm: new Float64Array(count),
    rangeEndKm: new Float64Array(count),
    openS: new Float64Array(count),
    untilS: new Float64Array(count),
    head: new Int32Array(count * PRIORITIES).fill(-1),
    tail: new Int32Array(count * PRIORITIES).fill(-1),
    waitingBits: new Float64Array(count * PRIORITIES),
    waiting: new Int32Array(count),
    waitingSlope: new Float64Array(count),
    slopeIntegral: new Float64Array(count),
    integralAtS: new Float64Array(count),
    sending: new Int32Array(count).fill(-1),
    sendingSinceS: new Float64Array(count),
    sendingUntilS: new Float64Array(count),
    version: new Int32Array(count),
    integralAtStart: new Float64Array(count),
    sentBits: new Float64Array(2 * count),
    sentStampS: new Float64Array(count).fill(NaN),
  };
}

/** Brings the slope integral of a link up to `nowS`. */
export function integrateWaiting(links: LinkColumns, link: number, nowS: number): void {
  links.slopeIntegral[link] =
    links.slopeIntegral[link]! + links.waitingSlope[link]! * (nowS - links.integralAtS[link]!);
  links.integralAtS[link] = nowS;
}

/** Appends a task to the link's list of its priority. */
export function enqueue(links: LinkColumns, tasks: TaskColumns, link: number, task: number, nowS: number): void {
  integrateWaiting(links, link, nowS);
  const list = appendWaiting(links, tasks, link, task);
  links.waitingBits[list] = links.waitingBits[list]! + tasks.sizeBits[task]!;
  links.waiting[link] = links.waiting[link]! + 1;
  links.waitingSlope[link] = links.waitingSlope[link]! + tasks.slopePerS[task]!;
  tasks.waitingSinceS[task] = nowS;
}

/** Takes a waiting task out of its link's list, wherever it stands. */
export function dequeue(links: LinkColumns, tasks: TaskColumns, task: number, nowS: number): void {
  const link = tasks.queue[task]!;
  integrateWaiting(links, link, nowS);
  const list = removeWaiting(links, tasks, task);
  const waiting = links.waiting[link]! - 1;
  links.waiting[link] = waiting;
  // Sums of an empty list are exactly zero, so that rounding never accumulates.
  links.waitingBits[list] = links.head[list]! < 0 ? 0 : links.waitingBits[list]! - tasks.sizeBits[task]!;
  links.waitingSlope[link] = waiting === 0 ? 0 : links.waitingSlope[link]! - tasks.slopePerS[task]!;
  tasks.queueingS[task] = tasks.queueingS[task]! + nowS - tasks.waitingSinceS[task]!;
}

/** Time until a new task of the given priority would start to be sent: the rest of the one being sent and those ahead, s. */
export function queueS(links: LinkColumns, link: number, priority: number, nowS: number): number {
  let bits = 0;
  const list = link * PRIORITIES;
  for (let p = 0; p <= priority; p++) bits += links.waitingBits[list + p]!;
  const wait = bits / links.rateBps[link]!;
  const rest = links.sending[link]! >= 0 ? links.sendingUntilS[link]! - nowS : links.openS[link]! - nowS;
  return rest > 0 ? wait + rest : wait;
}

/** Range now, by linear interpolation within the tick, km. */
export function rangeKm(links: LinkColumns, link: number, tickFrac: number): number {
  const start = links.rangeStartKm[link]!;
  return start + (links.rangeEndKm[link]! - start) * tickFrac;
}
