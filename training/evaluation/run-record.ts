import type { Kpis } from '../../core/index.ts';

/** One run of one policy on one seed: the replicate of every statistic. */
export interface RunRecord {
  readonly scenario: string;
  readonly policy: string;
  /** What the policy may know; oracles see the truth and are no fair rival. */
  readonly role: 'learned' | 'baseline' | 'oracle';
  readonly seed: number;
  readonly kpis: Kpis;
  readonly decisions: number;
  /** Start of the run, s since scenario start; it took `simulatedS` from there. */
  readonly startS: number;
  readonly simulatedS: number;
  readonly trajectoryHash: string;
}
