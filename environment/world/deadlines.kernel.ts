import { DEADLINE, type EventQueue, pushReserved, reserveSequence } from './event-queue.kernel.ts';
import type { TaskColumns } from './tasks.kernel.ts';

/**
 * Deadlines of the tasks, in rings: one per traffic class, whose tasks all have the same time to live, so that they end in the
 * order they came. Only a class's first live task stands on the event queue, which would otherwise hold every task until its
 * deadline, most of them long since delivered. Class c owns slots [c * capacity, (c + 1) * capacity).
 */
export interface DeadlineRings {
  /** Slots per class, a power of 2. */
  capacity: number;
  /** [classes] first entry within the ring, and entries. */
  first: Int32Array;
  n: Int32Array;
  /** [classes * capacity] sequence number of the event, task, its generation. */
  order: Float64Array;
  task: Int32Array;
  generation: Int32Array;
}

export function createDeadlines(classes: number, capacity: number): DeadlineRings {
  return {
    capacity,
    first: new Int32Array(classes),
    n: new Int32Array(classes),
    order: new Float64Array(classes * capacity),
    task: new Int32Array(classes * capacity),
    generation: new Int32Array(classes * capacity),
  };
}

/** Enters a new task of a class; its deadline is not before that of the class's last. */
export function addDeadline(rings: DeadlineRings, queue: EventQueue, tasks: TaskColumns, task: number): void {
  const trafficClass = tasks.trafficClass[task]!;
  if (rings.n[trafficClass]! === rings.capacity) grow(rings);
  const n = rings.n[trafficClass]!;
  const slot = slotOf(rings, trafficClass, n);
  rings.order[slot] = reserveSequence(queue);
  rings.task[slot] = task;
  rings.generation[slot] = tasks.generation[task]!;
  rings.n[trafficClass] = n + 1;
  if (n === 0) pushFirst(rings, queue, tasks, trafficClass);
}

/**
 * Takes out a class's first entry, whose event has come, and puts the event of the next live task on the queue. Returns the
 * task whose deadline it is, -1 = it has ended before.
 */
export function takeDeadline(
  rings: DeadlineRings,
  queue: EventQueue,
  tasks: TaskColumns,
  trafficClass: number,
): number {
  const slot = slotOf(rings, trafficClass, 0);
  const task = rings.task[slot]!;
  const live = tasks.generation[task]! === rings.generation[slot]!;
  do {
    rings.first[trafficClass] = (rings.first[trafficClass]! + 1) & (rings.capacity - 1);
    rings.n[trafficClass] = rings.n[trafficClass]! - 1;
  } while (rings.n[trafficClass] > 0 && !isLive(rings, tasks, trafficClass));
  if (rings.n[trafficClass] > 0) pushFirst(rings, queue, tasks, trafficClass);
  return live ? task : -1;
}

function isLive(rings: DeadlineRings, tasks: TaskColumns, trafficClass: number): boolean {
  const slot = slotOf(rings, trafficClass, 0);
  return tasks.generation[rings.task[slot]!]! === rings.generation[slot]!;
}

function pushFirst(rings: DeadlineRings, queue: EventQueue, tasks: TaskColumns, trafficClass: number): void {
  const slot = slotOf(rings, trafficClass, 0);
  pushReserved(queue, tasks.deadlineS[rings.task[slot]!]!, rings.order[slot]!, DEADLINE, trafficClass);
}

function slotOf(rings: DeadlineRings, trafficClass: number, entry: number): number {
  return trafficClass * rings.capacity + ((rings.first[trafficClass]! + entry) & (rings.capacity - 1));
}

/** Doubles the rings; each then starts at its first slot. */
function grow(rings: DeadlineRings): void {
  const classes = rings.n.length;
  const larger = createDeadlines(classes, rings.capacity * 2);
  for (let c = 0; c < classes; c++) {
    for (let entry = 0; entry < rings.n[c]!; entry++) {
      const from = slotOf(rings, c, entry);
      const to = c * larger.capacity + entry;
      larger.order[to] = rings.order[from]!;
      larger.task[to] = rings.task[from]!;
      larger.generation[to] = rings.generation[from]!;
    }
  }
  rings.capacity = larger.capacity;
  rings.first = larger.first;
  rings.order = larger.order;
  rings.task = larger.task;
  rings.generation = larger.generation;
}
