import type { Scalar, Variable } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { type DecisionBatch, Rng } from '../../../core/index.ts';
import { CandidateScorer, type Engine } from '../../../policies/networks/index.ts';
import { MASKED_LOGIT, Scorer, architectureOf, kindSlots } from '../../../policies/runtime/index.ts';
import { SMALL_SPEC, randomBatch, randomNormaliser, randomWeights, rowsOfKind } from '../batches.ts';
import { engineUnderTest } from '../engine-under-test.ts';
import { SlowNetwork } from '../slow-network.ts';

const engine: Engine = await engineUnderTest();
const { tf } = engine;
const K = SMALL_SPEC.maxCandidates;
const OPTIONS = [
  { attention: 6, memory: 0 },
  { attention: 0, memory: 4 },
  { attention: 1, memory: 1 },
  { attention: 5, memory: 3 },
];

function parts(options: { attention: number; memory: number }) {
  const architecture = architectureOf(SMALL_SPEC, { hidden: 7, ...options });
  const weights = randomWeights(architecture, 2);
  const normaliser = randomNormaliser(architecture, 1);
  return { architecture, weights, normaliser, twin: new CandidateScorer(tf, architecture, normaliser, weights) };
}

/** States before rows, [rows * M]. */
function states(rows: number, units: number): Float32Array {
  const rng = new Rng(5, 'test-states');
  return Float32Array.from({ length: rows * units }, () => 2 * rng.uniform() - 1);
}

describe.each(OPTIONS)(`on ${engine.name}, attention $attention and memory $memory`, (options) => {
  const { architecture, weights, normaliser, twin } = parts(options);
  const units = options.memory;

  it('the twin gives the logits and values of the runtime, from states row by row', () => {
    for (const batch of [
      randomBatch(SMALL_SPEC, { rows: 60, seed: 9, masked: 0.4 }),
      randomBatch(SMALL_SPEC, { rows: 20, seed: 10, candidates: 1 }),
      randomBatch(SMALL_SPEC, { rows: 1, seed: 11 }),
    ]) {
      const before = states(batch.n, units);
      const logits = new Float32Array(batch.n * K);
      const values = new Float32Array(batch.n);
      const runtime = new Scorer(SMALL_SPEC, architecture, weights, normaliser);
      const slot = Int32Array.from({ length: batch.n }, (_, row) => row);
      runtime.logitsInto(batch, logits, { states: before.slice(), slot, before: new Float32Array(before.length) });
      runtime.valuesInto(batch, values, before);
      for (let kind = 0; kind < 3; kind++) {
        const rows = rowsOfKind(batch, kind);
        if (rows.length === 0) continue;
        tf.tidy(() => {
          const inputs = twin.inputs(batch, kind, rows, { before, steps: [rows.length] });
          const outputs = twin.forwardKind(inputs);
          const [got, value] = [outputs.logits.dataSync(), outputs.value.dataSync()];
          rows.forEach((row, b) => {
            expect(Math.abs((value[b] as number) - (values[row] as number))).toBeLessThan(
              1e-5 * Math.max(1, Math.abs(values[row] as number)),
            );
            for (let k = 0; k < inputs.width; k++) {
              const expected = logits[row * K + k] as number;
              const apart =
                Math.abs((got[b * inputs.width + k] as number) - expected) / Math.max(1, Math.abs(expected));
              expect(apart).toBeLessThan(1e-5);
            }
          });
        });
      }
    }
  });

  it('gradients equal central differences of the slow network in float64, through time', () => {
    const batch = randomBatch(SMALL_SPEC, { rows: 18, seed: 3, masked: 0.3 });
    const before = states(batch.n, units);
    const rng = new Rng(4, 'loss');
    const logitWeight = Float32Array.from({ length: batch.n * K }, () => rng.normal());
    const valueWeight = Float32Array.from({ length: batch.n }, () => rng.normal());
    // Per kind: the rows cut into sequences of 4, 4, ..., and what is left; time-major, longest first.
    const kinds = SMALL_SPEC.kinds.map((_, kind) => sequencesOf(rowsOfKind(batch, kind), units === 0 ? 1 : 4));
    const got = new Float32Array(weights.length);
    tf.tidy(() => {
      const { grads } = tf.variableGrads(
        () =>
          tf.addN<Scalar>(
            kinds.map(({ rows, steps }, kind) => {
              const { logits, value } = twin.forwardKind(twin.inputs(batch, kind, rows, { before, steps }));
              const width = logits.shape[1];
              const weighted = rows.flatMap((row) =>
                Array.from({ length: width }, (_, k) => {
                  const at = row * K + k;
                  return batch.actionMask[at] === 1 ? (logitWeight[at] as number) : 0;
                }),
              );
              const onValue = tf.tensor1d(rows.map((row) => valueWeight[row] as number));
              const onLogits = tf.sum(tf.mul(logits, tf.tensor2d(weighted, [rows.length, width])));
              return tf.add<Scalar>(onLogits, tf.sum(tf.mul(onValue, tf.square(value))));
            }),
          ),
        [...twin.variables] as Variable[],
      );
      twin.readGradientsInto(grads, got);
    });

    const flat = Float64Array.from(weights);
    const slow = new SlowNetwork(architecture, normaliser, flat);
    const lossOf = (sequences: readonly number[][]): number => {
      let sum = 0;
      for (const rows of sequences) {
        const [first = 0] = rows;
        let state: ArrayLike<number> = before.subarray(first * units, (first + 1) * units);
        for (const row of rows) {
          const out = slow.row(batch, row, state);
          state = out.state;
          out.logits.forEach((logit, k) => {
            if (logit !== MASKED_LOGIT) sum += (logitWeight[row * K + k] as number) * logit;
          });
          sum += (valueWeight[row] as number) * out.value * out.value;
        }
      }
      return sum;
    };
    const step = 1e-6; // truncation and rounding both near 1e-9; too short to cross a relu kink by chance
    kinds.forEach(({ sequences }, kind) => {
      for (const slot of kindSlots(architecture, kind)) {
        let moving = 0;
        for (let e = slot.offset; e < slot.offset + slot.size; e++) {
          const at = flat[e] as number;
          flat[e] = at + step;
          const above = lossOf(sequences);
          flat[e] = at - step;
          const below = lossOf(sequences);
          flat[e] = at;
          const expected = (above - below) / (2 * step);
          if (expected !== 0) moving++;
          // float32 sums over 18 rows and 5 candidates of numbers near 1: errors near 1e-5 of the larger terms
          const apart = Math.abs((got[e] as number) - expected) / Math.max(1, Math.abs(expected));
          expect(apart, `${slot.name}[${e - slot.offset}]: ${got[e]} against ${expected}`).toBeLessThan(1e-4);
        }
        expect({ slot: slot.name, compared: moving > 0 }).toEqual({ slot: slot.name, compared: slot.size > 0 });
      }
    });
  }, 60_000);

  it('leaks no tensor', () => {
    const batch = randomBatch(SMALL_SPEC, { rows: 20, seed: 60, kind: 0 });
    const settled = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) {
      const inputs = twin.inputs(batch, 0, rowsOfKind(batch, 0));
      tf.tidy(() => {
        const list = [...twin.variablesOfKind(0)];
        tf.variableGrads(() => {
          const { logits, value } = twin.forwardKind(inputs);
          return tf.add<Scalar>(tf.sum(tf.logSoftmax(logits)), tf.sum(value));
        }, list);
      });
      twin.disposeInputs(inputs);
      expect(tf.memory().numTensors).toBe(settled);
    }
  });
});

