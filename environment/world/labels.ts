import { BREACHES, FORWARD } from '../../core/index.ts';
import { snapshotDelay, wayOf } from './delays.kernel.ts';
import { mayHold } from './may-hold.ts';
import type { WorldState } from './state.ts';

const LABEL_VIOLATION = BREACHES.indexOf('labelViolation');

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
  const destination = wayOf(w, task);
  const anyS = snapshotDelay(w, satellite, destination);
  if (anyS === Infinity) return;
  const labelledS = snapshotDelay(w, satellite, destination, tasks.label[task]);
  statistics.labelledWays++;
  if (labelledS === Infinity) statistics.labelCutWays++;
  else statistics.labelDelayS += labelledS - anyS;
}
