import type { FlightPolicy } from '../../agents/fleet/index.ts';
import { type DecisionBatch, type Policy, SpaceCloudError } from '../../core/index.ts';
import { LearnedPolicy } from '../../policies/index.ts';

/** Faults that may be planted in a release, to see whether it is held back. */
export const DRILLS = ['inverted', 'late', 'abstains'] as const;
export type Drill = (typeof DRILLS)[number];

/** The policy with the fault: it takes what it thinks worst, answers too late, or not at all. Errors: USAGE. */
export function drilled(policy: Policy, drill: Drill | undefined): FlightPolicy {
  if (drill === undefined) return { policy };
  if (drill !== 'inverted') return { policy, answers: drill };
  if (policy instanceof LearnedPolicy) return { policy: new InvertedPolicy(policy) };
  throw new SpaceCloudError('USAGE', `Expected a network to invert, got the baseline '${policy.name}'.`, {
    hint: 'Use --drill inverted with a bundle, a run folder or prior.',
  });
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
