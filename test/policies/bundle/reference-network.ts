import type { Architecture, DecisionColumns, Normaliser } from '../../../policies/runtime/index.ts';
import { weightLayout } from '../../../policies/runtime/index.ts';

/** One row through the network as `Architecture` states it, slowly, in float64. */
export interface ReferenceRow {
  /** [K] */
  readonly logits: number[];
  readonly value: number;
  readonly choice: number;
}

export function referenceRow(
  network: { architecture: Architecture; weights: Float32Array; normaliser: Normaliser },
  columns: DecisionColumns,
  row: number,
): ReferenceRow {
  const { architecture, weights, normaliser } = network;
  const kindIndex = columns.kind[row] as number;
  const kind = architecture.kinds[kindIndex] as Architecture['kinds'][number];
  const statistics = normaliser.kinds[kindIndex] as Normaliser['kinds'][number];
  const k = columns.maxCandidates;
  const count = columns.candidateCount[row] as number;
  const tensor = (name: string): number[] => {
    const slot = weightLayout(architecture).find((entry) => entry.name === `${kind.name}/${name}`);
    if (slot === undefined) throw new RangeError(name);
    return [...weights.subarray(slot.offset, slot.offset + slot.size)];
  };
  const context = normal(
    [...columns.context.subarray(row * columns.contextStride)].slice(0, kind.context),
    statistics.contextMean,
    statistics.contextStd,
  );
  const raw = Array.from({ length: k }, (_, i) => {
    const start = (row * k + i) * columns.candidateStride;
    return [...columns.candidates.subarray(start, start + kind.candidate)];
  });
  const candidates = raw.map((x) => normal(x, statistics.candidateMean, statistics.candidateStd));

  const logits = candidates.map((candidate, i) => {
    if (columns.actionMask[row * k + i] === 0) return -1e9;
    const fromContext = product(context, tensor('policy.context.w'));
    const fromCandidate = product(candidate, tensor('policy.candidate.w'));
    const e = relu(sum(sum(fromContext, fromCandidate), tensor('policy.encoder.b')));
    const h = relu(sum(product(e, tensor('policy.hidden.w')), tensor('policy.hidden.b')));
    const residual = product(h, tensor('policy.out.w'))[0] as number;
    return (raw[i]?.at(-1) as number) + residual / (1 + Math.abs(residual) / 5);
  });

  const existing = candidates.slice(0, count);
  const mean = Array.from({ length: kind.candidate }, (_, i) =>
    existing.reduce((total, candidate) => total + (candidate[i] as number) / count, 0),
  );
  const v1 = relu(
    sum(
      sum(product(context, tensor('value.context.w')), product(mean, tensor('value.candidate.w'))),
      tensor('value.encoder.b'),
    ),
  );
  const v2 = relu(sum(product(v1, tensor('value.hidden.w')), tensor('value.hidden.b')));
  const value = sum(product(v2, tensor('value.out.w')), tensor('value.out.b'))[0] as number;
  return { logits, value, choice: logits.indexOf(Math.max(...logits)) };
}

function normal(x: number[], mean: Float32Array, std: Float32Array): number[] {
  return x.map((value, i) => Math.min(10, Math.max(-10, (value - (mean[i] as number)) / (std[i] as number))));
}

/** x [n] times w [n, m], row-major. */
function product(x: number[], w: number[]): number[] {
  const m = w.length / x.length;
  return Array.from({ length: m }, (_, j) => x.reduce((total, xi, i) => total + xi * (w[i * m + j] as number), 0));
}

function sum(a: number[], b: number[]): number[] {
  return a.map((value, i) => value + (b[i] as number));
}

function relu(a: number[]): number[] {
  return a.map((value) => Math.max(0, value));
}
