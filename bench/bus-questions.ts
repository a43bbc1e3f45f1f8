import { type DecisionBatch, type Policy, SPACE_CLOUD_SPEC, createDecisionBatch } from '../core/index.ts';
import type { Question } from './bus-turn.ts';
import { COLUMNS } from './recorded-rows.ts';

/** Different questions for so many nodes at once, each of so many rows per node; whose rows they were does not matter. */
export function questionsOf(
  recorded: readonly DecisionBatch[],
  count: number,
  { nodes, rows }: { readonly nodes: number; readonly rows: number },
  policy: Policy,
): Question[] {
  const n = nodes * rows;
  return Array.from({ length: count }, (_, question) => {
    const batch = createDecisionBatch(SPACE_CLOUD_SPEC, n, recorded[0]?.knowledge);
    batch.n = n;
    for (let row = 0; row < n; row++) {
      copyRow(recorded[(question * n + row) % recorded.length] as DecisionBatch, batch, row);
      batch.agent[row] = row % nodes;
    }
    const choices = new Uint8Array(n);
    policy.choose(batch, choices);
    return { batch, choices };
  });
}

function copyRow(single: DecisionBatch, batch: DecisionBatch, row: number): void {
  for (const name of COLUMNS) batch[name].set(single[name], row * single[name].length);
}
