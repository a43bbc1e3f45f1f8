import { PLACEMENTS } from './placement-columns.ts';
import type { WorldState } from './state.ts';

/** Remembers that a satellite has given work to another, whose data should be there at `arriveS`. */
export function notePlacement(w: WorldState, satellite: number, executor: number, arriveS: number, task: number): void {
  const { placements } = w;
  const n = placements.placed[satellite]!;
  const at = satellite * PLACEMENTS + (n % PLACEMENTS);
  placements.executor[at] = executor;
  placements.arriveS[at] = arriveS;
  placements.workTflop[at] = w.tasks.workTflop[task]!;
  placements.placed[satellite] = n + 1;
}

/**
 * Work that a satellite has placed at another and that a beacon made at `sentS` cannot tell of, for it was placed later or was
 * still under way then: s that all accelerators of the other need for it.
 */
export function placedSinceS(w: WorldState, satellite: number, executor: number, sentS: number): number {
  const { placements, compute } = w;
  let tflop = 0;
  const first = satellite * PLACEMENTS;
  for (let at = first; at < first + PLACEMENTS; at++) {
    if (placements.executor[at] === executor && placements.arriveS[at]! > sentS) tflop += placements.workTflop[at]!;
  }
  if (tflop === 0) return 0;
  const accelerators = compute.firstServer[executor + 1]! - compute.firstServer[executor]!;
  return tflop / (compute.tflops[executor]! * accelerators);
}
