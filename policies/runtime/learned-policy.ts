import { type DecisionBatch, type Policy, type Rng, SpaceCloudError } from '../../core/index.ts';
import { checkSpec } from './checks.ts';
import { MemoryStates } from './memory-states.ts';
import { NO_ROW, firstRowNotFinite, firstRowWithoutChoice } from './inspect.kernel.ts';
import type { Scorer } from './scorer.ts';
import { argmaxInto, sampleInto } from './select.kernel.ts';

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
  private rowLogits = new Float32Array(0);
  private chosenLogProb = new Float32Array(0);

  constructor(scorer: Scorer, options: LearnedPolicyOptions) {
    this.name = options.name;
    this.mode = options.mode;
    this.scorer = scorer;
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
   * @throws SpaceCloudError `MISUSE` when the batch is of another decision specification, a row allows nothing, or a
   * feature is NaN or infinite. Nothing is chosen then, and no random number is drawn.
   */
  choose(batch: DecisionBatch, out: Uint8Array): void {
    checkSpec(this.scorer.spec, batch, this.name);
    this.refuseBadRows(batch);
    if (out.length < batch.n) {
      throw new SpaceCloudError('MISUSE', `Expected room for ${batch.n} choices, got ${out.length}.`);
    }
    if (this.chosenLogProb.length < batch.capacity) {
      this.rowLogits = new Float32Array(batch.capacity * batch.maxCandidates);
      this.chosenLogProb = new Float32Array(batch.capacity);
    }
    this.memory?.claim(batch);
    this.scorer.logitsInto(batch, this.rowLogits, this.memory);
    if (this.rng === undefined) argmaxInto(batch, this.rowLogits, out, this.chosenLogProb);
    else sampleInto(batch, this.rowLogits, this.rng, out, this.chosenLogProb, this.greedyKinds);
  }

  /** World `world` starts anew: what was remembered of its agents is forgotten. */
  forget(world: number): void {
    this.memory?.forget(world);
  }

  private refuseBadRows(batch: DecisionBatch): void {
    const closed = firstRowWithoutChoice(batch);
    if (closed !== NO_ROW) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected at least one allowed candidate for ${whose(batch, closed)}, got ${batch.candidateCount[closed]} candidates, none allowed.`,
        { hint: 'The world must drop a task that nothing is allowed for, not ask about it.' },
      );
    }
    const broken = firstRowNotFinite(this.scorer.spec, batch);
    if (broken !== NO_ROW) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected finite features for ${whose(batch, broken)}, got ${nameOfFault(batch, broken)}.`,
        { hint: 'A feature that may be unbounded must be bounded by the world before it is observed.' },
      );
    }
  }
}

function whose(batch: DecisionBatch, row: number): string {
  const kind = batch.spec.kinds[batch.kind[row] as number]?.kind;
  return `the '${kind}' decision of agent ${batch.agent[row]} at ${batch.timeS[row]} s (world ${batch.world[row]}, row ${row})`;
}

/** Name and value of the first feature of the row that is not finite. */
function nameOfFault(batch: DecisionBatch, row: number): string {
  const kind = batch.spec.kinds[batch.kind[row] as number];
  for (const [i, feature] of (kind?.context ?? []).entries()) {
    const value = batch.context[row * batch.contextStride + i] as number;
    if (!Number.isFinite(value)) return `${feature.name} = ${value}`;
  }
  for (let k = 0; k < (batch.candidateCount[row] as number); k++) {
    for (const [i, feature] of (kind?.candidate ?? []).entries()) {
      const value = batch.candidates[(row * batch.maxCandidates + k) * batch.candidateStride + i] as number;
      if (!Number.isFinite(value)) return `${feature.name} = ${value} of candidate ${k}`;
    }
  }
  return 'a value that is not finite';
}
