import type { TaskColumns } from './tasks.kernel.ts';

/** Priority classes of every queue; 0 is served first. */
export const PRIORITIES = 3;

/**
 * First-come lists of waiting tasks: one per place (a link, an executor) and priority, at `place * PRIORITIES + priority`,
 * chained through the tasks' own columns. -1 = empty.
 */
export interface WaitingLists {
  head: Int32Array;
  tail: Int32Array;
}

/** Appends a task to the list of its priority at a place. Returns the list's index. */
export function appendWaiting(lists: WaitingLists, tasks: TaskColumns, place: number, task: number): number {
  const list = place * PRIORITIES + tasks.priority[task]!;
  const last = lists.tail[list]!;
  tasks.previousInQueue[task] = last;
  tasks.nextInQueue[task] = -1;
  if (last < 0) lists.head[list] = task;
  else tasks.nextInQueue[last] = task;
  lists.tail[list] = task;
  tasks.queue[task] = place;
  return list;
}

/** Takes a task out of the list it waits in, wherever it stands there. Returns the list's index. */
export function removeWaiting(lists: WaitingLists, tasks: TaskColumns, task: number): number {
  const list = tasks.queue[task]! * PRIORITIES + tasks.priority[task]!;
  const before = tasks.previousInQueue[task]!;
  const after = tasks.nextInQueue[task]!;
  if (before < 0) lists.head[list] = after;
  else tasks.nextInQueue[before] = after;
  if (after < 0) lists.tail[list] = before;
  else tasks.previousInQueue[after] = before;
  tasks.queue[task] = -1;
  return list;
}

/** The task at a place that is served next, -1 = none waits. */
export function firstWaiting(lists: WaitingLists, place: number): number {
  const list = place * PRIORITIES;
  for (let p = 0; p < PRIORITIES; p++) {
    const task = lists.head[list + p]!;
    if (task >= 0) return task;
  }
  return -1;
}
