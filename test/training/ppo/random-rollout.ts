import { type DecisionSpec, type Feature, Rng, SPACE_CLOUD_SPEC, createDecisionBatch } from '../../../core/index.ts';
import {
  type Architecture,
  type ArchitectureOptions,
  LearnedPolicy,
  type Normaliser,
  Scorer,
  architectureOf,
  identityNormaliser,
  initialWeights,
  weightLayout,
} from '../../../policies/index.ts';
import { type RolloutBuffer, createRolloutBuffer } from '../../../training/rollout/buffer.ts';

export interface TestPolicy {
  readonly spec: DecisionSpec;
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  readonly weights: Float32Array;
}

/** Initial weights with a policy head that is not 0, so that logits differ and every gradient is exercised. */
export function testPolicy(
  seed: number,
  spec: DecisionSpec = SPACE_CLOUD_SPEC,
  hidden = 8,
  options: ArchitectureOptions = {},
): TestPolicy {
  const architecture = architectureOf(spec, { hidden, ...options });
  const weights = initialWeights(architecture, seed);
  const rng = new Rng(seed, 'test:head');
  for (const slot of weightLayout(architecture)) {
    if (!slot.name.endsWith('policy.out.w')) continue;
    for (let i = 0; i < slot.size; i++) weights[slot.offset + i] = rng.normal() / Math.sqrt(slot.size);
  }
  return { spec, architecture, normaliser: identityNormaliser(spec, architecture.global), weights };
}

/**
 * `n` decisions of a policy on made-up observations of all kinds (80 % forward, 10 % place, 10 % cache), some candidates
 * masked, in chains of step `stride` that end as truncated at the last rows or terminated with probability 0.1.
 */
export function randomRollout(policy: TestPolicy, n: number, seed: number, stride = 7): RolloutBuffer {
  const { architecture, normaliser, weights } = policy;
  const spec = withoutBounds(policy.spec);
  const rng = new Rng(seed, 'test:rollout');
  const rows = n + stride;
  const batch = createDecisionBatch(spec, rows);
  batch.n = rows;
  const { contextStride, candidateStride, maxCandidates } = batch;
  for (let row = 0; row < rows; row++) {
    const u = rng.uniform();
    const kindIndex = u < 0.8 ? 0 : Math.min(u < 0.9 ? 1 : 2, spec.kinds.length - 1);
    const kind = architecture.kinds[kindIndex] as Architecture['kinds'][number];
    const count = 2 + rng.int(maxCandidates - 1);
    batch.kind[row] = kindIndex;
    batch.candidateCount[row] = count;
    for (let c = 0; c < kind.context; c++) batch.context[row * contextStride + c] = rng.normal();
    const always = rng.int(count);
    for (let k = 0; k < count; k++) {
      const at = (row * maxCandidates + k) * candidateStride;
      for (let c = 0; c < kind.candidate; c++) batch.candidates[at + c] = rng.normal();
      batch.actionMask[row * maxCandidates + k] = k === always || rng.uniform() < 0.8 ? 1 : 0;
    }
  }
  const actor = new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), {
    name: 'test',
    mode: 'sample',
    rng: new Rng(seed, 'test:actions'),
  });
  const choices = new Uint8Array(rows);
  actor.choose(batch, choices);

  const buffer = createRolloutBuffer({
    ...{ capacity: rows, contextStride, candidateStride, maxCandidates },
    globalStride: architecture.global,
  });
  buffer.n = n;
  buffer.finals = stride;
  for (const name of ['kind', 'candidateCount', 'context', 'candidates', 'actionMask'] as const) {
    buffer[name].set(batch[name]);
  }
  buffer.action.set(choices);
  buffer.logProb.set(actor.logProb.subarray(0, rows));
  for (let row = 0; row < n; row++) {
    buffer.reward[row] = rng.normal();
    buffer.elapsed[row] = rng.exponential(1);
    buffer.next[row] = rng.uniform() < 0.1 ? -1 : row + stride;
  }
  const globalRng = new Rng(seed, 'test:global');
  buffer.global.forEach((_, i) => (buffer.global[i] = globalRng.normal()));
  return buffer;
}

/** The same shapes with features of no known unit: normal random numbers are in order for them. */
export function withoutBounds(spec: DecisionSpec): DecisionSpec {
  const free = (features: readonly Feature[]): Feature[] => features.map(({ name }) => ({ name, unit: 'made up' }));
  return {
    ...spec,
    kinds: spec.kinds.map(({ kind, context, candidate }) => ({
      kind,
      context: free(context),
      candidate: free(candidate),
    })),
  };
}
