import {
  type DecisionBatch,
  FORWARD,
  type LocalKnowledge,
  SPACE_CLOUD_SPEC,
  candidateColumn,
  contextColumn,
  createDecisionBatch,
} from '../../../core/index.ts';

/** One candidate of a test row: features by name, and whether and which node it stands for. */
export interface TestCandidate {
  readonly allowed?: boolean;
  readonly node?: number;
  readonly features: Readonly<Record<string, number>>;
}

export interface TestRow {
  readonly kind: number;
  readonly world?: number;
  readonly agent?: number;
  readonly destination?: number;
  readonly sizeBits?: number;
  readonly context?: Readonly<Record<string, number>>;
  readonly candidates: readonly TestCandidate[];
}

interface BatchOptions {
  readonly capacity?: number;
  readonly knowledge?: readonly LocalKnowledge[];
}

/** A batch of the space cloud's specification with the rows given; features not named are 0. */
export function batchOf(
  rows: readonly TestRow[],
  { capacity = Math.max(1, rows.length), knowledge = [] }: BatchOptions = {},
): DecisionBatch {
  const batch = createDecisionBatch(SPACE_CLOUD_SPEC, capacity, knowledge);
  for (const row of rows) addRow(batch, row);
  return batch;
}

export function addRow(batch: DecisionBatch, row: TestRow): void {
  const r = batch.n++;
  batch.kind[r] = row.kind;
  batch.world[r] = row.world ?? 0;
  batch.agent[r] = row.agent ?? 0;
  batch.decision[r] = r;
  batch.destination[r] = row.destination ?? -1;
  batch.sizeBits[r] = row.sizeBits ?? 0;
  batch.candidateCount[r] = row.candidates.length;
  for (const [name, value] of Object.entries(row.context ?? {})) {
    batch.context[r * batch.contextStride + contextColumn(batch.spec, row.kind, name)] = value;
  }
  row.candidates.forEach((candidate, k) => {
    const at = r * batch.maxCandidates + k;
    batch.actionMask[at] = candidate.allowed === false ? 0 : 1;
    batch.candidateNode[at] = candidate.node ?? -1;
    for (const [name, value] of Object.entries(candidate.features)) {
      batch.candidates[at * batch.candidateStride + candidateColumn(batch.spec, row.kind, name)] = value;
    }
  });
}

/** A link candidate of a `forward` row: own queue, transmission, propagation, remaining by snapshot and by link state, s. */
export function link(
  node: number,
  [ownQueueS, transmitS, propagationS, snapshotRemainingS, loadAwareRemainingS]: readonly [
    number,
    number,
    number,
    number,
    number,
  ],
  allowed = true,
): TestCandidate {
  return {
    allowed,
    node,
    features: { ownQueueS, transmitS, propagationS, snapshotRemainingS, loadAwareRemainingS },
  };
}

/** Hold where there is no way: a beacon period of 0.5 s, then the 60 s at which the world cuts delays. */
const NO_WAY = [60.5, 60.5] as const;

/**
 * The hold candidate of a `forward` row: its remaining delay by snapshot and by link state, s. The world puts the beacon period
 * and the best way afterwards into both; all other costs of holding are 0.
 */
export function hold(
  [snapshotRemainingS, loadAwareRemainingS]: readonly [number, number] = NO_WAY,
  allowed = true,
): TestCandidate {
  return { allowed, node: 0, features: { isHold: 1, snapshotRemainingS, loadAwareRemainingS } };
}

export const forwardRow = (candidates: readonly TestCandidate[], more: Partial<TestRow> = {}): TestRow => ({
  kind: FORWARD,
  destination: 9,
  sizeBits: 1e6,
  ...more,
  candidates,
});
