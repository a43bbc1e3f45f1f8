import { z } from 'zod';
import type { DecisionSpec } from '../../core/index.ts';
import { candidateWidth, contextWidth, SpaceCloudError } from '../../core/index.ts';
import type { DecisionColumns, MemoryColumns } from '../runtime/index.ts';
import { parseJsonWith } from './signing/dsse.ts';
import { refuse } from './signing/refuse.ts';
import { float32Texts, readableJson } from './text.ts';

/** A runtime may differ from a recorded logit by this, times the larger of 1 and the logit's size. */
export const GOLDEN_TOLERANCE = 1e-5;
/** More recorded rows than this only make the bundle heavier. */
export const MAX_GOLDEN_ROWS = 1024;

/** The part of a runtime that golden vectors check; `Scorer` has it. */
export interface LogitRuntime {
  /** Writes [n * maxCandidates] logits, and moves the states of a network with memory on. */
  logitsInto(batch: DecisionColumns, logits: Float32Array, memory?: MemoryColumns): void;
}

/** Golden vectors: inputs, and what the exporting runtime made of them. */
export interface GoldenVectors {
  readonly columns: DecisionColumns;
  /** [n * K] */
  readonly logits: Float32Array;
  /** [n] */
  readonly choices: Uint8Array;
  readonly tolerance: number;
  /** Only of a network with memory: state before and after each row, [n * M] each. */
  readonly memory?: { readonly units: number; readonly before: Float32Array; readonly after: Float32Array };
}

/** What the int8 graphs make of the recorded decisions. */
export interface Int8Vectors {
  /** [n * K] */
  readonly logits: Float32Array;
  /** [n] */
  readonly choices: Uint8Array;
}

/** How well a runtime reproduces the vectors. */
export interface GoldenAgreement {
  readonly rows: number;
  /** Largest difference of a logit over the larger of 1 and its size. */
  readonly maxDifference: number;
}

const floats = z.array(z.number());
const goldenSchema = z.strictObject({
  tolerance: z.number().positive().max(GOLDEN_TOLERANCE),
  rows: z
    .array(
      z.strictObject({
        kind: z.string(),
        context: floats,
        candidates: z.array(floats).min(1),
        mask: z.array(z.union([z.literal(0), z.literal(1)])),
        logits: floats,
        choice: z.int().min(0),
        memory: floats.exactOptional(),
        nextMemory: floats.exactOptional(),
        int8: z.strictObject({ logits: floats, choice: z.int().min(0) }),
      }),
    )
    .min(1)
    .max(MAX_GOLDEN_ROWS),
});

/**
 * Runs the recorded decisions through the runtime that will fly. A memory of `units` takes the rows of a kind for decisions
 * of one satellite, one after another, so that the states recorded are states as they come up.
 * Throws MISUSE for an empty record, a decision kind without a row, a row without allowed candidate, or NaN.
 */
export function recordGolden(
  spec: DecisionSpec,
  columns: DecisionColumns,
  runtime: LogitRuntime,
  units = 0,
): GoldenVectors {
  const { n, maxCandidates: k } = columns;
  const problem = recordProblem(spec, columns);
  if (problem !== undefined) {
    throw new SpaceCloudError('MISUSE', problem, {
      hint: 'Record a few dozen decisions of each kind from an evaluation.',
    });
  }
  const logits = new Float32Array(n * k);
  const states = new Float32Array(spec.kinds.length * units);
  const before = new Float32Array(n * units);
  runtime.logitsInto(columns, logits, { states, slot: Int32Array.from(columns.kind), before });
  const memory = units === 0 ? undefined : { units, before, after: statesAfter(columns, runtime, before) };
  const choices = Uint8Array.from({ length: n }, (_, row) => bestOf(logits.subarray(row * k, (row + 1) * k)));
  return { columns, logits, choices, tolerance: GOLDEN_TOLERANCE, ...(memory === undefined ? {} : { memory }) };
}

/** What each row makes of its own state before it. */
function statesAfter(columns: DecisionColumns, runtime: LogitRuntime, before: Float32Array): Float32Array {
  const states = before.slice();
  runtime.logitsInto(columns, new Float32Array(columns.n * columns.maxCandidates), ownStates(columns.n, states));
  return states;
}

