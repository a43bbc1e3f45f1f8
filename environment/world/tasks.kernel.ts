/** Where a task is. */
export const FREE = 0;
export const DECIDING = 1;
export const QUEUED = 2;
export const TRANSMITTING = 3;
export const PROPAGATING = 4;
export const HOLDING = 5;
export const WAITING_COMPUTE = 6;
export const COMPUTING = 7;
export const ON_GROUND_NETWORK = 8;

/** What the task's data are at present. */
export const PAYLOAD_MESSAGE = 0;
export const PAYLOAD_REQUEST = 1;
export const PAYLOAD_OBJECT = 2;
export const PAYLOAD_RAW = 3; // observation before processing, or the input of a job
export const PAYLOAD_PRODUCT = 4; // after processing
export const PAYLOAD_REPLICA = 5; // copy of a data set for an archive

/**
 * Tasks, each with the one piece of data it has in the system at present. Index: task id in [0, capacity), reused after the
 * task has ended; `generation` tells reuses apart. Node -1 = none. Times in s since scenario start.
 */
export interface TaskColumns {
  capacity: number;
  live: number;
  /** Head of the list of free ids (chained through `nextInQueue`). */
  freeHead: number;
  generation: Int32Array;
  state: Uint8Array;
  family: Uint8Array;
  payload: Uint8Array;
  trafficClass: Uint8Array;
  priority: Uint8Array;
  /** Where the data are stored; while on a link, the sender until transmission ends, then the receiver. */
  holder: Int32Array;
  /** Node the data were at before `holder`. */
  previous: Int32Array;
  source: Int32Array;
  destination: Int32Array;
  consumer: Int32Array;
  /** Catalogue object of `content`, attempt of `backup` (backup-columns.ts), else -1. */
  object: Int32Array;
  hops: Uint8Array;
  /** Decision that a held task waits for, and when it is asked, s. */
  heldFor: Uint8Array;
  heldUntilS: Float64Array;
  /** 1 = its data have been on the terrestrial network already. */
  crossed: Uint8Array;
  /** Class of the label of its data, an index into `model.labels`. */
  label: Uint8Array;
  /** Row of the hand-over, in the watch, that its holder owes a receipt for; -1 = none. */
  receipt: Int32Array;
  sizeBits: Float64Array;
  outputBits: Float64Array;
  workTflop: Float64Array;
  value: Float64Array;
  /** Value lost per second of latency: value / (deadline - creation), 1/s. */
  slopePerS: Float64Array;
  createdS: Float64Array;
  deadlineS: Float64Array;
  /** Time spent waiting in queues so far, s; start of the present wait. */
  queueingS: Float64Array;
  waitingSinceS: Float64Array;
  /** Link or executor whose queue the task is in, and its neighbours there. */
  queue: Int32Array;
  nextInQueue: Int32Array;
  previousInQueue: Int32Array;
  /** When the object carried left its origin, s (freshness). */
  versionS: Float64Array;
  /** Learning chain: last decision of the task (-1 = none), reward since, its time. */
  chainDecision: Int32Array;
  chainReward: Float64Array;
  chainTimeS: Float64Array;
}

export function createTasks(capacity: number): TaskColumns {
  const i32 = (): Int32Array => new Int32Array(capacity);
  const f64 = (): Float64Array => new Float64Array(capacity);
  const u8 = (): Uint8Array => new Uint8Array(capacity);
  const tasks: TaskColumns = {
    capacity,
    live: 0,
    freeHead: 0,
    generation: i32(),
    state: u8(),
    family: u8(),
    payload: u8(),
    trafficClass: u8(),
    priority: u8(),
    holder: i32(),
    previous: i32(),
    source: i32(),
    destination: i32(),
    consumer: i32(),
    object: i32(),
    hops: u8(),
    heldFor: u8(),
    heldUntilS: f64(),
    crossed: u8(),
    label: u8(),
    receipt: i32(),
    sizeBits: f64(),
    outputBits: f64(),
    workTflop: f64(),
    value: f64(),
    slopePerS: f64(),
    createdS: f64(),
    deadlineS: f64(),
    queueingS: f64(),
    waitingSinceS: f64(),
    queue: i32(),
    nextInQueue: i32(),
    previousInQueue: i32(),
    versionS: f64(),
    chainDecision: i32(),
    chainReward: f64(),
    chainTimeS: f64(),
  };
  chainFree(tasks, 0);
  return tasks;
}

/** Takes a free id; doubles the columns when there is none. The caller fills every column it needs. */
export function allocateTask(tasks: TaskColumns): number {
  if (tasks.freeHead < 0) growTasks(tasks);
  const task = tasks.freeHead;
  tasks.freeHead = tasks.nextInQueue[task]!;
  tasks.live++;
  tasks.queue[task] = -1;
  tasks.nextInQueue[task] = -1;
  tasks.previousInQueue[task] = -1;
  tasks.previous[task] = -1;
  tasks.object[task] = -1;
  tasks.receipt[task] = -1;
  tasks.hops[task] = 0;
  tasks.crossed[task] = 0;
  tasks.outputBits[task] = 0;
  tasks.workTflop[task] = 0;
  tasks.queueingS[task] = 0;
  tasks.chainDecision[task] = -1;
  tasks.chainReward[task] = 0;
  return task;
}

/** Gives an id back. */
export function freeTask(tasks: TaskColumns, task: number): void {
  tasks.state[task] = FREE;
  tasks.generation[task] = tasks.generation[task]! + 1;
  tasks.nextInQueue[task] = tasks.freeHead;
  tasks.freeHead = task;
  tasks.live--;
}

function chainFree(tasks: TaskColumns, from: number): void {
  const { capacity, nextInQueue } = tasks;
  for (let i = from; i < capacity; i++) nextInQueue[i] = i + 1 < capacity ? i + 1 : -1;
  tasks.freeHead = from;
}

function growTasks(tasks: TaskColumns): void {
  const from = tasks.capacity;
  const larger = createTasks(from * 2);
  for (const key of Object.keys(larger) as (keyof TaskColumns)[]) {
    const column = larger[key];
    const old = tasks[key];
    if (typeof column === 'number' || typeof old === 'number') continue;
    column.set(old);
    (tasks as unknown as Record<string, unknown>)[key] = column;
  }
  tasks.capacity = from * 2;
  chainFree(tasks, from);
}
