import { type Architecture, type Normaliser, weightCount, weightLayout } from './architecture.ts';

/** What makes a network: shapes, input scales and weights. */
export interface NetworkParts {
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  /** [weightCount], in `weightLayout` order. */
  readonly weights: Float32Array;
}

/**
 * The network without what only a central critic reads, for bundles and for whoever acts: no trace of global state is left.
 * Logits are the same bits; values are then those of the critic with global state 0 after normalisation, and mean little.
 */
export function actorOf<T extends NetworkParts>(network: T): T {
  const { architecture, normaliser, weights } = network;
  if (architecture.global === 0) return network;
  const alone: Architecture = { ...architecture, global: 0 };
  const kept = new Float32Array(weightCount(alone));
  const source = new Map(weightLayout(architecture).map((slot) => [slot.name, slot]));
  for (const { name, offset } of weightLayout(alone)) {
    const from = source.get(name);
    if (from !== undefined) kept.set(weights.subarray(from.offset, from.offset + from.size), offset);
  }
  const kinds = normaliser.kinds.map(({ contextMean, contextStd, candidateMean, candidateStd }) => {
    return { contextMean, contextStd, candidateMean, candidateStd };
  });
  return { ...network, architecture: alone, normaliser: { kinds }, weights: kept };
}
