import type { DecisionBatch, Policy } from '../core/index.ts';

/**
 * Whoever decides a batch: writes one candidate index per row to `out[0 .. batch.n)`. Returns nothing when done, or a promise
 * when the answer comes from elsewhere (a node in another process); the batch stays valid until then.
 */
export type Decider = (batch: DecisionBatch, out: Uint8Array) => void | Promise<void>;

/** A policy as a decider; deciders pass through. */
export function toDecider(policy: Policy | Decider): Decider {
  return typeof policy === 'function' ? policy : (batch, out) => policy.choose(batch, out);
}
