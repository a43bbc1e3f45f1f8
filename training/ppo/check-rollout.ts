import { SpaceCloudError } from '../../core/index.ts';
import type { RolloutBuffer } from '../rollout/buffer.ts';
import { allFinite } from './all-finite.kernel.ts';

/**
 * Refuses a buffer that would poison the weights: rewards, times or log-probabilities that are not finite, observations
 * that are not finite, links that do not lead to a later row, rows without an allowed candidate (softmax would silently
 * turn uniform) and masked choices. Errors: MISUSE, naming buffer, row and column.
 */
export function checkRollout(buffer: RolloutBuffer, name: string, kinds: number): void {
  const rows = buffer.n + buffer.finals;
  if (buffer.n < 1 || rows > buffer.capacity) {
    refuse(name, `1 .. ${buffer.capacity} rows`, `${buffer.n} decisions and ${buffer.finals} finals`);
  }
  for (let row = 0; row < rows; row++) {
    const kind = buffer.kind[row] as number;
    if (kind >= kinds) refuse(`${name} row ${row}`, `a kind below ${kinds}`, `${kind}`);
    const count = buffer.candidateCount[row] as number;
    if (count < 1 || count > buffer.maxCandidates) {
      refuse(`${name} row ${row}`, `1 .. ${buffer.maxCandidates} candidates`, `${count}`);
    }
  }
  for (let row = 0; row < buffer.n; row++) checkDecision(buffer, row, name);
  checkFinite(buffer.context, rows * buffer.contextStride, buffer.contextStride, `${name} context`);
  const candidateRow = buffer.maxCandidates * buffer.candidateStride;
  checkFinite(buffer.candidates, rows * candidateRow, candidateRow, `${name} candidates`);
  checkFinite(buffer.global, rows * buffer.globalStride, buffer.globalStride, `${name} global`);
  checkFinite(buffer.memory, rows * buffer.memoryStride, buffer.memoryStride, `${name} memory`);
}

function checkDecision(buffer: RolloutBuffer, row: number, name: string): void {
  if (!isSound(buffer, row)) refuseDecision(buffer, row, `${name} row ${row}`);
}

/** Whether a decision can be learned from; `refuseDecision` says why not. Makes no text, as it looks at every row. */
function isSound(buffer: RolloutBuffer, row: number): boolean {
  const { kind, memoryStride, earlier, action, actionMask } = buffer;
  const next = buffer.next[row] as number;
  const before = memoryStride > 0 ? (earlier[row] as number) : -1;
  const logProb = buffer.logProb[row] as number;
  const elapsed = buffer.elapsed[row] as number;
  const chosen = action[row] as number;
  return (
    Number.isFinite(buffer.reward[row]) &&
    elapsed >= 0 &&
    elapsed < Infinity &&
    logProb <= 1e-6 &&
    logProb > -Infinity &&
    (next === -1 || (next > row && next < buffer.n + buffer.finals)) &&
    (before === -1 || (before >= 0 && before < row && kind[before] === kind[row])) &&
    chosen < (buffer.candidateCount[row] as number) &&
    actionMask[row * buffer.maxCandidates + chosen] === 1
  );
}

function refuseDecision(buffer: RolloutBuffer, row: number, place: string): void {
  const reward = buffer.reward[row] as number;
  if (!Number.isFinite(reward)) refuse(place, 'a finite reward', `${reward}`);
  const elapsed = buffer.elapsed[row] as number;
  if (!(elapsed >= 0 && elapsed < Infinity)) refuse(place, 'a finite elapsed time >= 0', `${elapsed}`);
  const logProb = buffer.logProb[row] as number;
  if (!(logProb <= 1e-6 && logProb > -Infinity)) refuse(place, 'a finite log-probability <= 0', `${logProb}`);
  const next = buffer.next[row] as number;
  if (next !== -1 && (next <= row || next >= buffer.n + buffer.finals)) {
    refuse(place, 'a successor after the row, or -1', `${next}`);
  }
  const earlier = buffer.memoryStride > 0 ? (buffer.earlier[row] as number) : -1;
  if (earlier !== -1 && !(earlier >= 0 && earlier < row && buffer.kind[earlier] === buffer.kind[row])) {
    refuse(place, 'an earlier row of the same kind, or -1', `${earlier}`);
  }
  const first = row * buffer.maxCandidates;
  const count = buffer.candidateCount[row] as number;
  const mask = buffer.actionMask.subarray(first, first + count);
  if (!mask.includes(1)) refuse(place, 'an actionMask that allows at least one candidate', 'all zeros');
  const action = buffer.action[row] as number;
  if (action >= count || mask[action] !== 1) refuse(place, 'an allowed action', `masked action ${action}`);
}

function checkFinite(column: Float32Array, length: number, stride: number, name: string): void {
  if (allFinite(column, length)) return;
  for (let i = 0; i < length; i++) {
    if (!Number.isFinite(column[i])) {
      refuse(
        `${name} row ${Math.floor(i / stride)}`,
        'finite features',
        `${column[i] as number} in column ${i % stride}`,
      );
    }
  }
}

function refuse(where: string, expected: string, got: string): never {
  throw new SpaceCloudError('MISUSE', `Expected ${expected} in ${where}, got ${got}.`, {
    hint: 'The rollout that filled this buffer is at fault; nothing was learned from it.',
  });
}
