import type { RolloutBuffer } from '../../../rollout/buffer.ts';

/**
 * For rows [0, n + finals): how many candidates each allows, which of those was chosen (0 for finals), and where its packed
 * row will stand: `packed[row]`, from `start` on, in bytes. Returns the end of the last.
 *
 * @param rowFloats [kinds] float32s of a packed row without candidates
 * @param candidateFloats [kinds] float32s of a packed candidate
 */
export function describeRows(
  buffer: RolloutBuffer,
  rowFloats: readonly number[],
  candidateFloats: readonly number[],
  start: number,
  packed: Uint32Array,
  allowed: Uint8Array,
  choice: Uint8Array,
): number {
  const { n, finals, kind, candidateCount, actionMask, action, maxCandidates } = buffer;
  let at = start;
  for (let row = 0; row < n + finals; row++) {
    const first = row * maxCandidates;
    const end = first + candidateCount[row]!;
    const chosen = first + action[row]!;
    let count = 0;
    let before = 0;
    for (let k = first; k < end; k++) {
      if (actionMask[k] === 0) continue;
      if (k < chosen) before++;
      count++;
    }
    const f = candidateFloats[kind[row]!]!;
    packed[row] = at;
    allowed[row] = count;
    choice[row] = row < n ? before : 0;
    // The packing kernel writes a candidate that is not allowed where the priors will stand.
    at += 4 * (rowFloats[kind[row]!]! + count * f + Math.max(f, (count + 3) & ~3));
  }
  return at;
}
