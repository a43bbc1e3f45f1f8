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
 * Until when a held task is left alone, s: the next beacon, which may bring news; where no link is up, the next tick, since
 * before then none can come up.
 */
export function holdUntilS(w: WorldState, satellite: number): number {
  const { clock, model, links, satellites } = w;
  const { beaconPeriodS } = model.scenario.knowledge;
  const nextBeaconS = clock.timeS + beaconPeriodS;
  if ((satellites.firstServed[satellite] as number) >= 0) return nextBeaconS;
  for (let track = satellite * model.islSlots; track < (satellite + 1) * model.islSlots; track++) {
    if ((links.to[track] as number) >= 0) return nextBeaconS;
  }
  return Math.max(nextBeaconS, nextTickS(w));
}

/** Start of the next tick, s since scenario start. */
export function nextTickS(w: WorldState): number {
  return (w.clock.tick + 1) * w.model.scenario.tickS;
}
