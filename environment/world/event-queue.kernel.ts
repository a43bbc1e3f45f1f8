/** Kinds of events, in the order of their numbers. */
export const TICK = 0;
export const ARRIVAL = 1; // a: traffic class
export const TRANSMIT_END = 2; // a: link, b: version of its transmission
export const REACH = 3; // a: task, b: node it reaches
export const COMPUTE_END = 4; // a: server, b: version of its job
export const DEADLINE = 5; // a: traffic class whose first task's deadline it is
export const HOLD_END = 6; // a: task, b: its generation
export const BEACON = 7;
export const REPORT_SAMPLE = 8;
export const REPORT_KNOWN = 9;
export const LINK_OPEN = 10; // a: link
export const FAULT_BEGIN = 11; // a: fault
export const FAULT_END = 12; // a: fault
export const WEATHER = 13; // a: ground node counted from 0, b: RAIN or CLOUD
export const RECEIPT_DUE = 14; // a: row of the hand-over, b: its term
export const ACCUSATION = 15; // a: satellite that accuses, b: satellite accused
export const TRUST_REVIEW = 16; // a: satellite, b: number of the review
export const BACKUP_VERSION = 17; // a: backup class
export const MIRROR_ARRIVAL = 18; // a: attempt
export const RETURN_SENT = 19; // a: task, b: its generation

/**
 * Events on a 4-ary heap ordered by (time, sequence), in columns: first in, first out among equal times, so that a run is a
 * function of its seed alone.
 */
export interface EventQueue {
  n: number;
  /** Sequence number of the next event. */
  sequence: number;
  /** [capacity] heap order: time, s; sequence; then what happens. */
  timeS: Float64Array;
  order: Float64Array;
  kind: Uint8Array;
  a: Int32Array;
  b: Int32Array;
}

export function createEventQueue(capacity: number): EventQueue {
  return {
    n: 0,
    sequence: 0,
    timeS: new Float64Array(capacity),
    order: new Float64Array(capacity),
    kind: new Uint8Array(capacity),
    a: new Int32Array(capacity),
    b: new Int32Array(capacity),
  };
}

/** Adds an event; doubles the columns when they are full. */
export function pushEvent(queue: EventQueue, timeS: number, kind: number, a = 0, b = 0): void {
  pushReserved(queue, timeS, queue.sequence++, kind, a, b);
}

/** A sequence number for an event that is added later, as if it had been added now. */
export function reserveSequence(queue: EventQueue): number {
  return queue.sequence++;
}

/** Adds an event with a sequence number that was reserved for it. */
export function pushReserved(queue: EventQueue, timeS: number, sequence: number, kind: number, a = 0, b = 0): void {
  if (queue.n === queue.timeS.length) grow(queue);
  const { timeS: times, order, kind: kinds, a: as, b: bs } = queue;
  let i = queue.n++;
  while (i > 0) {
    const parent = (i - 1) >> 2;
    const parentS = times[parent]!;
    if (parentS < timeS || (parentS === timeS && order[parent]! < sequence)) break;
    times[i] = times[parent]!;
    order[i] = order[parent]!;
    kinds[i] = kinds[parent]!;
    as[i] = as[parent]!;
    bs[i] = bs[parent]!;
    i = parent;
  }
  times[i] = timeS;
  order[i] = sequence;
  kinds[i] = kind;
  as[i] = a;
  bs[i] = b;
}

/** Removes the first event; read it at index 0 before. */
export function popEvent(queue: EventQueue): void {
  const { timeS: times, order, kind: kinds, a: as, b: bs } = queue;
  const n = --queue.n;
  if (n === 0) return;
  const timeS = times[n]!;
  const sequence = order[n]!;
  let i = 0;
  for (;;) {
    const first = 4 * i + 1;
    if (first >= n) break;
    const end = first + 4 < n ? first + 4 : n;
    let child = first;
    let childTimeS = times[first]!;
    for (let c = first + 1; c < end; c++) {
      const t = times[c]!;
      if (t < childTimeS || (t === childTimeS && order[c]! < order[child]!)) {
        child = c;
        childTimeS = t;
      }
    }
    if (timeS < childTimeS || (timeS === childTimeS && sequence < order[child]!)) break;
    times[i] = childTimeS;
    order[i] = order[child]!;
    kinds[i] = kinds[child]!;
    as[i] = as[child]!;
    bs[i] = bs[child]!;
    i = child;
  }
  times[i] = timeS;
  order[i] = sequence;
  kinds[i] = kinds[n]!;
  as[i] = as[n]!;
  bs[i] = bs[n]!;
}

function grow(queue: EventQueue): void {
  const larger = createEventQueue(Math.max(64, queue.timeS.length * 2));
  larger.timeS.set(queue.timeS);
  larger.order.set(queue.order);
  larger.kind.set(queue.kind);
  larger.a.set(queue.a);
  larger.b.set(queue.b);
  queue.timeS = larger.timeS;
  queue.order = larger.order;
  queue.kind = larger.kind;
  queue.a = larger.a;
  queue.b = larger.b;
}
