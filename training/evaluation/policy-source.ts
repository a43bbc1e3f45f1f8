import { type DecisionSpec, type Policy, SPACE_CLOUD_SPEC, hashJson } from '../../core/index.ts';
import { type Architecture, LearnedPolicy, type Normaliser, Scorer, createBaseline } from '../../policies/index.ts';
import type { RunRecord } from './run-record.ts';

/** A network as plain data, so that it can be sent to a worker. */
export interface NetworkData {
  readonly spec?: DecisionSpec;
  readonly architecture: Architecture;
  readonly weights: Float32Array;
  readonly normaliser: Normaliser;
}

interface NamedSource {
  /** Sources of one name are training runs of one algorithm, told apart by `run`. */
  readonly name: string;
  readonly run?: string;
  readonly role: RunRecord['role'];
}

/** A baseline of the product, by its name. */
export interface BaselineSource extends NamedSource {
  readonly kind: 'baseline';
}

/** A network, acting greedily: the largest logit, the lowest index among equals. */
export interface NetworkSource extends NamedSource {
  readonly kind: 'network';
  readonly network: NetworkData;
  /** Of a signed bundle: what names it in decision logs. */
  readonly bundle?: { readonly version: string; readonly rootDigest: string };
}

/** A policy of the caller's own code. Code cannot be sent to workers: its runs stay in the calling thread. */
export interface CustomSource extends NamedSource {
  readonly kind: 'custom';
  /** Makes the policy anew for each run, so that nothing one run taught it reaches the next. */
  readonly create: (seed: number) => Policy;
}

/** Where a policy under evaluation comes from. */
export type PolicySource = BaselineSource | NetworkSource | CustomSource;

/** A baseline by its name `forward+place+cache`; it is an oracle if any part is. */
export function baselineSource(name: string): BaselineSource {
  return {
    kind: 'baseline',
    name,
    role: name.split('+').some((part) => part.startsWith('oracle')) ? 'oracle' : 'baseline',
  };
}

/**
 * A policy of the caller's own code, compared like a baseline. `create` gets the seed of the run, for a policy that draws
 * numbers. With `attachOracle` on the policies it makes, say so: `role` 'oracle'.
 */
export function customSource(
  name: string,
  create: (seed: number) => Policy,
  role: RunRecord['role'] = 'baseline',
): CustomSource {
  return { kind: 'custom', name, role, create };
}

/** Makes the policy; those that draw numbers draw them from `seed`. */
export function createPolicy(source: PolicySource, seed: number): Policy {
  if (source.kind === 'baseline') return createBaseline(source.name, seed);
  if (source.kind === 'custom') return source.create(seed);
  const { spec = SPACE_CLOUD_SPEC, architecture, weights, normaliser } = source.network;
  return new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), { name: source.name, mode: 'greedy' });
}

/** Hash of all that decides what the policy does; undefined for code of the caller, which cannot be told from other code. */
export function policyHash(source: PolicySource): string | undefined {
  if (source.kind === 'custom') return undefined;
  if (source.kind === 'baseline') return hashJson({ baseline: source.name });
  return hashJson(source.network);
}
