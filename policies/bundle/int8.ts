import type { DecisionSpec } from '../../core/index.ts';
import { StrictMath } from '../../core/index.ts';
import type { DecisionColumns } from '../runtime/index.ts';
import { Scorer } from '../runtime/index.ts';
import type { GoldenVectors, Int8Vectors } from './golden.ts';
import { evaluateModel, named, type Tensor } from './onnx/evaluate.kernel.ts';
import { graphInputs } from './onnx/feeds.ts';
import { MEMORY_OUTPUT } from './onnx/memory.ts';
import type { OnnxModel } from './onnx/model.ts';
import { networkModel, type NetworkToExport } from './onnx/network.ts';
import { quantiseModel, quantisedInputs, type Range, widenAll } from './onnx/quantise.ts';

/** Recorded decisions in the order they were taken, single-choice ones included: what a memory has seen is then known. */
export interface RecordedDecisions extends DecisionColumns {
  /** [n] which satellite decided. */
  readonly agent: ArrayLike<number>;
}

/** How the int8 graph of a kind decides, against the float32 graph, on decisions its scales were not taken from. */
export interface Int8Agreement {
  readonly kind: string;
  /** Decisions the scales were taken from. */
  readonly calibratedOn: number;
  /** Decisions compared: those that allow more than one candidate. */
  readonly decisions: number;
  /** Of these, with the same choice. */
  readonly same: number;
  /** By how much the float32 logit of the int8 choice is below the best one: 0 where the choice is the same. */
  readonly logitLoss: { readonly mean: number; readonly largest: number };
  /** The same of the probabilities that the float32 logits stand for. */
  readonly probabilityLoss: { readonly mean: number; readonly largest: number };
  /** Difference of the logits of allowed candidates. */
  readonly logitDifference: { readonly mean: number; readonly largest: number };
}

/** The int8 graph of one decision kind, and what it costs. */
export interface Int8Graph {
  readonly model: OnnxModel;
  readonly agreement: Int8Agreement;
}

/** Rows evaluated at once: their tensors fit into a few MB. */
const CHUNK_ROWS = 128;

/**
 * The int8 graphs of a network, in the order of its kinds. Scales come from every other recorded decision of a kind; the rest
 * says what the graphs cost (a kind with a single recorded decision gives both). A graph with memory is compared with its own
 * state, as it would fly.
 */
export function int8Graphs(network: NetworkToExport, recorded: RecordedDecisions): readonly Int8Graph[] {
  const { spec, architecture } = network;
  const float = floatRun(network, recorded);
  return spec.kinds.map((kind, index) => {
    const model = networkModel(network, index);
    const rows = Array.from({ length: recorded.n }, (_, row) => row).filter((row) => recorded.kind[row] === index);
    const calibration = rows.length < 2 ? rows : rows.filter((_, i) => i % 2 === 0);
    const names = quantisedInputs(model);
    const ranges = new Map<string, Range>();
    for (const chunk of chunks(calibration)) {
      const memory = { units: architecture.memory, states: float.before };
      widenAll(ranges, names, evaluateModel(model, graphInputs(kind, recorded, chunk, memory)));
    }
    const quantised = quantiseModel(model, ranges);
    const logits = int8Logits(quantised, { kind, units: architecture.memory }, recorded, rows);
    const used = new Set(rows.length < 2 ? [] : calibration);
    const compared = rows.filter((row) => !used.has(row) && allowed(recorded, row).length > 1);
    const agreement = agreementOf(recorded, compared, { float: float.logits, int8: logits });
    return { model: quantised, agreement: { kind: kind.kind, calibratedOn: calibration.length, ...agreement } };
  });
}

/** What the int8 graphs make of golden vectors, each row from its own recorded state. */
export function int8Vectors(
  spec: DecisionSpec,
  graphs: readonly Int8Graph[],
  { columns, memory }: Pick<GoldenVectors, 'columns' | 'memory'>,
): Int8Vectors {
  const k = columns.maxCandidates;
  const logits = new Float32Array(columns.n * k);
  const choices = new Uint8Array(columns.n);
  const states = { units: memory?.units ?? 0, states: memory?.before ?? new Float32Array() };
  spec.kinds.forEach((kind, index) => {
    const rows = Array.from({ length: columns.n }, (_, row) => row).filter((row) => columns.kind[row] === index);
    for (const chunk of chunks(rows)) {
      const outputs = evaluateModel((graphs[index] as Int8Graph).model, graphInputs(kind, columns, chunk, states));
      const [chunkLogits, chunkChoices] = [named(outputs, 'logits').data, named(outputs, 'choice').data];
      chunk.forEach((row, i) => {
        logits.set(chunkLogits.subarray(i * k, (i + 1) * k), row * k);
        choices[row] = chunkChoices[i] as number;
      });
    }
  });
  return { logits, choices };
}

