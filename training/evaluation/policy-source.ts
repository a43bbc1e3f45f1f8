import { type DecisionSpec, type Policy, SPACE_CLOUD_SPEC } from '../../core/index.ts';
import { type Architecture, LearnedPolicy, type Normaliser, Scorer, createBaseline } from '../../policies/index.ts';
import type { RunRecord } from './run-record.ts';

/** A network as plain data, so that it can be sent to a worker. */
export interface NetworkData {
  readonly spec?: DecisionSpec;
  readonly architecture: Architecture;
  readonly weights: Float32Array;
  readonly normaliser: Normaliser;
}

/** Where a policy under evaluation comes from. Networks act greedily: the largest logit, the lowest index among equals. */
export type PolicySource =
  | { readonly kind: 'baseline'; readonly name: string; readonly role: RunRecord['role'] }
  | {
      readonly kind: 'network';
      readonly name: string;
      readonly role: RunRecord['role'];
      readonly network: NetworkData;
    };

/** A baseline by its name `forward+place+cache`; it is an oracle if any part is. */
export function baselineSource(name: string): PolicySource {
  return { kind: 'baseline', name, role: name.split('+').includes('oracle') ? 'oracle' : 'baseline' };
}

/** Makes the policy; baselines that draw numbers draw them from `seed`. */
export function createPolicy(source: PolicySource, seed: number): Policy {
  if (source.kind === 'baseline') return createBaseline(source.name, seed);
  const { spec = SPACE_CLOUD_SPEC, architecture, weights, normaliser } = source.network;
  return new LearnedPolicy(new Scorer(spec, architecture, weights, normaliser), { name: source.name, mode: 'greedy' });
}
