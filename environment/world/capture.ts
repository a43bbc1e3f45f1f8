import type { FaultSource } from '../faults/catalogue.ts';
import type { WorldState } from './state.ts';

/** Whether a satellite is captured and says what is not so. */
export function lies(w: WorldState, satellite: number): boolean {
  const fault = w.outages.capturedBy[satellite] as number;
  return fault >= 0 && (w.model.faults.sources[w.faults.source[fault] as number] as FaultSource).lies;
}
