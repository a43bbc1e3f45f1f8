import { join } from 'node:path';
import { type DecisionBatch, type DecisionSpec, createDecisionBatch, decisionSpecHash } from '../../core/index.ts';

/** Where `record-batches.ts` puts what it records. */
export const RECORDED_FOLDER = join(import.meta.dirname, 'recorded');

/** Decisions taken from a real run, as JSON: one entry per row, features without padding. */
export interface RecordedBatch {
  readonly specHash: string;
  /** Where the rows come from: scenario, seed, policy. */
  readonly origin: string;
  readonly rows: readonly {
    readonly kind: number;
    readonly context: readonly number[];
    /** [candidate][feature] */
    readonly candidates: readonly (readonly number[])[];
    /** [candidate] 1 = allowed */
    readonly mask: readonly number[];
  }[];
}

/** Every float32 is exact as a JSON number. */
export function recordBatch(batch: DecisionBatch, origin: string): RecordedBatch {
  const { spec, contextStride: C, candidateStride: F, maxCandidates: K } = batch;
  return {
    specHash: decisionSpecHash(spec),
    origin,
    rows: Array.from({ length: batch.n }, (_, r) => {
      const kind = batch.kind[r] as number;
      const widths = spec.kinds[kind];
      const count = batch.candidateCount[r] as number;
      return {
        kind,
        context: Array.from(batch.context.subarray(r * C, r * C + (widths?.context.length ?? 0))),
        candidates: Array.from({ length: count }, (_, k) => {
          const at = (r * K + k) * F;
          return Array.from(batch.candidates.subarray(at, at + (widths?.candidate.length ?? 0)));
        }),
        mask: Array.from(batch.actionMask.subarray(r * K, r * K + count)),
      };
    }),
  };
}

/** The batch again. Fails when it was recorded for another specification: record it anew then. */
export function replayBatch(spec: DecisionSpec, record: RecordedBatch): DecisionBatch {
  if (record.specHash !== decisionSpecHash(spec)) {
    throw new Error(
      `The batch from ${record.origin} was recorded for specification ${record.specHash}; record it anew.`,
    );
  }
  const batch = createDecisionBatch(spec, record.rows.length);
  batch.n = record.rows.length;
  record.rows.forEach((row, r) => {
    batch.kind[r] = row.kind;
    batch.candidateCount[r] = row.candidates.length;
    batch.context.set(row.context, r * batch.contextStride);
    batch.actionMask.set(row.mask, r * batch.maxCandidates);
    row.candidates.forEach((features, k) => {
      batch.candidates.set(features, (r * batch.maxCandidates + k) * batch.candidateStride);
    });
  });
  return batch;
}
