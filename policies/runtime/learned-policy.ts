import { type DecisionBatch, type Policy, type Rng, SpaceCloudError } from '../../core/index.ts';
import { AcceptedRows } from './accepted-rows.kernel.ts';
import { checkSpec } from './checks.ts';
import { type KindBounds, boundsOf } from './feature-scale.ts';
import { MemoryStates } from './memory-states.ts';
import { ROW_FAULTS, faultOfRow, faultsInto, firstFaultyRow } from './row-check.kernel.ts';
import { rowRefusal } from './row-refusal.ts';
import type { Scorer } from './scorer.ts';
import { argmaxInto, sampleInto } from './select.kernel.ts';

/** What `chooseAccepted` writes for a row that it does not decide; no candidate has this index. */
export const NO_CHOICE = 255;

/** `greedy`: the largest logit, the lowest index among equals. `sample`: masked softmax, one uniform number per row. */
export type LearnedPolicyOptions =
  | { readonly name: string; readonly mode: 'greedy' }
  | {
      readonly name: string;
      readonly mode: 'sample';
      readonly rng: Rng;
      /** Decision kinds, by name, that take the largest logit all the same. */
      readonly greedyKinds?: readonly string[];
    };

/**
 * A trained network as a policy. A network with memory gets one state per world, agent and decision kind; each decision this
 * policy makes moves one on, in row order, and decisions made by somebody else leave it as it is.
 */
export class LearnedPolicy implements Policy {
  readonly name: string;
  readonly mode: 'greedy' | 'sample';
  readonly scorer: Scorer;
  /** Undefined for a network without memory. */
  readonly memory: MemoryStates | undefined;
  private readonly rng: Rng | undefined;
  /** [kinds] 1 = greedy while others are sampled. */
  private readonly greedyKinds: Uint8Array | undefined;
  private readonly bounds: readonly KindBounds[];
  private readonly accepted = new AcceptedRows();
  private rowLogits = new Float32Array(0);
  private chosenLogProb = new Float32Array(0);

  constructor(scorer: Scorer, options: LearnedPolicyOptions) {
    this.name = options.name;
    this.mode = options.mode;
    this.scorer = scorer;
    this.bounds = boundsOf(scorer.spec);
    const { memory, kinds } = scorer.architecture;
    this.memory = memory > 0 ? new MemoryStates(memory, kinds.length) : undefined;
    this.rng = options.mode === 'sample' ? options.rng : undefined;
    const greedy = options.mode === 'sample' ? options.greedyKinds : undefined;
    this.greedyKinds = greedy && Uint8Array.from(kinds, ({ name }) => (greedy.includes(name) ? 1 : 0));
  }

  /**
   * [batch.capacity] log-probability of each row's choice under the masked softmax; rows [0, n) of the last `choose`.
   * Valid until the next `choose`.
   */
  get logProb(): Float32Array {
    return this.chosenLogProb;
  }

  /** [batch.capacity * K] logits of the last `choose`, `MASKED_LOGIT` where masked or absent. Valid until the next `choose`. */
  get logits(): Float32Array {
    return this.rowLogits;
  }

  /**
   * @throws SpaceCloudError `MISUSE` when the batch is of another decision specification, or a row may not be decided: nothing is
   * allowed in it, or a feature is NaN, infinite or outside its bounds (`scaleOfFeature`). Nothing is chosen then, and no
   * random number is drawn. Who must not lose the other rows asks `refusedRows` first.
   */
  choose(batch: DecisionBatch, out: Uint8Array): void {
    this.expectFit(batch, out);
    const faulty = firstFaultyRow(this.bounds, batch);
    if (faulty >= 0) throw rowRefusal(batch, faulty, faultOfRow(this.bounds, batch, faulty));
    this.decide(batch, out);
  }

  /**
   * Writes for rows [0, n) why `choose` would refuse them, one of `ROW_FAULTS`; 0 where it would not. Returns how many are
   * refused. Allocates nothing.
   */
  refusedRows(batch: DecisionBatch, out: Uint8Array): number {
    this.expectFit(batch, out);
    return faultsInto(this.bounds, batch, out);
  }

  /**
   * Decides the rows of which `refused` (see `refusedRows`) is 0 as if there were no others; the others get `NO_CHOICE` and
   * a log-probability of NaN, and leave memory and random numbers as they are. Allocates nothing once it has met the largest batch.
   */
  chooseAccepted(batch: DecisionBatch, refused: Uint8Array, out: Uint8Array): void {
    this.expectFit(batch, out);
    const accepted = this.accepted.take(batch, refused);
    this.decide(accepted, out);
    this.accepted.spread(out, NO_CHOICE);
    this.accepted.spread(this.chosenLogProb, NaN);
  }

  /** Why row `row` is refused, as `choose` would say it; undefined where it is not. */
  refusalOf(batch: DecisionBatch, row: number): SpaceCloudError | undefined {
    const fault = faultOfRow(this.bounds, batch, row);
    return fault === ROW_FAULTS.NONE ? undefined : rowRefusal(batch, row, fault);
  }

  /** World `world` starts anew: what was remembered of its agents is forgotten. */
  forget(world: number): void {
    this.memory?.forget(world);
  }

  private expectFit(batch: DecisionBatch, out: Uint8Array): void {
    checkSpec(this.scorer.spec, batch, this.name);
    if (out.length >= batch.n) return;
    throw new SpaceCloudError('MISUSE', `Expected room for ${batch.n} rows, got ${out.length}.`);
  }

  /** Every row may be decided. */
  private decide(batch: DecisionBatch, out: Uint8Array): void {
    if (this.chosenLogProb.length < batch.capacity) {
      this.rowLogits = new Float32Array(batch.capacity * batch.maxCandidates);
      this.chosenLogProb = new Float32Array(batch.capacity);
    }
    this.memory?.claim(batch);
    this.scorer.logitsInto(batch, this.rowLogits, this.memory);
    if (this.rng === undefined) argmaxInto(batch, this.rowLogits, out, this.chosenLogProb);
    else sampleInto(batch, this.rowLogits, this.rng, out, this.chosenLogProb, this.greedyKinds);
  }
}
