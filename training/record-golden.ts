import { type DecisionBatch, SPACE_CLOUD_SPEC, createDecisionBatch } from '../core/index.ts';
import type { WorldModel } from '../environment/index.ts';
import type { DecidedBatch } from '../agents/index.ts';
import { runEpisode } from './evaluation/episode.ts';
import { type PolicySource, createPolicy } from './evaluation/policy-source.ts';

export interface GoldenOptions {
  readonly source: PolicySource;
  /** Rows of each decision kind to keep as golden vectors. */
  readonly rowsPerKind: number;
  /** Rows of each decision kind to keep as a record, at most. */
  readonly recordedPerKind: number;
  readonly seed: number;
  readonly fallback: string;
}

/** Decisions of one run of a policy. */
export interface RecordedRun {
  /** The first of each kind that leave a choice: the inputs of a bundle's golden vectors. */
  readonly golden: DecisionBatch;
  /** The first of each kind, all of them, in their order: what the int8 graphs are scaled and measured with. */
  readonly recorded: DecisionBatch;
}

/** Simulated time within which every kind of decision turns up, s: that, and as long as few satellites need to decide much. */
const RECORD_S = 20;
const LONGEST_RECORD_S = 120;
const RECORD_SATELLITE_S = 4000;

/** Real decisions of a short run of the policy, evenly of every kind. */
export async function recordGolden(model: WorldModel, options: GoldenOptions): Promise<RecordedRun> {
  const golden = new RowKeeper(options.rowsPerKind);
  const recorded = new RowKeeper(options.recordedPerKind);
  await runEpisode(model, createPolicy(options.source, options.seed), {
    seed: options.seed,
    arrivalsS: Math.max(RECORD_S, Math.min(LONGEST_RECORD_S, RECORD_SATELLITE_S / model.satelliteCount)),
    drainS: 0,
    fallback: options.fallback,
    role: options.source.role,
    onBatch: ({ batch }: DecidedBatch) => {
      for (let row = 0; row < batch.n; row++) {
        recorded.keep(batch, row);
        if (isChoice(batch, row)) golden.keep(batch, row);
      }
    },
  });
  return { golden: golden.rows, recorded: recorded.rows };
}

/** Keeps the first rows of each decision kind. */
class RowKeeper {
  readonly rows: DecisionBatch;
  private readonly kept = new Array<number>(SPACE_CLOUD_SPEC.kinds.length).fill(0);
  private readonly perKind: number;

  constructor(perKind: number) {
    this.perKind = perKind;
    this.rows = createDecisionBatch(SPACE_CLOUD_SPEC, SPACE_CLOUD_SPEC.kinds.length * perKind);
  }

  keep(batch: DecisionBatch, row: number): void {
    const kind = batch.kind[row] as number;
    const kept = this.kept[kind] as number;
    if (kept >= this.perKind) return;
    this.kept[kind] = kept + 1;
    copyRow(batch, row, this.rows, this.rows.n++);
  }
}

/** Whether the row leaves a choice at all. */
function isChoice(batch: DecisionBatch, row: number): boolean {
  const first = row * batch.maxCandidates;
  let allowed = 0;
  for (let k = 0; k < batch.maxCandidates; k++) allowed += batch.actionMask[first + k] as number;
  return allowed > 1;
}

function copyRow(from: DecisionBatch, row: number, to: DecisionBatch, at: number): void {
  const { contextStride: C, candidateStride: F, maxCandidates: K } = from;
  to.kind[at] = from.kind[row] as number;
  to.agent[at] = from.agent[row] as number;
  to.timeS[at] = from.timeS[row] as number;
  to.candidateCount[at] = from.candidateCount[row] as number;
  to.context.set(from.context.subarray(row * C, (row + 1) * C), at * C);
  to.candidates.set(from.candidates.subarray(row * K * F, (row + 1) * K * F), at * K * F);
  to.actionMask.set(from.actionMask.subarray(row * K, (row + 1) * K), at * K);
}
