import type { WorldState } from './state.ts';

/** Whether a node may hold data of a label class, whatever else speaks for or against it. */
export function mayHold(w: WorldState, label: number, node: number): boolean {
  const { labels, nodeCount } = w.model;
  return labels.mayHold[label * nodeCount + node] === 1;
}

/** Whether a satellite may be given data of a label class: it may hold them, and is in no quarantine. */
export function mayTake(w: WorldState, label: number, satellite: number): boolean {
  return w.snapshot.allowed[label * w.model.satelliteCount + satellite] === 1;
}
