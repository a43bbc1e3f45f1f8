import { type DecisionBatch, type DecisionSpec, Rng, createDecisionBatch } from '../../../core/index.ts';

/** Two kinds of different widths, so that rows of the narrow one are padded. */
export const SMALL_SPEC: DecisionSpec = {
  version: 1,
  maxCandidates: 5,
  kinds: [
    {
      kind: 'wide',
      context: ['a', 'b', 'c'].map((name) => ({ name, unit: 's' })),
      candidate: ['x', 'y', 'prior'].map((name) => ({ name, unit: '1' })),
    },
    {
      kind: 'narrow',
      context: [{ name: 'a', unit: 'Mbit' }],
      candidate: ['x', 'prior'].map((name) => ({ name, unit: '1' })),
    },
  ],
};

/** A batch of `rows` decisions with every column drawn from the seed; at least one candidate of each row is allowed. */
export function randomBatch(spec: DecisionSpec, rows: number, seed: number): DecisionBatch {
  const rng = new Rng(seed, 'audit-rows');
  const whole = (below: number): number => Math.floor(rng.uniform() * below);
  const batch = createDecisionBatch(spec, rows);
  batch.n = rows;
  for (let row = 0; row < rows; row++) {
    const kind = whole(spec.kinds.length);
    const count = 1 + whole(spec.maxCandidates);
    batch.kind[row] = kind;
    batch.world[row] = whole(3);
    batch.agent[row] = whole(4);
    batch.decision[row] = row;
    batch.task[row] = whole(1e6);
    batch.destination[row] = whole(100) - 1;
    batch.sizeBits[row] = rng.uniform() * 1e9;
    batch.timeS[row] = rng.uniform() * 86_400;
    batch.candidateCount[row] = count;
    const { context, candidate } = spec.kinds[kind] as DecisionSpec['kinds'][number];
    for (let i = 0; i < context.length; i++) batch.context[row * batch.contextStride + i] = rng.uniform();
    for (let k = 0; k < count; k++) {
      const slot = row * batch.maxCandidates + k;
      for (let i = 0; i < candidate.length; i++) batch.candidates[slot * batch.candidateStride + i] = rng.uniform();
      batch.actionMask[slot] = rng.uniform() < 0.7 ? 1 : 0;
      batch.candidateNode[slot] = whole(66);
    }
    batch.actionMask[row * batch.maxCandidates + whole(count)] = 1;
  }
  return batch;
}

/** The first allowed candidate of each row. */
export function firstAllowed({ n, maxCandidates, actionMask }: DecisionBatch): Uint8Array {
  return Uint8Array.from({ length: n }, (_, row) =>
    actionMask.subarray(row * maxCandidates, (row + 1) * maxCandidates).indexOf(1),
  );
}
