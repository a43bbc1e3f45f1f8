import { snapshotFirstLink } from './delays.kernel.ts';
import { HOLD_END, pushEvent } from './event-queue.kernel.ts';
import type { WorldState } from './state.ts';
import { HOLDING } from './tasks.kernel.ts';

/** Keeps a task where it is until `untilS`, when a decision of `kind` about it is asked. */
export function holdTask(w: WorldState, task: number, kind: number, untilS: number): void {
  w.tasks.state[task] = HOLDING;
  w.tasks.heldFor[task] = kind;
  w.tasks.waitingSinceS[task] = w.clock.timeS;
  pushEvent(w.events, untilS, HOLD_END, task, w.tasks.generation[task]);
}

/**
 * Until when a held task is left alone, s: the next beacon, which may bring news of queues; where by what is known no way leads
 * on now (there is none, or it leads through a contact of this satellite that has yet to open), the next tick, since before then
 * none can open.
 */
export function holdUntilS(w: WorldState, task: number, satellite: number): number {
  const nextBeaconS = w.clock.timeS + w.model.scenario.knowledge.beaconPeriodS;
  const { destination, label } = w.tasks;
  const firstLink = snapshotFirstLink(w, satellite, destination[task] as number, label[task] as number);
  return firstLink >= 0 ? nextBeaconS : Math.max(nextBeaconS, nextTickS(w));
}

/** Start of the next tick, s since scenario start. */
export function nextTickS(w: WorldState): number {
  return (w.clock.tick + 1) * w.model.scenario.tickS;
}
