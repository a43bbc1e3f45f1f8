import { type DecisionBatch, SPACE_CLOUD_SPEC, createDecisionBatch } from '../core/index.ts';
import type { WorldModel } from '../environment/index.ts';
import { runEpisode } from './evaluation/episode.ts';
import { type PolicySource, createPolicy } from './evaluation/policy-source.ts';

export interface GoldenOptions {
  readonly source: PolicySource;
  /** Rows to keep of each decision kind. */
  readonly rowsPerKind: number;
  readonly seed: number;
  readonly fallback: string;
}

/** Simulated time within which every kind of decision turns up, s. */
const RECORD_S = 20;

/** Real decisions of a short run of the policy, evenly of every kind: the inputs of a bundle's golden vectors. */
export async function recordGolden(model: WorldModel, options: GoldenOptions): Promise<DecisionBatch> {
  const kinds = SPACE_CLOUD_SPEC.kinds.length;
  const golden = createDecisionBatch(SPACE_CLOUD_SPEC, kinds * options.rowsPerKind);
  const kept = new Array<number>(kinds).fill(0);
  await runEpisode(model, createPolicy(options.source, options.seed), {
    seed: options.seed,
    arrivalsS: RECORD_S,
    drainS: 0,
    fallback: options.fallback,
    role: options.source.role,
    onBatch: ({ batch }) => {
      for (let row = 0; row < batch.n; row++) {
        const kind = batch.kind[row] as number;
        if ((kept[kind] as number) >= options.rowsPerKind || !isChoice(batch, row)) continue;
        kept[kind] = (kept[kind] as number) + 1;
        copyRow(batch, row, golden, golden.n++);
      }
    },
  });
  return golden;
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