describe(`unrolled memory on ${engine.name}`, () => {
  it('one chunk that covers a sequence gives the states of the runtime step by step; a cut one starts from what was stored', () => {
    const { architecture, weights, normaliser, twin } = parts({ attention: 0, memory: 4 });
    const batch: DecisionBatch = randomBatch(SMALL_SPEC, { rows: 10, seed: 12, kind: 0 });
    const memory = { states: new Float32Array(4), slot: new Int32Array(10), before: new Float32Array(40) };
    const logits = new Float32Array(10 * K);
    new Scorer(SMALL_SPEC, architecture, weights, normaliser).logitsInto(batch, logits, memory);
    const rows = rowsOfKind(batch, 0);
    const unrolled = (steps: number[], order: number[]): void =>
      tf.tidy(() => {
        const inputs = twin.inputs(batch, 0, order, { before: memory.before, steps });
        const got = twin.forwardKind(inputs).logits.dataSync();
        order.forEach((row, b) => {
          for (let k = 0; k < inputs.width; k++) {
            const expected = logits[row * K + k] as number;
            const apart = Math.abs((got[b * inputs.width + k] as number) - expected);
            expect(apart).toBeLessThan(1e-5 * Math.max(1, Math.abs(expected)));
          }
        });
      });
    unrolled(
      Array.from({ length: 10 }, () => 1),
      rows,
    ); // all ten steps from the zero state
    unrolled([2, 2, 2, 2, 2], [0, 5, 1, 6, 2, 7, 3, 8, 4, 9]); // two chunks of five side by side
    unrolled([10], rows); // every row from its own stored state
    unrolled([3, 3, 2, 1, 1], [0, 5, 8, 1, 6, 9, 2, 7, 3, 4]); // chunks of 5, 3 and 2
    // The check can fail: a sequence that starts from another row's state.
    expect(() => unrolled([2, 2, 2, 2, 2], [5, 0, 6, 1, 7, 2, 8, 3, 9, 4].reverse())).toThrow();
  });
});

/** Sequences of `length` rows, time-major: the first of each, then the second of each that has one. */
function sequencesOf(rows: number[], length: number): { rows: number[]; steps: number[]; sequences: number[][] } {
  const sequences: number[][] = [];
  for (let first = 0; first < rows.length; first += length) sequences.push(rows.slice(first, first + length));
  sequences.sort((a, b) => b.length - a.length);
  const steps: number[] = [];
  const ordered: number[] = [];
  for (let t = 0; t < length; t++) {
    const reached = sequences.flatMap((sequence) => sequence.slice(t, t + 1));
    if (reached.length > 0) steps.push(reached.length);
    ordered.push(...reached);
  }
  return { rows: ordered, steps, sequences };
}
