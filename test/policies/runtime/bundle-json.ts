import { type DecisionSpec, type Feature, decisionSpecHash } from '../../../core/index.ts';
import { NORMALISED_CLIP, type NetworkParts } from '../../../policies/runtime/index.ts';

interface BundleJson {
  readonly policy: Record<string, unknown>;
  readonly normaliser: { kinds: { kind: string; context: unknown[]; candidate: unknown[] }[] };
  readonly weights: Uint8Array;
}

/** What a runtime reads of the files of a bundle of this network, as JSON and bytes. */
export function bundleJson(spec: DecisionSpec, { architecture, weights, normaliser }: NetworkParts): BundleJson {
  const named = (features: readonly Feature[], mean?: Float32Array, std?: Float32Array): unknown[] =>
    features.map(({ name }, i) => ({ name, mean: mean?.[i], std: std?.[i] }));
  const bytes = new Uint8Array(4 * weights.length);
  weights.forEach((weight, i) => new DataView(bytes.buffer).setFloat32(4 * i, weight, true));
  return {
    policy: {
      ...{ format: 'spacecloud-policy-bundle', specHash: decisionSpecHash(spec), spec, architecture },
      choice: { clip: NORMALISED_CLIP },
    },
    normaliser: {
      kinds: spec.kinds.map(({ kind, context, candidate }, k) => {
        const own = normaliser.kinds[k];
        return {
          kind,
          context: named(context, own?.contextMean, own?.contextStd),
          candidate: named(candidate, own?.candidateMean, own?.candidateStd),
        };
      }),
    },
    weights: bytes,
  };
}
