import { type AntennaTick, handoverLimitKm, keepUsable, takeNearest } from './antenna-tick.kernel.ts';

/** One tick of the nearest-satellite scheduler; writes `tick.assignment` and `tick.freeBeams`. */
export function scheduleNearest(tick: AntennaTick, handoverFactor: number): void {
  keepUsable(tick);
  for (let q = 0; q < tick.n; q++) takeNearest(tick, q, handoverLimitKm(tick, q, handoverFactor));
}
