/**
 * Nanoseconds per decision of the runtime forward pass: `npx tsx bench/forward.bench.ts [--json]`. Forward decisions with
 * 6 candidates (four ISLs, a ground link, hold), hidden width 32, and the three kinds mixed. Divide the printed time of a
 * batch by its size. Against it the TensorFlow twin on the engine SPACECLOUD_ENGINE names (default wasm).
 */
import process from 'node:process';
import { bench, do_not_optimize, group, run } from 'mitata';
import { type DecisionBatch, Rng, SPACE_CLOUD_SPEC, createDecisionBatch } from '../core/index.ts';
import { CandidateScorer, type EnginePreference, loadEngine } from '../policies/networks/index.ts';
import {
  LearnedPolicy,
  Scorer,
  architectureOf,
  identityNormaliser,
  initialWeights,
} from '../policies/runtime/index.ts';

const CANDIDATES = 6;
const SIZES = [1, 64, 1024];
const spec = SPACE_CLOUD_SPEC;
const architecture = architectureOf(spec);
const normaliser = identityNormaliser(spec);
// The policy head starts at 0; its values do not change the work done.
const weights = initialWeights(architecture, 1);
const scorer = new Scorer(spec, architecture, weights, normaliser);
const policy = new LearnedPolicy(scorer, { name: 'learned', mode: 'sample', rng: new Rng(1, 'bench') });
const engine = await loadEngine((process.env['SPACECLOUD_ENGINE'] ?? 'wasm') as EnginePreference);
const twin = new CandidateScorer(engine.tf, architecture, normaliser, weights);

for (const size of SIZES) {
  const forward = randomRows(size, 0);
  const mixed = randomRows(size, undefined);
  const logits = new Float32Array(size * spec.maxCandidates);
  const values = new Float32Array(size);
  const choices = new Uint8Array(size);
  const rows = [...Array(size).keys()];
  group(`batch ${size}`, () => {
    bench(`logits, forward, batch ${size}`, () => {
      scorer.logitsInto(forward, logits);
      do_not_optimize(logits);
    });
    bench(`logits, mixed kinds, batch ${size}`, () => {
      scorer.logitsInto(mixed, logits);
      do_not_optimize(logits);
    });
    bench(`values, forward, batch ${size}`, () => {
      scorer.valuesInto(forward, values);
      do_not_optimize(values);
    });
    bench(`choose (checks, logits, sample), forward, batch ${size}`, () => {
      policy.choose(forward, choices);
      do_not_optimize(choices);
    });
    bench(`TensorFlow twin on ${engine.name}, logits and values, batch ${size}`, () => {
      engine.tf.tidy(() => do_not_optimize(twin.forwardKind(twin.inputs(forward, 0, rows)).logits.dataSync()));
    });
  });
}

await run(process.argv.includes('--json') ? { format: 'json' } : {});

function randomRows(size: number, kind: number | undefined): DecisionBatch {
  const batch = createDecisionBatch(spec, size);
  const rng = new Rng(size, 'bench-rows');
  batch.n = size;
  for (let r = 0; r < size; r++) batch.kind[r] = kind ?? rng.int(spec.kinds.length);
  batch.candidateCount.fill(CANDIDATES);
  for (let r = 0; r < size; r++) {
    for (let k = 0; k < CANDIDATES; k++) batch.actionMask[r * spec.maxCandidates + k] = 1;
  }
  // From 0 to 1 every feature is within its bounds.
  batch.context.forEach((_, i) => (batch.context[i] = rng.uniform()));
  batch.candidates.forEach((_, i) => (batch.candidates[i] = rng.uniform()));
  return batch;
}
