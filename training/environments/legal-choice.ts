import { type DecisionBatch, SpaceCloudError } from '../../core/index.ts';

/** The choice of a row. Errors: ILLEGAL_CHOICE when it is masked or out of range; masks are law, not advice. */
export function legalChoice(batch: DecisionBatch, choices: Uint8Array, row: number): number {
  const choice = choices[row];
  if (choice === undefined || batch.actionMask[row * batch.maxCandidates + choice] !== 1) {
    throw new SpaceCloudError(
      'ILLEGAL_CHOICE',
      `Expected agent ${row} to choose an allowed candidate of ${batch.maxCandidates}, got ${choice}.`,
    );
  }
  return choice;
}
