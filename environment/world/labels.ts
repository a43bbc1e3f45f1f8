import { BREACHES, FORWARD } from '../../core/index.ts';
import { snapshotDelay } from './delays.kernel.ts';
import type { WorldState } from './state.ts';

const LABEL_VIOLATION = BREACHES.indexOf('labelViolation');

/** Whether a node may hold data of a label class, whatever else speaks for or against it. */
export function mayHold(w: WorldState, label: number, node: number): boolean {
  const { labels, nodeCount } = w.model;
  return labels.mayHold[label * nodeCount + node] === 1;
}

/** Whether a satellite may be given data of a label class: it may hold them, and is in no quarantine. */
export function mayTake(w: WorldState, label: number, satellite: number): boolean {
  return w.snapshot.allowed[label * w.model.satelliteCount + satellite] === 1;
}

/**
 * Counts a breach if data of a label class are at a node that may not hold them. Called wherever data come to rest, and
 * independent of the masks that should have kept them away.
 */
export function auditLabel(w: WorldState, label: number, node: number): void {
  if (mayHold(w, label, node)) return;
  w.statistics.breaches[LABEL_VIOLATION] = (w.statistics.breaches[LABEL_VIOLATION] as number) + 1;
}

/**
 * Books what its label costs a decision: candidates that it alone has masked; and, where data enter the satellites, by how
 * much it lengthens the shortest way, or that it leaves none.
 */
export function countLabelCost(w: WorldState, kind: number, task: number, row: number): void {
  const { tasks, statistics, model, rows } = w;
  statistics.labelDenials += rows.labelDenied[row - rows.first] as number;
  const previous = tasks.previous[task] as number;
  if (kind !== FORWARD || (previous >= 0 && previous < model.satelliteCount)) return;
  const satellite = tasks.holder[task] as number;
  const destination = tasks.destination[task] as number;
  const anyS = snapshotDelay(w, satellite, destination);
  if (anyS === Infinity) return;
  const labelledS = snapshotDelay(w, satellite, destination, tasks.label[task]);
  statistics.labelledWays++;
  if (labelledS === Infinity) statistics.labelCutWays++;
  else statistics.labelDelayS += labelledS - anyS;
}
