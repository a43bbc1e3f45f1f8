import type { TaskColumns } from '../world/tasks.kernel.ts';
import { PRIORITIES, appendWaiting, firstWaiting, removeWaiting } from '../world/waiting-lists.kernel.ts';

/**
 * Executors: satellites [0, S), then data centres. Each has equal servers (accelerators) that run one job at a time, and
 * one first-come list per priority. Server ids of executor e: [firstServer[e], firstServer[e + 1]).
 */
export interface ComputeColumns {
  readonly executorCount: number;
  /** [executors + 1] */
  firstServer: Int32Array;
  /** [executors] rate of one server at full speed, TFLOPS; present share of it; 1 = may start new jobs. */
  tflops: Float64Array;
  rateFrac: Float64Array;
  open: Uint8Array;
  /** [executors] busy servers; work waiting, TFLOP. */
  busy: Int32Array;
  waitingTflop: Float64Array;
  /** [executors * PRIORITIES] */
  head: Int32Array;
  tail: Int32Array;
  /** [servers] running task (-1 = idle), end at the present rate, version that invalidates stale events. */
  running: Int32Array;
  endS: Float64Array;
  version: Int32Array;
}

export function createCompute(servers: readonly number[], tflops: readonly number[]): ComputeColumns {
  const executorCount = servers.length;
  const firstServer = new Int32Array(executorCount + 1);
  for (let e = 0; e < executorCount; e++) firstServer[e + 1] = firstServer[e]! + servers[e]!;
  const serverCount = firstServer[executorCount]!;
  return {
    executorCount,
    firstServer,
    tflops: Float64Array.from(tflops),
    rateFrac: new Float64Array(executorCount).fill(1),
    open: new Uint8Array(executorCount).fill(1),
    busy: new Int32Array(executorCount),
    waitingTflop: new Float64Array(executorCount),
    head: new Int32Array(executorCount * PRIORITIES).fill(-1),
    tail: new Int32Array(executorCount * PRIORITIES).fill(-1),
    running: new Int32Array(serverCount).fill(-1),
    endS: new Float64Array(serverCount),
    version: new Int32Array(serverCount),
  };
}

/** Appends a task to the executor's list of its priority. */
export function enqueueCompute(compute: ComputeColumns, tasks: TaskColumns, executor: number, task: number): void {
  appendWaiting(compute, tasks, executor, task);
  compute.waitingTflop[executor] = compute.waitingTflop[executor]! + tasks.workTflop[task]!;
}

/** Takes a waiting task out of its executor's list. */
export function dequeueCompute(compute: ComputeColumns, tasks: TaskColumns, task: number): void {
  const executor = tasks.queue[task]!;
  removeWaiting(compute, tasks, task);
  const rest = compute.waitingTflop[executor]! - tasks.workTflop[task]!;
  compute.waitingTflop[executor] = firstWaiting(compute, executor) < 0 ? 0 : rest;
}

/** An idle server of the executor, -1 = none. */
export function idleServer(compute: ComputeColumns, executor: number): number {
  const first = compute.firstServer[executor]!;
  const end = compute.firstServer[executor + 1]!;
  if (compute.busy[executor]! >= end - first) return -1;
  for (let s = first; s < end; s++) if (compute.running[s]! < 0) return s;
  return -1;
}

/** Expected time until a job arriving now would start: work in hand over the executor's rate when no server is idle, s. */
export function backlogS(compute: ComputeColumns, executor: number, nowS: number): number {
  const first = compute.firstServer[executor]!;
  const end = compute.firstServer[executor + 1]!;
  const servers = end - first;
  const busy = compute.busy[executor]!;
  if (busy < servers && compute.waitingTflop[executor]! === 0) return 0;
  let restS = 0;
  for (let s = first; s < end; s++) if (compute.running[s]! >= 0) restS += compute.endS[s]! - nowS;
  const rate = compute.tflops[executor]! * compute.rateFrac[executor]!;
  return (restS + compute.waitingTflop[executor]! / rate) / servers;
}