/** One state per row. */
function ownStates(n: number, states: Float32Array): MemoryColumns {
  return { states, slot: Int32Array.from({ length: n }, (_, row) => row), before: new Float32Array(states.length) };
}

/** Runs the vectors through a runtime; throws BUNDLE_GOLDEN naming the first row and candidate that differ. */
export function checkGolden(file: string, golden: GoldenVectors, runtime: LogitRuntime): GoldenAgreement {
  const { columns, tolerance } = golden;
  const k = columns.maxCandidates;
  const logits = new Float32Array(columns.n * k);
  const states = golden.memory?.before.slice() ?? new Float32Array();
  runtime.logitsInto(columns, logits, ownStates(columns.n, states));
  let maxDifference = checkStates(file, golden, states);
  for (let row = 0; row < columns.n; row++) {
    const count = columns.candidateCount[row] as number;
    for (let candidate = 0; candidate < count; candidate++) {
      const expected = golden.logits[row * k + candidate] as number;
      const actual = logits[row * k + candidate] as number;
      const difference = Math.abs(actual - expected) / Math.max(1, Math.abs(expected));
      if (!(difference <= tolerance)) {
        throw refuse(
          'BUNDLE_GOLDEN',
          file,
          `Expected logit ${expected} for row ${row}, candidate ${candidate}, got ${actual} (tolerance ${tolerance}).`,
        );
      }
      maxDifference = Math.max(maxDifference, difference);
    }
    checkChoice(file, golden, row, logits);
  }
  return { rows: columns.n, maxDifference };
}

/** Largest difference of a state after its row, which is in [-1, 1]. */
function checkStates(file: string, { memory, tolerance }: GoldenVectors, states: Float32Array): number {
  let maxDifference = 0;
  memory?.after.forEach((expected, i) => {
    const actual = states[i] as number;
    const difference = Math.abs(actual - expected);
    if (!(difference <= tolerance)) {
      const row = Math.floor(i / memory.units);
      throw refuse(
        'BUNDLE_GOLDEN',
        file,
        `Expected unit ${i % memory.units} of the memory to be ${expected} after row ${row}, got ${actual} (tolerance ${tolerance}).`,
      );
    }
    maxDifference = Math.max(maxDifference, difference);
  });
  return maxDifference;
}

/** `golden.json`: one object per row, without padding. */
export function encodeGolden(spec: DecisionSpec, golden: GoldenVectors, int8: Int8Vectors): string {
  const { columns, logits, choices, memory } = golden;
  const { contextStride: c, candidateStride: f, maxCandidates: k } = columns;
  const rows = Array.from({ length: columns.n }, (_, row) => {
    const kind = spec.kinds[columns.kind[row] as number] as DecisionSpec['kinds'][number];
    const count = columns.candidateCount[row] as number;
    const candidateAt = (index: number): number[] => {
      const start = (row * k + index) * f;
      return float32Texts(columns.candidates.subarray(start, start + kind.candidate.length));
    };
    return {
      kind: kind.kind,
      context: float32Texts(columns.context.subarray(row * c, row * c + kind.context.length)),
      candidates: Array.from({ length: count }, (_, index) => candidateAt(index)),
      mask: Array.from(columns.actionMask.subarray(row * k, row * k + count)),
      logits: float32Texts(logits.subarray(row * k, row * k + count)),
      choice: choices[row],
      int8: {
        logits: float32Texts(int8.logits.subarray(row * k, row * k + count)),
        choice: int8.choices[row],
      },
      ...(memory === undefined
        ? {}
        : { memory: stateOf(memory.before, memory.units, row), nextMemory: stateOf(memory.after, memory.units, row) }),
    };
  });
  return readableJson({ tolerance: golden.tolerance, rows });
}

function stateOf(states: Float32Array, units: number, row: number): number[] {
  return float32Texts(states.subarray(row * units, (row + 1) * units));
}

