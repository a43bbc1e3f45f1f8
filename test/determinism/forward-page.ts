import { Rng, SPACE_CLOUD_SPEC, createDecisionBatch } from '../../core/index.ts';
import { Scorer, architectureOf, identityNormaliser, weightCount } from '../../policies/runtime/index.ts';

/** What computed the logits of fixed decisions here, and a hash of their bits. */
export function hashOfLogits(): string {
  const spec = SPACE_CLOUD_SPEC;
  const architecture = architectureOf(spec);
  const rng = new Rng(7, 'forward');
  const weights = Float32Array.from({ length: weightCount(architecture) }, () => 0.3 * rng.normal());
  const batch = createDecisionBatch(spec, 40);
  batch.n = batch.capacity;
  for (let row = 0; row < batch.n; row++) {
    batch.kind[row] = row % spec.kinds.length;
    batch.candidateCount[row] = 1 + (row % spec.maxCandidates);
  }
  batch.actionMask.fill(1);
  batch.context.forEach((_, i) => (batch.context[i] = rng.normal()));
  batch.candidates.forEach((_, i) => (batch.candidates[i] = rng.normal()));
  const scorer = new Scorer(spec, architecture, weights, identityNormaliser(spec));
  const logits = new Float32Array(batch.n * spec.maxCandidates);
  scorer.logitsInto(batch, logits);
  let hash = 0;
  for (const bits of new Uint32Array(logits.buffer)) hash = (Math.imul(hash, 31) + bits) | 0;
  return `${scorer.kernel} ${hash}`;
}

// Run as a script or in a page: where a test looks for it.
Object.assign(globalThis, { hashOfLogits: hashOfLogits() });
