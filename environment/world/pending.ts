import { FORWARD, PLACE } from '../../core/index.ts';
import type { WorldState } from './state.ts';
import { DECIDING, PAYLOAD_RAW } from './tasks.kernel.ts';

/**
 * Asks for a decision about a task at a satellite; handed out when the present event is over. Input of work whose executor is
 * known to be lost is placed anew instead of sent on.
 */
export function askDecision(w: WorldState, kind: number, task: number, satellite: number): void {
  const { pending, tasks } = w;
  const isPlacedAnew = kind === FORWARD && lacksExecutor(w, task, satellite);
  if (isPlacedAnew) tasks.destination[task] = -1;
  if (pending.n === pending.kind.length) growPending(w);
  const i = pending.n++;
  pending.kind[i] = isPlacedAnew ? PLACE : kind;
  pending.task[i] = task;
  pending.satellite[i] = satellite;
  tasks.state[task] = DECIDING;
}

/** Whether a task's data are input for an executor that is known to be down; one that a link leads to works, whatever is said. */
function lacksExecutor({ tasks, outages, links, model }: WorldState, task: number, satellite: number): boolean {
  const executor = tasks.destination[task] as number;
  if (tasks.payload[task] !== PAYLOAD_RAW || executor < 0 || executor === satellite) return false;
  if (outages.knownNodeDown[executor] === 0) return false;
  const { islSlots: D } = model;
  for (let link = satellite * D; link < (satellite + 1) * D; link++) if (links.to[link] === executor) return false;
  return true;
}

function growPending(w: WorldState): void {
  const { pending } = w;
  const size = pending.kind.length * 2;
  const kind = new Uint8Array(size);
  kind.set(pending.kind);
  pending.kind = kind;
  const task = new Int32Array(size);
  task.set(pending.task);
  pending.task = task;
  const satellite = new Int32Array(size);
  satellite.set(pending.satellite);
  pending.satellite = satellite;
}
