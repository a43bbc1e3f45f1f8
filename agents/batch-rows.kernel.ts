import { type DecisionBatch, createDecisionBatch } from '../core/index.ts';

/** Rows picked out of a batch, with their places in it. */
export interface PickedRows {
  readonly batch: DecisionBatch;
  /** [capacity] row of the source batch that picked row `i` came from. */
  readonly from: Int32Array;
  /** [capacity] choices for the picked rows. */
  readonly choices: Uint8Array;
}

/** Room to pick up to `capacity` rows out of batches like `like`. */
export function createPickedRows(like: DecisionBatch, capacity: number = like.capacity): PickedRows {
  return {
    batch: createDecisionBatch(like.spec, capacity, like.knowledge),
    from: new Int32Array(capacity),
    choices: new Uint8Array(capacity),
  };
}

/** Appends copies of the rows [first, end) to the picked rows. Long runs are cheaper per row than single ones. */
export function pickRows(source: DecisionBatch, first: number, end: number, picked: PickedRows): void {
  const target = picked.batch;
  const at = target.n;
  target.n += end - first;
  for (let row = first, to = at; row < end; row++, to++) {
    picked.from[to] = row;
    target.kind[to] = source.kind[row]!;
    target.world[to] = source.world[row]!;
    target.agent[to] = source.agent[row]!;
    target.decision[to] = source.decision[row]!;
    target.task[to] = source.task[row]!;
    target.destination[to] = source.destination[row]!;
    target.sizeBits[to] = source.sizeBits[row]!;
    target.timeS[to] = source.timeS[row]!;
    target.candidateCount[to] = source.candidateCount[row]!;
  }
  const { contextStride, maxCandidates } = source;
  const width = maxCandidates * source.candidateStride;
  target.context.set(source.context.subarray(first * contextStride, end * contextStride), at * contextStride);
  target.candidates.set(source.candidates.subarray(first * width, end * width), at * width);
  target.actionMask.set(source.actionMask.subarray(first * maxCandidates, end * maxCandidates), at * maxCandidates);
  target.candidateNode.set(
    source.candidateNode.subarray(first * maxCandidates, end * maxCandidates),
    at * maxCandidates,
  );
}

/** Writes the choices of the picked rows to their places in `out`. */
export function putBack(picked: PickedRows, out: Uint8Array): void {
  const { from, choices, batch } = picked;
  for (let i = 0; i < batch.n; i++) out[from[i]!] = choices[i]!;
}
