import type { DecisionBatch, Policy } from '../../core/index.ts';
import { LearnedPolicy } from '../../policies/runtime/index.ts';
import type { DecisionLog, LoggedSource } from './decision-log.ts';
import type { NetworkFacts, PolicyIdentity } from './format.ts';

/**
 * The policy, with every decision it makes appended to the log, in the order it makes them; with logits and memory where it is a
 * `LearnedPolicy`. `by`: whether satellites have it as their policy (default) or as their fallback. Nothing is logged of a call
 * that throws. Entering a policy into a log happens once, here.
 */
export function auditedPolicy(
  policy: Policy,
  log: DecisionLog,
  identity: PolicyIdentity,
  by: 'policy' | 'fallback' = 'policy',
): Policy {
  const source = loggedSource(policy, log, identity, by);
  const audited: Policy = {
    name: policy.name,
    choose(batch: DecisionBatch, out: Uint8Array): void {
      policy.choose(batch, out);
      log.append(source(), { batch, choices: out, first: 0, end: batch.n });
    },
  };
  if (policy.forget !== undefined) audited.forget = (world) => policy.forget?.(world);
  if (policy.attachOracle !== undefined) audited.attachOracle = (views) => policy.attachOracle?.(views);
  return audited;
}

/** Enters the policy into the log; the function returned gives what its last `choose` has to say. */
export function loggedSource(
  policy: Policy,
  log: DecisionLog,
  identity: PolicyIdentity,
  by: 'policy' | 'fallback',
): () => LoggedSource {
  if (!(policy instanceof LearnedPolicy)) {
    const source: LoggedSource = { policy: log.policy(identity), by };
    return () => source;
  }
  const { memory, scorer, mode } = policy;
  const memoryUnits = memory?.units ?? 0;
  const network: NetworkFacts = { mode, kernel: scorer.kernel, memory: memoryUnits };
  const source = {
    policy: log.policy(identity, network),
    by,
    memoryUnits,
    logits: policy.logits,
    memory: memory?.before,
  };
  return () => {
    source.logits = policy.logits;
    source.memory = memory?.before;
    return source;
  };
}
