import type { DecisionSpec } from '../../core/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import type { Architecture, DecisionColumns, Normaliser } from '../runtime/index.ts';
import { weightCount } from '../runtime/index.ts';
import type { RecordedDecisions } from './int8.ts';

/** A scenario that a policy was trained on. */
export interface TrainedScenario {
  readonly name: string;
  /** Hash of its content. */
  readonly hash: string;
  /** Share of the training episodes; and the load of its traffic. Where the run recorded them. */
  readonly weight?: number;
  readonly load?: number;
}

/** Which program, of which source. */
export interface ProgramSource {
  readonly name: string;
  readonly version: string;
  /** The commit it was built from; null = not known to whoever exported, or not a clean copy of any commit. */
  readonly commit: string | null;
}

/** Where a policy comes from. Nothing in it may change from one export of a checkpoint to the next. */
export interface BundleLineage {
  readonly scenarios: readonly TrainedScenario[];
  /** SHA-256 of the checkpoint the weights were taken from, hex. */
  readonly checkpointSha256: string;
  /** Name of the run whose policy was the start; null = untrained weights. */
  readonly startedFrom: string | null;
  readonly seeds: readonly number[];
  /** Learning engine, such as `tfjs-wasm`. */
  readonly engine: string;
  /** What simulated the worlds of training, and what exported. */
  readonly simulator: ProgramSource;
  readonly exporter: ProgramSource;
  /** Versions of what else took part in training, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly decisionsTrained: number;
  /** Algorithm and hyper-parameters, as JSON. */
  readonly configuration?: Readonly<Record<string, unknown>>;
}

/** The release that a bundle replaces. */
export interface PreviousRelease {
  readonly policyName: string;
  /** Lower than the version of the bundle. */
  readonly version: number;
  /** Its root digest: SHA-256 over the digests of its files. */
  readonly rootDigest: string;
}

/** What a node may spend on the policy before it must use the fallback. */
export interface BundleLimits {
  /** One batch of one decision, ms. */
  readonly decisionMs: number;
  /** Weights and scratch of the runtime, MB (10^6 bytes). */
  readonly memoryMB: number;
}

/** Limits of the default network: 1 ms where the runtime needs below 0.05 ms, 16 MB where it needs below 1 MB. */
export const DEFAULT_LIMITS: BundleLimits = { decisionMs: 1, memoryMB: 16 };

/** ISO 8601 instants in UTC, such as `2026-11-22T00:00:00Z`; valid from `notBefore` until just before `notAfter`. */
export interface BundleValidity {
  readonly notBefore: string;
  readonly notAfter: string;
}

/** Everything a bundle is made from. The same content gives the same bytes (the signature aside). */
export interface BundleContent {
  readonly policyName: string;
  /** Grows with every release of the policy; from 1. */
  readonly version: number;
  /** The release this one replaces; a first release has none. */
  readonly previous?: PreviousRelease;
  /** SPDX identifier. */
  readonly licence: string;
  readonly spec: DecisionSpec;
  readonly architecture: Architecture;
  /** [weightCount(architecture)], layout `weightLayout(architecture)`. */
  readonly weights: Float32Array;
  readonly normaliser: Normaliser;
  /** Recorded decisions, at least one of each kind: the bundle proves with them that a runtime computes what training saw. */
  readonly golden: DecisionColumns;
  /** Recorded decisions that the int8 graphs are scaled and measured with; default: the golden ones, which are few. */
  readonly recorded?: RecordedDecisions;
  /** Evaluation report, as JSON. */
  readonly evaluation: unknown;
  readonly lineage: BundleLineage;
  /** Baselines a node uses instead, by decision kind, such as `load-aware+greedy-finish+gdsf`. */
  readonly fallback: string;
  readonly validity: BundleValidity;
  /** Default: `DEFAULT_LIMITS`. */
  readonly limits?: BundleLimits;
}

/** Throws MISUSE unless spec, architecture, weights and normaliser fit each other and are finite. */
export function checkNetwork(content: Pick<BundleContent, 'spec' | 'architecture' | 'weights' | 'normaliser'>): void {
  const problem = networkProblem(content);
  if (problem === undefined) return;
  throw new SpaceCloudError('MISUSE', problem, { hint: 'Export what one training run produced, unchanged.' });
}

/** What does not fit, or undefined. */
export function networkProblem(
  content: Pick<BundleContent, 'spec' | 'architecture' | 'weights' | 'normaliser'>,
): string | undefined {
  const { spec, architecture, weights, normaliser } = content;
  if (architecture.maxCandidates !== spec.maxCandidates) {
    return `Expected maxCandidates ${spec.maxCandidates} as in the specification, got ${architecture.maxCandidates}.`;
  }
  if (architecture.kinds.length !== spec.kinds.length || normaliser.kinds.length !== spec.kinds.length) {
    return `Expected ${spec.kinds.length} decision kinds, got ${architecture.kinds.length} in the network and ${normaliser.kinds.length} in the normaliser.`;
  }
  if (weights.length !== weightCount(architecture)) {
    return `Expected ${weightCount(architecture)} weights, got ${weights.length}.`;
  }
  const badWeight = weights.findIndex((weight) => !Number.isFinite(weight));
  if (badWeight >= 0) return `Expected finite weights, got ${weights[badWeight]} at index ${badWeight}.`;
  for (const [index, kind] of spec.kinds.entries()) {
    const shape = architecture.kinds[index] as Architecture['kinds'][number];
    if (
      shape.name !== kind.kind ||
      shape.context !== kind.context.length ||
      shape.candidate !== kind.candidate.length
    ) {
      return `Expected kind '${kind.kind}' with ${kind.context.length} context and ${kind.candidate.length} candidate features, got '${shape.name}' with ${shape.context} and ${shape.candidate}.`;
    }
    if (kind.candidate.at(-1)?.name !== 'prior') {
      return `Expected the last candidate feature of kind '${kind.kind}' to be 'prior'.`;
    }
    const statistics = normaliser.kinds[index] as Normaliser['kinds'][number];
    const widths = { context: kind.context.length, candidate: kind.candidate.length };
    for (const part of ['context', 'candidate'] as const) {
      const mean = statistics[`${part}Mean`];
      const std = statistics[`${part}Std`];
      const width = widths[part];
      if (mean.length !== width || std.length !== width) {
        return `Expected ${width} ${part} statistics for '${kind.kind}', got ${mean.length} means and ${std.length} deviations.`;
      }
      if (!mean.every(Number.isFinite) || !std.every((value) => Number.isFinite(value) && value > 0)) {
        return `Expected finite means and positive deviations for the ${part} features of '${kind.kind}'.`;
      }
    }
  }
  return undefined;
}
