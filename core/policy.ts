import type { DecisionBatch } from './decision-batch.ts';
import type { OracleView } from './knowledge.ts';

/** The function an agent consults. Baselines and learned policies implement the same interface. */
export interface Policy {
  readonly name: string;
  /**
   * Writes one candidate index per row to `out[0 .. batch.n)`. Choosing a masked candidate is an error
   * (`ILLEGAL_CHOICE`). Keeps no reference into the batch.
   */
  choose(batch: DecisionBatch, out: Uint8Array): void;
  /** Present on policies that remember: world `world` of coming batches starts anew, nothing is known of it. */
  forget?(world: number): void;
  /** Present on oracles only: evaluation hands them the truth of each world before the first batch. */
  attachOracle?(views: readonly OracleView[]): void;
}
