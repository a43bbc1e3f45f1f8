import type { WorldModel } from './model.ts';

/** Accusers remembered per satellite, the most that a scenario may ask for. */
export const MOST_ACCUSERS = 4;

/** What satellites make of each other. Times in s since scenario start; S satellites; -1 = none. All empty without a watch. */
export interface WatchColumns {
  /** Hand-overs whose receipt is not due yet, in rows of any order; `free` heads the list of unused rows (through `task`). */
  free: number;
  /** [capacity] laser link it went over and link it should go on by; the satellite that watches and the one it watches; task. */
  link: Int32Array;
  onward: Int32Array;
  observer: Int32Array;
  neighbour: Int32Array;
  task: Int32Array;
  /** [capacity] light time back to the observer; when the receipt reaches it, Infinity = nobody has signed one; deadline. */
  lightS: Float64Array;
  receivedS: Float64Array;
  deadlineS: Float64Array;
  /** Neighbours that an observer has judged lately, `slots` of them each. */
  slots: number;
  /** [S * slots] the neighbour, log of the likelihood ratio so far, when it was last judged. */
  judged: Int32Array;
  score: Float64Array;
  judgedS: Float64Array;
  /** [S] how all others rate it, one of the standings in `trust.ts`, as far as accusations have spread. */
  standing: Uint8Array;
  /** [S] who has accused it since it was last trusted: how many, and [S * MOST_ACCUSERS] which satellites. */
  accusers: Uint8Array;
  accuser: Int32Array;
  /** [S] number of the review that is due; earlier ones are void. */
  review: Int32Array;
  /** [S] last fault by which it was captured and found out. */
  detectedFault: Int32Array;
  /** Captured satellites quarantined, s from capture to then summed; others quarantined; bits that captured ones got. */
  detections: number;
  detectionS: number;
  falseAlarms: number;
  exposedBits: number;
  /** Hand-overs judged, and those without a receipt in time. */
  judgements: number;
  unconfirmed: number;
}

const INITIAL_HAND_OVERS = 1024;

export function createWatch(model: WorldModel): WatchColumns {
  const S = model.watch === undefined ? 0 : model.satelliteCount;
  const capacity = model.watch === undefined ? 0 : INITIAL_HAND_OVERS;
  // Twice its terminals, so that partners may change.
  const slots = Math.max(8, 2 * model.islSlots);
  const none = (count: number): Int32Array => new Int32Array(count).fill(-1);
  return {
    free: capacity === 0 ? -1 : 0,
    link: none(capacity),
    onward: none(capacity),
    observer: none(capacity),
    neighbour: none(capacity),
    task: freeRows(0, capacity),
    lightS: new Float64Array(capacity),
    receivedS: new Float64Array(capacity),
    deadlineS: new Float64Array(capacity),
    slots,
    judged: none(S * slots),
    score: new Float64Array(S * slots),
    judgedS: new Float64Array(S * slots).fill(-Infinity),
    standing: new Uint8Array(S),
    accusers: new Uint8Array(S),
    accuser: none(S * MOST_ACCUSERS),
    review: new Int32Array(S),
    detectedFault: none(S),
    detections: 0,
    detectionS: 0,
    falseAlarms: 0,
    exposedBits: 0,
    judgements: 0,
    unconfirmed: 0,
  };
}

/** A row for a hand-over; doubles the columns when there is none. */
export function takeRow(watch: WatchColumns): number {
  if (watch.free < 0) grow(watch);
  const row = watch.free;
  watch.free = watch.task[row] as number;
  return row;
}

export function freeRow(watch: WatchColumns, row: number): void {
  watch.task[row] = watch.free;
  watch.free = row;
}

function grow(watch: WatchColumns): void {
  const n = watch.link.length;
  const larger = <T extends Int32Array | Float64Array>(old: T, column: T): T => {
    column.set(old);
    return column;
  };
  watch.link = larger(watch.link, new Int32Array(2 * n));
  watch.onward = larger(watch.onward, new Int32Array(2 * n));
  watch.observer = larger(watch.observer, new Int32Array(2 * n));
  watch.neighbour = larger(watch.neighbour, new Int32Array(2 * n));
  watch.lightS = larger(watch.lightS, new Float64Array(2 * n));
  watch.receivedS = larger(watch.receivedS, new Float64Array(2 * n));
  watch.deadlineS = larger(watch.deadlineS, new Float64Array(2 * n));
  watch.task = larger(watch.task, freeRows(n, 2 * n));
  watch.free = n;
}

/** Rows [from, to) chained as unused ones. */
function freeRows(from: number, to: number): Int32Array {
  return Int32Array.from({ length: to }, (_, row) => (row < from || row + 1 === to ? -1 : row + 1));
}
