import type { WorldState } from './state.ts';
import { DECIDING } from './tasks.kernel.ts';

/** Asks for a decision about a task at a satellite; handed out when the present event is over. */
export function askDecision(w: WorldState, kind: number, task: number, satellite: number): void {
  const { pending } = w;
  if (pending.n === pending.kind.length) growPending(w);
  const i = pending.n++;
  pending.kind[i] = kind;
  pending.task[i] = task;
  pending.satellite[i] = satellite;
  w.tasks.state[task] = DECIDING;
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