/** Logits and states before each row, of the runtime that flies: one memory per satellite and kind. */
function floatRun({ spec, architecture, weights, normaliser }: NetworkToExport, recorded: RecordedDecisions) {
  const slot = slotsOf(recorded);
  const units = architecture.memory;
  const states = new Float32Array((Math.max(-1, ...slot) + 1) * units);
  const before = new Float32Array(recorded.n * units);
  const logits = new Float32Array(recorded.n * recorded.maxCandidates);
  new Scorer(spec, architecture, weights, normaliser).logitsInto(recorded, logits, { states, slot, before });
  return { logits, before };
}

/** [n] numbers of the pairs of satellite and kind, from 0. */
function slotsOf({ n, agent, kind }: RecordedDecisions): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from({ length: n }, (_, row) => {
    const pair = `${agent[row]} ${kind[row]}`;
    const number = numbers.get(pair) ?? numbers.size;
    numbers.set(pair, number);
    return number;
  });
}

/** [n * K], written for `rows` only. With memory, rows are taken in rounds: the next decision of each satellite. */
function int8Logits(
  model: OnnxModel,
  { kind, units }: { readonly kind: DecisionSpec['kinds'][number]; readonly units: number },
  recorded: RecordedDecisions,
  rows: readonly number[],
): Float32Array {
  const k = recorded.maxCandidates;
  const logits = new Float32Array(recorded.n * k);
  const slot = slotsOf(recorded);
  const states = new Float32Array(recorded.n * units);
  const last = new Map<number, number>();
  for (const round of units === 0 ? [rows] : roundsOf(rows, slot)) {
    for (const chunk of chunks(round)) {
      const outputs = evaluateModel(model, graphInputs(kind, recorded, chunk, { units, states: statesFor(chunk) }));
      const chunkLogits = named(outputs, 'logits').data;
      chunk.forEach((row, i) => logits.set(chunkLogits.subarray(i * k, (i + 1) * k), row * k));
      if (units > 0) keepStates(chunk, named(outputs, MEMORY_OUTPUT));
    }
  }
  return logits;

  /** Puts the state each row's satellite was left with where the row's own is read. */
  function statesFor(chunk: readonly number[]): Float32Array {
    for (const row of chunk) {
      const previous = last.get(slot[row] as number);
      if (previous !== undefined) states.copyWithin(row * units, previous * units, (previous + 1) * units);
    }
    return states;
  }

  function keepStates(chunk: readonly number[], next: Tensor): void {
    chunk.forEach((row, i) => {
      states.set(next.data.subarray(i * units, (i + 1) * units), row * units);
      last.set(slot[row] as number, row);
    });
  }
}

/** Round r holds the r-th row of each slot. */
function roundsOf(rows: readonly number[], slot: Int32Array): readonly (readonly number[])[] {
  const rounds: number[][] = [];
  const taken = new Map<number, number>();
  for (const row of rows) {
    const round = taken.get(slot[row] as number) ?? 0;
    taken.set(slot[row] as number, round + 1);
    (rounds[round] ??= []).push(row);
  }
  return rounds;
}

function chunks(rows: readonly number[]): readonly (readonly number[])[] {
  return Array.from({ length: Math.ceil(rows.length / CHUNK_ROWS) }, (_, i) =>
    rows.slice(i * CHUNK_ROWS, (i + 1) * CHUNK_ROWS),
  );
}

function agreementOf(
  recorded: DecisionColumns,
  rows: readonly number[],
  { float, int8 }: { readonly float: Float32Array; readonly int8: Float32Array },
): Omit<Int8Agreement, 'kind' | 'calibratedOn'> {
  const k = recorded.maxCandidates;
  const losses: number[] = [];
  const probabilities: number[] = [];
  const differences: number[] = [];
  let same = 0;
  for (const row of rows) {
    const candidates = allowed(recorded, row);
    const of = (logits: Float32Array): number[] => candidates.map((candidate) => logits[row * k + candidate] as number);
    const [own, other] = [of(float), of(int8)];
    const [best, chosen] = [largest(own), largest(other)];
    const weights = own.map((logit) => StrictMath.exp(logit - (own[best] as number)));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    if (best === chosen) same++;
    losses.push((own[best] as number) - (own[chosen] as number));
    probabilities.push((1 - (weights[chosen] as number)) / total);
    own.forEach((logit, i) => differences.push(Math.abs(logit - (other[i] as number))));
  }
  return {
    decisions: rows.length,
    same,
    logitLoss: summary(losses),
    probabilityLoss: summary(probabilities),
    logitDifference: summary(differences),
  };
}

function allowed({ actionMask, candidateCount, maxCandidates }: DecisionColumns, row: number): readonly number[] {
  return Array.from({ length: candidateCount[row] as number }, (_, candidate) => candidate).filter(
    (candidate) => actionMask[row * maxCandidates + candidate] === 1,
  );
}

/** Index of the largest, the lowest among equals. */
function largest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values));
}

/** Of at least 0 values, with four digits: more would pretend to a precision that a sample does not have. */
function summary(values: readonly number[]): { mean: number; largest: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
  const most = values.reduce((max, value) => Math.max(max, value), 0);
  return { mean: Number(mean.toPrecision(4)), largest: Number(most.toPrecision(4)) };
}
