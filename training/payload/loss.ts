import { StrictMath } from '../../core/index.ts';
import { PATCH_CLASSES } from '../../environment/index.ts';

const CLASSES = PATCH_CLASSES.length;
/** Targets are rare; each of their patches counts as much as so many others (project choice). */
const WEIGHTS = [1, 1, 4, 4] as const;

/** Mean weighted cross-entropy of logits [patches, classes], and its derivative by each logit. */
export function weightedCrossEntropy(
  logits: Float32Array,
  labels: Uint8Array,
): { readonly loss: number; readonly gradient: Float32Array } {
  const gradient = new Float32Array(logits.length);
  let total = 0;
  let loss = 0;
  for (const label of labels) total += WEIGHTS[label] as number;
  labels.forEach((label, patch) => {
    const row = logits.subarray(patch * CLASSES, (patch + 1) * CLASSES);
    const highest = row.reduce((a, b) => Math.max(a, b));
    const powers = Array.from(row, (logit) => StrictMath.exp(logit - highest));
    const sum = powers.reduce((a, b) => a + b, 0);
    const weight = (WEIGHTS[label] as number) / total;
    loss -= weight * StrictMath.log(Math.max(1e-30, (powers[label] as number) / sum));
    powers.forEach((power, c) => {
      gradient[patch * CLASSES + c] = weight * (power / sum - (c === label ? 1 : 0));
    });
  });
  return { loss, gradient };
}
