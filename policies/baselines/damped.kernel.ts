import { DETOUR_HOPS, type DecisionBatch, STALE_QUEUE_WEIGHT } from '../../core/index.ts';

/** Columns by name: of candidates, and of the context the last two. */
export interface DampedColumns {
  readonly isHold: number;
  readonly isGroundLink: number;
  readonly isDestination: number;
  readonly isReturn: number;
  readonly ownQueueS: number;
  readonly transmitS: number;
  readonly propagationS: number;
  readonly snapshotRemainingS: number;
  readonly loadAwareRemainingS: number;
  readonly hops: number;
  readonly bestSnapshotS: number;
}

/**
 * Whether candidate `k` of a row leads on: to the ground, to the destination, or to a neighbour from which the snapshot way is
 * shorter than from here; never back to where the bundle came from.
 */
export function leadsOn(batch: DecisionBatch, row: number, k: number, columns: DampedColumns): boolean {
  const f = batch.candidates;
  const c = (row * batch.maxCandidates + k) * batch.candidateStride;
  if (f[c + columns.isHold]! > 0.5) return false;
  if (f[c + columns.isGroundLink]! > 0.5 || f[c + columns.isDestination]! > 0.5) return true;
  const hereS = batch.context[row * batch.contextStride + columns.bestSnapshotS]!;
  return f[c + columns.isReturn]! < 0.5 && f[c + columns.snapshotRemainingS]! < hereS;
}

/**
 * Allowed candidate with the least finite damped delay, ties to the lowest index: own queue, link, snapshot delay from the
 * neighbour on, and `STALE_QUEUE_WEIGHT` of what the last reports add to that (all of it on the way back). From `DETOUR_HOPS` hops on only candidates that
 * lead on count, if there are any. -1 if none is finite.
 */
export function leastDamped(batch: DecisionBatch, row: number, columns: DampedColumns): number {
  const { actionMask, candidateCount, candidates: f, candidateStride, maxCandidates } = batch;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  const strict = batch.context[row * batch.contextStride + columns.hops]! >= DETOUR_HOPS;
  let best = -1;
  let bestS = Infinity;
  let onward = -1;
  let onwardS = Infinity;
  for (let k = 0; k < count; k++) {
    if (actionMask[base + k] !== 1) continue;
    const c = (base + k) * candidateStride;
    const snapshotS = f[c + columns.snapshotRemainingS]!;
    const weight = f[c + columns.isReturn]! > 0.5 ? 1 : STALE_QUEUE_WEIGHT;
    const remainingS = snapshotS + weight * (f[c + columns.loadAwareRemainingS]! - snapshotS);
    const costS = f[c + columns.ownQueueS]! + f[c + columns.transmitS]! + f[c + columns.propagationS]! + remainingS;
    if (costS < bestS) {
      bestS = costS;
      best = k;
    }
    if (strict && costS < onwardS && leadsOn(batch, row, k, columns)) {
      onwardS = costS;
      onward = k;
    }
  }
  return onward >= 0 ? onward : best;
}
