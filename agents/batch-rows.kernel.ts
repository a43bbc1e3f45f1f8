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

/** Appends a copy of `row` to the picked rows. */
export function pickRow(source: DecisionBatch, row: number, picked: PickedRows): void {
  const target = picked.batch;
  const to = target.n++;
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
  copyColumns(source.context, target.context, row, to, source.contextStride);
  copyColumns(source.candidates, target.candidates, row, to, source.maxCandidates * source.candidateStride);
  copyColumns(source.actionMask, target.actionMask, row, to, source.maxCandidates);
  copyColumns(source.candidateNode, target.candidateNode, row, to, source.maxCandidates);
}

/** Writes the choices of the picked rows to their places in `out`. */
export function putBack(picked: PickedRows, out: Uint8Array): void {
  const { from, choices, batch } = picked;
  for (let i = 0; i < batch.n; i++) out[from[i]!] = choices[i]!;
}

type Column = Float32Array | Uint8Array | Int32Array;

function copyColumns(source: Column, target: Column, row: number, to: number, stride: number): void {
  const sourceAt = row * stride;
  const targetAt = to * stride;
  for (let i = 0; i < stride; i++) target[targetAt + i] = source[sourceAt + i]!;
}
