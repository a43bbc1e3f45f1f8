import type { DecisionSpec } from '../../../core/index.ts';
import type { DecisionColumns } from '../../runtime/index.ts';
import type { Tensor } from './evaluate.kernel.ts';
import { MEMORY_INPUT } from './memory.ts';

/** States of a memory, one per row: [n * units]. */
export interface RowStates {
  readonly units: number;
  readonly states: Float32Array;
}

/** Rows of one decision kind as inputs of its exported graph. */
export function graphInputs(
  kind: DecisionSpec['kinds'][number],
  columns: DecisionColumns,
  rows: readonly number[],
  memory?: RowStates,
): ReadonlyMap<string, Tensor> {
  const { contextStride, candidateStride, maxCandidates } = columns;
  const [n, c, f] = [rows.length, kind.context.length, kind.candidate.length];
  const context = new Float32Array(n * c);
  const candidates = new Float32Array(n * maxCandidates * f);
  const mask = new Float64Array(n * maxCandidates);
  rows.forEach((row, i) => {
    const start = row * contextStride;
    context.set(columns.context.subarray(start, start + c), i * c);
    for (let k = 0; k < maxCandidates; k++) {
      const from = (row * maxCandidates + k) * candidateStride;
      candidates.set(columns.candidates.subarray(from, from + f), (i * maxCandidates + k) * f);
    }
    mask.set(columns.actionMask.subarray(row * maxCandidates, (row + 1) * maxCandidates), i * maxCandidates);
  });
  const count = Float64Array.from(rows, (row) => columns.candidateCount[row] as number);
  return new Map<string, Tensor>([
    ['context', { dims: [n, c], data: context }],
    ['candidates', { dims: [n, maxCandidates, f], data: candidates }],
    ['mask', { dims: [n, maxCandidates], data: mask }],
    ['count', { dims: [n], data: count }],
    ...(memory === undefined || memory.units === 0 ? [] : [[MEMORY_INPUT, statesOf(memory, rows)] as const]),
  ]);
}

function statesOf({ units, states }: RowStates, rows: readonly number[]): Tensor {
  const data = new Float32Array(rows.length * units);
  rows.forEach((row, i) => data.set(states.subarray(row * units, (row + 1) * units), i * units));
  return { dims: [rows.length, units], data };
}
