import { SpaceCloudError } from '../../core/index.ts';
import { type Architecture, type DecisionColumns, NORMALISED_CLIP, type Normaliser } from '../runtime/index.ts';

/**
 * Rows of one kind, dense and normalised, as the TensorFlow twin reads them. W is the largest candidate count among the
 * rows, so that narrow minibatches cost less than K. Candidates are stored candidate-major: candidate `k` of row `b` is
 * row `k * B + b`, which lets the context part be added to all candidates without repeating it.
 */
export interface PackedKind {
  readonly rows: number;
  readonly width: number;
  /** [B * C] */
  readonly context: Float32Array;
  /** [W * B * F]; zero for candidates that do not exist. */
  readonly candidates: Float32Array;
  /** [B * F] mean over the candidates that exist. */
  readonly meanCandidate: Float32Array;
  /** [B * F] mean over the candidates that are allowed; empty without memory. */
  readonly allowedMean: Float32Array;
  /** [B * G]; empty without global state. */
  readonly global: Float32Array;
  /** [B * W] raw prior feature. */
  readonly prior: Float32Array;
  /** [B * W] 1 = allowed. */
  readonly mask: Uint8Array;
}

/** Gathers and normalises `rows` (row indices, all of kind `kindIndex`) out of the columns. */
export function packKind(
  columns: DecisionColumns,
  rows: ArrayLike<number>,
  kindIndex: number,
  architecture: Architecture,
  normaliser: Normaliser,
): PackedKind {
  const { context: contextWidth, candidate: candidateWidth } = architecture.kinds[kindIndex]!;
  const { contextMean, contextStd, candidateMean, candidateStd } = normaliser.kinds[kindIndex]!;
  const { contextStride, candidateStride, maxCandidates, candidateCount, actionMask } = columns;
  const count = rows.length;
  // A hidden prior, the last feature, stays 0.
  const shown = architecture.prior === 'hidden' ? candidateWidth - 1 : candidateWidth;
  let width = 1;
  for (let b = 0; b < count; b++) width = Math.max(width, candidateCount[rows[b]!]!);

  const context = new Float32Array(count * contextWidth);
  const candidates = new Float32Array(width * count * candidateWidth);
  const meanCandidate = new Float32Array(count * candidateWidth);
  const prior = new Float32Array(count * width);
  const mask = new Uint8Array(count * width);
  const sum = new Float64Array(candidateWidth);
  const remembers = architecture.memory > 0;
  const allowedMean = new Float32Array(remembers ? count * candidateWidth : 0);
  for (let b = 0; b < count; b++) {
    const row = rows[b]!;
    for (let i = 0; i < contextWidth; i++) {
      const x = (columns.context[row * contextStride + i]! - contextMean[i]!) / contextStd[i]!;
      context[b * contextWidth + i] = Math.min(NORMALISED_CLIP, Math.max(-NORMALISED_CLIP, x));
    }
    sum.fill(0);
    const existing = candidateCount[row]!;
    for (let k = 0; k < existing; k++) {
      const from = (row * maxCandidates + k) * candidateStride;
      const to = (k * count + b) * candidateWidth;
      for (let i = 0; i < shown; i++) {
        const x = (columns.candidates[from + i]! - candidateMean[i]!) / candidateStd[i]!;
        const clipped = Math.min(NORMALISED_CLIP, Math.max(-NORMALISED_CLIP, x));
        candidates[to + i] = clipped;
        sum[i] = sum[i]! + clipped;
      }
      prior[b * width + k] = columns.candidates[from + candidateWidth - 1]!;
      mask[b * width + k] = actionMask[row * maxCandidates + k]!;
    }
    for (let i = 0; i < candidateWidth; i++) meanCandidate[b * candidateWidth + i] = sum[i]! / Math.max(1, existing);
    if (remembers) meanOfAllowed(candidates, mask, allowedMean, b, count, width, candidateWidth);
  }
  const global = packGlobal(columns, rows, architecture.global, normaliser.kinds[kindIndex]!);
  return { rows: count, width, context, candidates, meanCandidate, allowedMean, global, prior, mask };
}

/** Mean of the packed candidates of row `b` that are allowed. */
function meanOfAllowed(
  candidates: Float32Array,
  mask: Uint8Array,
  mean: Float32Array,
  b: number,
  rows: number,
  width: number,
  candidateWidth: number,
): void {
  let allowed = 0;
  for (let k = 0; k < width; k++) allowed += mask[b * width + k]!;
  const share = 1 / Math.max(1, allowed);
  for (let i = 0; i < candidateWidth; i++) {
    let sum = 0;
    for (let k = 0; k < width; k++) {
      if (mask[b * width + k] !== 0) sum += candidates[(k * rows + b) * candidateWidth + i]!;
    }
    mean[b * candidateWidth + i] = sum * share;
  }
}

function packGlobal(
  columns: DecisionColumns,
  rows: ArrayLike<number>,
  width: number,
  scale: Normaliser['kinds'][number],
): Float32Array {
  const packed = new Float32Array(rows.length * width);
  if (width === 0) return packed;
  const { global } = columns;
  const { globalMean, globalStd } = scale;
  if (global === undefined || globalMean === undefined || globalStd === undefined) {
    throw new SpaceCloudError('MISUSE', `Expected ${width} features of global state and their scale, got none.`);
  }
  for (let b = 0; b < rows.length; b++) {
    for (let i = 0; i < width; i++) {
      const x = (global[rows[b]! * width + i]! - globalMean[i]!) / globalStd[i]!;
      packed[b * width + i] = Math.min(NORMALISED_CLIP, Math.max(-NORMALISED_CLIP, x));
    }
  }
  return packed;
}
