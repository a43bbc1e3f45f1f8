import { StrictMath } from '../../core/index.ts';
import type { Rng } from '../../core/index.ts';
import type { DecisionColumns } from './columns.ts';

/**
 * Largest allowed logit per row, the lowest index among equals; with its log-probability under the masked softmax.
 * Every row must allow a candidate and have finite logits.
 *
 * @param logits [n * K]
 * @param out [n] index of the choice
 * @param logProb [n]
 */
export function argmaxInto(batch: DecisionColumns, logits: Float32Array, out: Uint8Array, logProb: Float32Array): void {
  const { n, maxCandidates } = batch;
  for (let row = 0; row < n; row++) {
    const best = largest(batch, logits, row);
    out[row] = best - row * maxCandidates;
    logProb[row] = -StrictMath.log(sumOfExp(batch, logits, row, logits[best]!)); // its own exponent is exp(0)
  }
}

/**
 * As `argmaxInto`, but draws from the masked softmax: by inversion, one uniform number per row, in row order. Rows of a kind that
 * `greedyKinds` [kinds] marks with 1 take the largest logit and draw nothing.
 */
export function sampleInto(
  batch: DecisionColumns,
  logits: Float32Array,
  rng: Rng,
  out: Uint8Array,
  logProb: Float32Array,
  greedyKinds: Uint8Array | undefined,
): void {
  const { n, kind, maxCandidates, candidateCount, actionMask } = batch;
  for (let row = 0; row < n; row++) {
    const first = row * maxCandidates;
    const end = first + candidateCount[row]!;
    const best = largest(batch, logits, row);
    const max = logits[best]!;
    const total = sumOfExp(batch, logits, row, max);
    if (greedyKinds !== undefined && greedyKinds[kind[row]!] === 1) {
      out[row] = best - first;
      logProb[row] = -StrictMath.log(total);
      continue;
    }
    let left = rng.uniform() * total;
    let choice = best; // stays if rounding leaves a remainder after the last candidate
    for (let k = first; k < end; k++) {
      if (actionMask[k] === 0) continue;
      left -= StrictMath.exp(logits[k]! - max);
      if (left < 0) {
        choice = k;
        break;
      }
    }
    out[row] = choice - first;
    logProb[row] = logits[choice]! - max - StrictMath.log(total);
  }
}

/** Position in `logits` of the row's largest allowed logit. */
function largest(batch: DecisionColumns, logits: Float32Array, row: number): number {
  const first = row * batch.maxCandidates;
  const end = first + batch.candidateCount[row]!;
  let best = -1;
  let max = -Infinity;
  for (let k = first; k < end; k++) {
    if (batch.actionMask[k] !== 0 && logits[k]! > max) {
      max = logits[k]!;
      best = k;
    }
  }
  return best;
}

/** Sum over the row's allowed candidates of exp(logit - max). */
function sumOfExp(batch: DecisionColumns, logits: Float32Array, row: number, max: number): number {
  const first = row * batch.maxCandidates;
  const end = first + batch.candidateCount[row]!;
  let sum = 0;
  for (let k = first; k < end; k++) {
    if (batch.actionMask[k] !== 0) sum += StrictMath.exp(logits[k]! - max);
  }
  return sum;
}
