import type { World } from '../../environment/index.ts';
import {
  ARRIVAL,
  FAULT_BEGIN,
  WEATHER,
  createEventQueue,
  pushReserved,
} from '../../environment/world/event-queue.kernel.ts';

/**
 * Gives a world that has just been made another future: whatever would come from outside after `afterS` (tasks, spells of
 * weather, beginnings and ends of faults) comes `byS` later, and captured satellites decide otherwise what they make vanish.
 */
export function changeFuture(world: World, afterS: number, byS: number): void {
  const { events, faults, arrivalRng, weatherRng, captureRng, clock } = world.columns;
  const later = (atS: number): number => (atS > afterS ? atS + byS : atS);
  for (let f = 0; f < faults.n; f++) {
    faults.beginS[f] = later(faults.beginS[f] as number);
    faults.endS[f] = later(faults.endS[f] as number);
  }
  const queue = createEventQueue(events.timeS.length);
  for (let i = 0; i < events.n; i++) {
    const [atS, order, kind, a, b] = [events.timeS, events.order, events.kind, events.a, events.b].map(
      (column) => column[i] as number,
    ) as [number, number, number, number, number];
    const fromOutside = kind === ARRIVAL || kind === WEATHER || kind === FAULT_BEGIN;
    pushReserved(queue, fromOutside ? later(atS) : atS, order, kind, a, b);
  }
  Object.assign(events, { ...queue, sequence: events.sequence });
  for (const rng of [arrivalRng, weatherRng]) {
    const exponential = rng.exponential.bind(rng);
    rng.exponential = (mean) => {
      const lengthS = exponential(mean);
      return clock.timeS + lengthS > afterS ? lengthS + byS : lengthS;
    };
  }
  const uniform = captureRng.uniform.bind(captureRng);
  captureRng.uniform = () => (clock.timeS > afterS ? 1 - uniform() : uniform());
}
