import type { DropReason } from '../../core/index.ts';
import { dequeue } from '../network/links.kernel.ts';
import { dequeueCompute } from '../resources/compute.kernel.ts';
import type { WorldState } from './state.ts';
import { DECIDING, FREE, ON_GROUND_NETWORK, PROPAGATING, QUEUED, WAITING_COMPUTE } from './tasks.kernel.ts';
import { drop } from './tasks-lifecycle.ts';

/**
 * Ends every task whose data lie at a node whose links have closed and whose jobs have stopped; what is on the way to it is
 * judged when it arrives.
 */
export function dropAllAt(w: WorldState, node: number, reason: DropReason): void {
  const { tasks, pending } = w;
  for (let task = 0; task < tasks.capacity; task++) {
    const state = tasks.state[task] as number;
    if (state === FREE || state === PROPAGATING || state === ON_GROUND_NETWORK || tasks.holder[task] !== node) continue;
    if (state === QUEUED) dequeue(w.links, tasks, task, w.clock.timeS);
    else if (state === WAITING_COMPUTE) dequeueCompute(w.compute, tasks, task);
    tasks.state[task] = DECIDING;
    drop(w, task, reason);
  }
  let kept = 0;
  for (let i = 0; i < pending.n; i++) {
    if (tasks.state[pending.task[i] as number] === FREE) continue;
    pending.kind[kept] = pending.kind[i] as number;
    pending.task[kept] = pending.task[i] as number;
    pending.satellite[kept] = pending.satellite[i] as number;
    kept++;
  }
  pending.n = kept;
}
