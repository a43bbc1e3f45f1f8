import { candidateWidth, contextWidth, type DecisionSpec, Rng, SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import type { BundleContent } from '../../../policies/bundle/index.ts';
import { architectureOf, type DecisionColumns, type Normaliser, weightCount } from '../../../policies/runtime/index.ts';

/** A time inside the validity window of `contentOf`. */
export const NOW_MS = Date.parse('2026-12-01T00:00:00Z');
export const now = (): number => NOW_MS;

/** A policy with random weights (all of them, so no path through the network is silent) and `rowsPerKind` recorded rows. */
export function contentOf(seed: number, spec: DecisionSpec = SPACE_CLOUD_SPEC, rowsPerKind = 4): BundleContent {
  const rng = new Rng(seed, 'bundle-test');
  const architecture = architectureOf(spec);
  const normals = (length: number, scale: number): Float32Array =>
    Float32Array.from({ length }, () => rng.normal() * scale);
  const normaliser: Normaliser = {
    kinds: architecture.kinds.map((kind) => ({
      contextMean: normals(kind.context, 2),
      contextStd: normals(kind.context, 1).map((x) => 0.2 + Math.abs(x)),
      candidateMean: normals(kind.candidate, 2),
      candidateStd: normals(kind.candidate, 1).map((x) => 0.2 + Math.abs(x)),
    })),
  };
  return {
    policyName: 'test-router',
    version: 3,
    previous: { policyName: 'test-router', version: 2, rootDigest: 'b'.repeat(64) },
    licence: 'Apache-2.0',
    spec,
    architecture,
    weights: normals(weightCount(architecture), 0.25),
    normaliser,
    golden: columnsOf(rng, spec, rowsPerKind),
    evaluation: { utility: { iqm: 0.71, low: 0.69, high: 0.73 }, seeds: [101, 102] },
    lineage: {
      scenarios: [{ name: 'iridium-66', hash: '0123456789abcdef0123456789abcdef', weight: 1, load: 1 }],
      checkpointSha256: 'a'.repeat(64),
      startedFrom: null,
      seeds: [1, 2, 3],
      engine: 'tfjs-wasm',
      simulator: { name: 'spacecloud', version: '0.1.0', commit: null },
      exporter: { name: 'spacecloud', version: '0.1.0', commit: 'c'.repeat(40) },
      versions: { tfjs: '4.22.0' },
      decisionsTrained: 200000,
      configuration: { algorithm: 'ippo', clipCoef: 0.2 },
    },
    fallback: 'load-aware+greedy-finish+gdsf',
    validity: { notBefore: '2026-11-22T00:00:00Z', notAfter: '2027-05-22T00:00:00Z' },
  };
}

/** Random decisions: every count from 1 to K occurs, about a third of the candidates are masked, features reach the clip. */
export function columnsOf(rng: Rng, spec: DecisionSpec, rowsPerKind: number): DecisionColumns {
  const n = rowsPerKind * spec.kinds.length;
  const c = contextWidth(spec);
  const f = candidateWidth(spec);
  const k = spec.maxCandidates;
  const columns = {
    n,
    contextStride: c,
    candidateStride: f,
    maxCandidates: k,
    kind: new Uint8Array(n),
    candidateCount: new Uint8Array(n),
    context: new Float32Array(n * c),
    candidates: new Float32Array(n * k * f),
    actionMask: new Uint8Array(n * k),
  };
  for (let row = 0; row < n; row++) {
    const kindIndex = row % spec.kinds.length;
    const kind = spec.kinds[kindIndex] as DecisionSpec['kinds'][number];
    const count = 1 + (row % k);
    columns.kind[row] = kindIndex;
    columns.candidateCount[row] = count;
    for (let i = 0; i < kind.context.length; i++) columns.context[row * c + i] = rng.normal() * 8;
    for (let candidate = 0; candidate < count; candidate++) {
      columns.actionMask[row * k + candidate] = candidate === row % count || rng.uniform() < 0.66 ? 1 : 0;
      for (let i = 0; i < kind.candidate.length; i++)
        columns.candidates[(row * k + candidate) * f + i] = rng.normal() * 8;
    }
  }
  return columns;
}
