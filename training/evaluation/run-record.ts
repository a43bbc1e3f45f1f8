import type { Kpis } from '../../core/index.ts';

/** One run of one policy on one seed. */
export interface RunRecord {
  readonly scenario: string;
  readonly policy: string;
  /** What the policy may know; oracles see the truth and are no fair rival. */
  readonly role: 'learned' | 'baseline' | 'oracle';
  /** Training run that made the policy, where several are compared as one; they are then the replicates. */
  readonly run?: string;
  readonly seed: number;
  readonly kpis: Kpis;
  readonly decisions: number;
  /** Start of the run, s since scenario start; it took `simulatedS` from there. */
  readonly startS: number;
  readonly simulatedS: number;
  readonly trajectoryHash: string;
}