/** The inverse; throws BUNDLE_MALFORMED for a row that does not fit the specification and a memory of `units`. */
export function decodeGolden(file: string, bytes: Uint8Array, spec: DecisionSpec, units = 0): GoldenVectors {
  const { rows, tolerance } = parseJsonWith(file, bytes, goldenSchema);
  const c = contextWidth(spec);
  const f = candidateWidth(spec);
  const k = spec.maxCandidates;
  const n = rows.length;
  const columns = {
    n,
    contextStride: c,
    candidateStride: f,
    maxCandidates: k,
    kind: new Uint8Array(n),
    candidateCount: new Uint8Array(n),
    context: new Float32Array(n * c),
    candidates: new Float32Array(n * k * f),
    actionMask: new Uint8Array(n * k),
  };
  const logits = new Float32Array(n * k);
  const memory = { units, before: new Float32Array(n * units), after: new Float32Array(n * units) };
  rows.forEach((row, r) => {
    const kindIndex = spec.kinds.findIndex((kind) => kind.kind === row.kind);
    const kind = spec.kinds[kindIndex];
    const count = row.candidates.length;
    const fits =
      kind !== undefined &&
      count <= k &&
      row.context.length === kind.context.length &&
      row.candidates.every((candidate) => candidate.length === kind.candidate.length) &&
      row.mask.length === count &&
      row.logits.length === count &&
      row.choice < count &&
      row.int8.logits.length === count &&
      row.int8.choice < count &&
      (row.memory?.length ?? 0) === units &&
      (row.nextMemory?.length ?? 0) === units;
    if (!fits) throw refuse('BUNDLE_MALFORMED', file, `Expected golden row ${r} to fit the decision specification.`);
    columns.kind[r] = kindIndex;
    columns.candidateCount[r] = count;
    columns.context.set(row.context, r * c);
    row.candidates.forEach((candidate, index) => {
      columns.candidates.set(candidate, (r * k + index) * f);
    });
    columns.actionMask.set(row.mask, r * k);
    logits.set(row.logits, r * k);
    memory.before.set(row.memory ?? [], r * units);
    memory.after.set(row.nextMemory ?? [], r * units);
  });
  const problem = recordProblem(spec, columns);
  if (problem !== undefined) throw refuse('BUNDLE_MALFORMED', file, problem);
  const choices = Uint8Array.from(rows, (row) => row.choice);
  return { columns, logits, choices, tolerance, ...(units === 0 ? {} : { memory }) };
}

/** Index of the largest logit, the lowest on ties. */
function bestOf(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) {
    if ((logits[i] as number) > (logits[best] as number)) best = i;
  }
  return best;
}

/** A choice may differ from the recorded one only where the two logits tie within the tolerance. */
function checkChoice(file: string, golden: GoldenVectors, row: number, logits: Float32Array): void {
  const { columns, tolerance } = golden;
  const k = columns.maxCandidates;
  const own = logits.subarray(row * k, row * k + (columns.candidateCount[row] as number));
  const recorded = golden.choices[row] as number;
  const best = bestOf(own);
  const gap = (own[best] as number) - (own[recorded] as number);
  if (best === recorded || gap <= 2 * tolerance * Math.max(1, Math.abs(own[best] as number))) return;
  throw refuse('BUNDLE_GOLDEN', file, `Expected choice ${recorded} for row ${row}, got ${best}.`);
}

function recordProblem(spec: DecisionSpec, columns: DecisionColumns): string | undefined {
  const { n, maxCandidates: k, contextStride, candidateStride } = columns;
  if (n < 1 || n > MAX_GOLDEN_ROWS) return `Expected 1 to ${MAX_GOLDEN_ROWS} golden rows, got ${n}.`;
  if (k !== spec.maxCandidates || contextStride !== contextWidth(spec) || candidateStride !== candidateWidth(spec)) {
    return `Expected golden rows with the strides of the specification, got C ${contextStride}, F ${candidateStride}, K ${k}.`;
  }
  const kinds = columns.kind.subarray(0, n);
  const unseen = spec.kinds.find((_, index) => !kinds.includes(index));
  if (unseen !== undefined) return `Expected a golden row for each decision kind, got none for '${unseen.kind}'.`;
  for (let row = 0; row < n; row++) {
    const count = columns.candidateCount[row] as number;
    if (!columns.actionMask.subarray(row * k, row * k + count).includes(1)) {
      return `Expected golden row ${row} to allow at least one candidate, got none.`;
    }
    const context = columns.context.subarray(row * contextStride, (row + 1) * contextStride);
    const candidates = columns.candidates.subarray(row * k * candidateStride, (row + 1) * k * candidateStride);
    if (!context.every(Number.isFinite) || !candidates.every(Number.isFinite)) {
      return `Expected finite features in golden row ${row}.`;
    }
  }
  return undefined;
}
