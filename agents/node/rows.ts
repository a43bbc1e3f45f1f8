import type { DecisionBatch } from '../../core/index.ts';
import { type PickedRows, createPickedRows } from '../batch-rows.kernel.ts';
import { ABSTAINED } from './answer.ts';

/** Whether there is a choice for every row, and each is allowed or left out. */
export function isAllowed({ n, maxCandidates, actionMask }: DecisionBatch, choices: Uint8Array): boolean {
  if (choices.length !== n) return false;
  for (let row = 0; row < n; row++) {
    const choice = choices[row] as number;
    if (choice === ABSTAINED) continue;
    if (choice >= maxCandidates || actionMask[row * maxCandidates + choice] !== 1) return false;
  }
  return true;
}

/** Room for rows of the batch, emptied. */
export function emptied(rows: PickedRows | undefined, batch: DecisionBatch): PickedRows {
  const fits =
    rows !== undefined &&
    rows.batch.capacity >= batch.capacity &&
    rows.batch.knowledge === batch.knowledge &&
    rows.batch.spec === batch.spec;
  const picked = fits ? rows : createPickedRows(batch);
  picked.batch.n = 0;
  return picked;
}

/** How many of the first `n` choices are left to the fallback. */
export function abstainedIn(choices: Uint8Array, n: number): number {
  let abstained = 0;
  for (let row = 0; row < n; row++) abstained += choices[row] === ABSTAINED ? 1 : 0;
  return abstained;
}
