import { type DecisionBatch, type OracleView } from '../../core/index.ts';
import { truthMissing } from './kind-rule.ts';

interface BeladyColumns {
  readonly isAdmit: number;
  readonly sizeMbit: number;
  /** Distances count times sizes. */
  readonly bySize: boolean;
  /** Per world index. */
  readonly truth: readonly OracleView[];
}

/** Requests that will not come within what the oracle sees count as this far off, s. */
const NEVER_S = 1e6;

/**
 * Belady's choice among the candidates shown: admit where there is room, else give up what will be asked for last, the object that
 * passes among them. Of equals the larger. -1 if nothing is allowed, or the world tells of no requests.
 */
export function farthestNext(batch: DecisionBatch, row: number, columns: BeladyColumns): number {
  const { isAdmit, sizeMbit, bySize, truth } = columns;
  const { actionMask, candidateCount, candidateNode, candidates, candidateStride, maxCandidates } = batch;
  const view = truth[batch.world[row]!];
  if (view === undefined) throw truthMissing(batch.world[row]!);
  const agent = batch.agent[row]!;
  const object = batch.task[row]!;
  const count = candidateCount[row]!;
  const base = row * maxCandidates;
  let best = -1;
  let farthest = -1;
  let largest = -1;
  for (let k = 0; k < count; k++) {
    if (actionMask[base + k] !== 1) continue;
    const at = (base + k) * candidateStride;
    if (candidates[at + isAdmit]! > 0.5) return k;
    const nextS = view.nextRequestS?.(agent, candidateNode[base + k]!, object) ?? NEVER_S;
    const size = candidates[at + sizeMbit]!;
    const distance = (nextS < NEVER_S ? nextS : NEVER_S) * (bySize ? size : 1);
    if (distance < farthest || (distance === farthest && size <= largest)) continue;
    farthest = distance;
    largest = size;
    best = k;
  }
  return best;
}
