// Only the runtime: a network from the parts of a bundle decides the golden rows. Bundled alone for every place it must run in.
import { createDecisionBatch } from '../../../core/index.ts';
import { type BundleParts, LearnedPolicy, Scorer, networkOfBundle } from '../../../policies/runtime/index.ts';

interface GoldenRow {
  readonly kind: string;
  readonly context: readonly number[];
  readonly candidates: readonly (readonly number[])[];
  readonly mask: readonly number[];
}

/** What can be posted to a worker or a page: JSON and base64. */
export interface StandaloneWork {
  readonly policy: unknown;
  readonly normaliser: unknown;
  readonly weightsBase64: string;
  readonly rows: readonly GoldenRow[];
}

export interface StandaloneAnswer {
  readonly kernel: string;
  readonly choices: readonly number[];
  /** Bits of the logits of all rows. */
  readonly logitBits: readonly number[];
}

/** The greedy choices of the golden rows, all in one batch, and the bits of their logits. */
export function decideStandalone({ policy, normaliser, weightsBase64, rows }: StandaloneWork): StandaloneAnswer {
  const weights = Uint8Array.from(atob(weightsBase64), (character) => character.charCodeAt(0));
  const parts: BundleParts = { policy, normaliser, weights };
  const network = networkOfBundle(parts);
  const { spec } = network;
  const scorer = new Scorer(spec, network.architecture, network.weights, network.normaliser);
  const learned = new LearnedPolicy(scorer, { name: 'standalone', mode: 'greedy' });
  const batch = createDecisionBatch(spec, rows.length);
  batch.n = rows.length;
  rows.forEach((row, r) => {
    batch.kind[r] = spec.kinds.findIndex(({ kind }) => kind === row.kind);
    batch.candidateCount[r] = row.candidates.length;
    batch.context.set(row.context, r * batch.contextStride);
    batch.actionMask.set(row.mask, r * batch.maxCandidates);
    row.candidates.forEach((features, k) => {
      batch.candidates.set(features, (r * batch.maxCandidates + k) * batch.candidateStride);
    });
  });
  const choices = new Uint8Array(rows.length);
  learned.choose(batch, choices);
  return {
    kernel: scorer.kernel,
    choices: [...choices],
    logitBits: [...new Uint32Array(learned.logits.slice().buffer)],
  };
}

Object.assign(globalThis, { decideStandalone });
