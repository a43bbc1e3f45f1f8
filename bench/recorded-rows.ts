import { type DecisionBatch, SPACE_CLOUD_SPEC, createDecisionBatch } from '../core/index.ts';
import type { WorldModel } from '../environment/index.ts';
import { createBaseline } from '../policies/index.ts';
import { HEURISTIC, createConstellation, createWorlds } from './fixture.ts';

/** The columns of a batch. */
export const COLUMNS = [
  ...(['kind', 'world', 'agent', 'decision', 'task', 'destination', 'sizeBits', 'timeS', 'candidateCount'] as const),
  ...(['context', 'candidates', 'actionMask', 'candidateNode'] as const),
];

/** Decisions of the default scenario under the heuristic, each as a batch of its own. */
export function recordRows(model: WorldModel, count: number): DecisionBatch[] {
  const batches: DecisionBatch[] = [];
  const constellation = createConstellation(model, createWorlds(model, 1, 600), createBaseline(HEURISTIC, 1));
  constellation.runSync({
    maxDecisions: count,
    onBatch: ({ batch }) => {
      for (let row = 0; row < batch.n; row++) batches.push(singleRow(batch, row));
    },
  });
  constellation.close();
  return batches.slice(0, count);
}

function singleRow(source: DecisionBatch, row: number): DecisionBatch {
  const batch = createDecisionBatch(SPACE_CLOUD_SPEC, 1, source.knowledge);
  batch.n = 1;
  for (const name of COLUMNS) {
    const width = batch[name].length;
    batch[name].set(source[name].subarray(row * width, (row + 1) * width));
  }
  return batch;
}
