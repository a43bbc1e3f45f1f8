import { expect, it } from 'vitest';
import { SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import { Scorer, architectureOf } from '../../../policies/runtime/index.ts';
import { randomBatch, randomNormaliser, randomWeights } from '../batches.ts';

const spec = SPACE_CLOUD_SPEC;

function scorerOf(hidden: number): Scorer {
  const architecture = architectureOf(spec, { hidden });
  return new Scorer(spec, architecture, randomWeights(architecture, hidden), randomNormaliser(architecture, hidden));
}

it('scorers that take turns do not see what the others left behind, be it no number at all', () => {
  const batch = randomBatch(spec, { rows: 70, seed: 1, masked: 0.3 });
  const logits = (scorer: Scorer): number[] => {
    const out = new Float32Array(batch.n * batch.maxCandidates);
    scorer.logitsInto(batch, out);
    return Array.from(out);
  };
  const widths = [4, 8, 16, 32];
  const alone = widths.map((hidden) => logits(scorerOf(hidden)));
  const broken = randomBatch(spec, { rows: 64, seed: 2, candidates: spec.maxCandidates });
  broken.context.fill(NaN);
  broken.candidates.fill(NaN);
  const scorers = widths.map(scorerOf);
  for (const other of [64, 48, 4, 96]) {
    scorerOf(other).logitsInto(broken, new Float32Array(broken.n * broken.maxCandidates));
    scorers.forEach((scorer, i) => {
      const found = logits(scorer);
      expect(found.every(Number.isFinite)).toBe(true);
      expect(found).toEqual(alone[i]);
      scorerOf(other).logitsInto(broken, new Float32Array(broken.n * broken.maxCandidates));
    });
  }
});
