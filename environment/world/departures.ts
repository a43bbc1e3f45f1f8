import { type ASKED_AGAIN, type ENDED, SENT } from '../../core/index.ts';
import type { WorldState } from './state.ts';

/** A bundle has left a satellite. */
export function noteSent(w: WorldState, task: number, reachS: number): void {
  const { departures, tasks, clock } = w;
  if (!departures.watched) return;
  const decision = tasks.chainDecision[task] as number;
  if (decision >= 0) departures.append(decision, SENT, clock.timeS, reachS);
}

/** A bundle that waits in a satellite's queue, or is being sent by it, will not be sent: `ENDED` or `ASKED_AGAIN`. */
export function noteLeft(w: WorldState, task: number, fate: typeof ENDED | typeof ASKED_AGAIN): void {
  const { departures, tasks, clock, model } = w;
  if (!departures.watched || (tasks.holder[task] as number) >= model.satelliteCount) return;
  const decision = tasks.chainDecision[task] as number;
  if (decision >= 0) departures.append(decision, fate, clock.timeS, NaN);
}
