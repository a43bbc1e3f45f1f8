import type { FaultSource } from '../faults/catalogue.ts';
import type { WorldState } from './state.ts';

export function sourceOf(w: WorldState, fault: number): FaultSource {
  return w.model.faults.sources[w.faults.source[fault] as number] as FaultSource;
}
