import type { FlightPolicy } from '../../agents/fleet/index.ts';
import { type DecisionBatch, type Policy, Rng, SpaceCloudError } from '../../core/index.ts';
import { LearnedPolicy } from '../../policies/index.ts';

/** Faults that may be planted in a release, to see whether it is held back. */
export const DRILLS = ['inverted', 'random', 'late', 'abstains'] as const;
export type Drill = (typeof DRILLS)[number];

export interface DrillOptions {
  readonly drill: Drill | undefined;
  /** Of `random`: share of decisions that are drawn. */
  readonly shareFrac: number;
  readonly seed: number;
}

/** The policy with the fault: it takes what it thinks worst, draws decisions, answers too late, or not at all. Errors: USAGE. */
export function drilled(policy: Policy, { drill, shareFrac, seed }: DrillOptions): FlightPolicy {
  if (drill === undefined) return { policy };
  if (drill === 'random') return { policy: new PartlyRandomPolicy(policy, shareFrac, seed) };
  if (drill !== 'inverted') return { policy, answers: drill };
  if (policy instanceof LearnedPolicy) return { policy: new InvertedPolicy(policy) };
  throw new SpaceCloudError('USAGE', `Expected a network to invert, got the baseline '${policy.name}'.`, {
    hint: 'Use --drill inverted with a bundle, a run folder or prior.',
  });
}

/** Decides a share of decisions by drawing an allowed candidate, each as likely; the rest as the policy does. */
class PartlyRandomPolicy implements Policy {
  readonly name: string;
  private readonly policy: Policy;
  private readonly shareFrac: number;
  private readonly rng: Rng;

  constructor(policy: Policy, shareFrac: number, seed: number) {
    this.name = `partly random ${policy.name}`;
    this.policy = policy;
    this.shareFrac = shareFrac;
    this.rng = new Rng(seed, 'rollout-drill');
  }

  choose(batch: DecisionBatch, out: Uint8Array): void {
    this.policy.choose(batch, out);
    const { maxCandidates, actionMask } = batch;
    for (let row = 0; row < batch.n; row++) {
      if (this.rng.uniform() >= this.shareFrac) continue;
      const first = row * maxCandidates;
      const allowed = actionMask.subarray(first, first + maxCandidates).reduce((sum, flag) => sum + flag, 0);
      let left = this.rng.int(allowed);
      for (let k = 0; k < maxCandidates; k++) {
        if (actionMask[first + k] === 1 && left-- === 0) out[row] = k;
      }
    }
  }

  forget(world: number): void {
    this.policy.forget?.(world);
  }
}

/** Takes the allowed candidate with the smallest logit. */
class InvertedPolicy implements Policy {
  readonly name: string;
  private readonly learned: LearnedPolicy;

  constructor(learned: LearnedPolicy) {
    this.name = `inverted ${learned.name}`;
    this.learned = learned;
  }

  choose(batch: DecisionBatch, out: Uint8Array): void {
    this.learned.choose(batch, out);
    const { logits } = this.learned;
    const { maxCandidates, actionMask } = batch;
    for (let row = 0; row < batch.n; row++) {
      for (let k = 0; k < maxCandidates; k++) {
        if (actionMask[row * maxCandidates + k] !== 1) continue;
        const chosen = logits[row * maxCandidates + (out[row] as number)] as number;
        if ((logits[row * maxCandidates + k] as number) < chosen) out[row] = k;
      }
    }
  }

  forget(world: number): void {
    this.learned.forget(world);
  }
}
