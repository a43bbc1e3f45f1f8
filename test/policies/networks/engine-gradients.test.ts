import type { Rank, Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import { describe, expect, it } from 'vitest';
import { Rng } from '../../../core/index.ts';
import { CandidateScorer, type Engine } from '../../../policies/networks/index.ts';
import { KIND_TENSORS, MASKED_LOGIT, architectureOf, weightLayout } from '../../../policies/runtime/index.ts';
import { SMALL_SPEC, randomBatch, randomNormaliser, randomWeights, rowsOfKind } from '../batches.ts';
import { engineUnderTest } from '../engine-under-test.ts';
import { SlowNetwork } from '../slow-network.ts';

const engine: Engine = await engineUnderTest();
const { tf } = engine;

describe(`gradients of CandidateScorer on ${engine.name}`, () => {
  const architecture = architectureOf(SMALL_SPEC, { hidden: 9 });
  const normaliser = randomNormaliser(architecture, 1);
  const weights = randomWeights(architecture, 2);
  const batch = randomBatch(SMALL_SPEC, { rows: 24, seed: 3, masked: 0.3 });
  const rng = new Rng(4, 'loss');
  const logitWeight = Float32Array.from({ length: batch.n * SMALL_SPEC.maxCandidates }, () => rng.normal());
  const valueWeight = Float32Array.from({ length: batch.n }, () => rng.normal());

  /** Sum over rows of weighted unmasked logits, plus weight * value^2. */
  const slowLoss = (slow: SlowNetwork, rows: number[]): number => {
    let sum = 0;
    for (const r of rows) {
      const { logits, value } = slow.row(batch, r);
      logits.forEach((logit, k) => {
        if (logit !== MASKED_LOGIT) sum += (logitWeight[r * SMALL_SPEC.maxCandidates + k] as number) * logit;
      });
      sum += (valueWeight[r] as number) * value * value;
    }
    return sum;
  };

  it('equal central differences of the slow network in float64, for every weight', () => {
    const scorer = new CandidateScorer(tf, architecture, normaliser, weights);
    const got = new Float32Array(weights.length);
    tf.tidy(() => {
      const kinds = SMALL_SPEC.kinds.map((_, kind) => rowsOfKind(batch, kind));
      expect(kinds.every((rows) => rows.length > 2)).toBe(true);
      const { grads } = tf.variableGrads(
        () => {
          const parts = kinds.map((rows, kind) => {
            const { logits, value } = scorer.forwardKind(scorer.inputs(batch, kind, rows));
            const width = logits.shape[1];
            const weighted = rows.flatMap((row) =>
              Array.from({ length: width }, (_, k) => {
                const at = row * SMALL_SPEC.maxCandidates + k;
                return batch.actionMask[at] === 1 ? (logitWeight[at] as number) : 0;
              }),
            );
            const onValue = tf.tensor1d(rows.map((row) => valueWeight[row] as number));
            const logitPart = tf.sum(tf.mul(logits, tf.tensor2d(weighted, [rows.length, width])));
            return tf.add<Scalar>(logitPart, tf.sum(tf.mul(onValue, tf.square(value))));
          });
          return tf.addN<Scalar>(parts);
        },
        [...scorer.variables] as Variable[],
      );
      scorer.readGradientsInto(grads, got);
    });
    scorer.dispose();

    const flat = Float64Array.from(weights);
    const slow = new SlowNetwork(architecture, normaliser, flat);
    const step = 1e-6; // truncation and rounding both near 1e-9; too short to cross a relu kink by chance
    for (const [s, slot] of weightLayout(architecture).entries()) {
      const rows = rowsOfKind(batch, Math.floor(s / KIND_TENSORS.length));
      let moving = 0;
      for (let e = slot.offset; e < slot.offset + slot.size; e++) {
        const at = flat[e] as number;
        flat[e] = at + step;
        const above = slowLoss(slow, rows);
        flat[e] = at - step;
        const below = slowLoss(slow, rows);
        flat[e] = at;
        const expected = (above - below) / (2 * step);
        if (expected !== 0) moving++;
        // float32 sums over 24 rows and 5 candidates of numbers near 1: errors near 1e-5 of the larger terms
        const apart = Math.abs((got[e] as number) - expected) / Math.max(1, Math.abs(expected));
        expect(apart, `${slot.name}[${e - slot.offset}]: ${got[e]} against ${expected}`).toBeLessThan(5e-5);
      }
      expect({ slot: slot.name, compared: moving > 0 }).toEqual({ slot: slot.name, compared: slot.size > 0 });
    }
  }, 30_000);
});

type Four = readonly [number, number, number, number];
/** A function of two vectors in tfjs and in plain numbers; its outputs are weighted and summed. */
type Case = [name: string, tfFn: (a: Tensor, b: Tensor) => Tensor, jsFn: (a: Four, b: Four) => number[]];

const each = (f: (a: number, b: number) => number) => (a: Four, b: Four) => a.map((x, i) => f(x, b[i] as number));
const logSumExp = (a: Four): number => Math.log(a.reduce((sum, x) => sum + Math.exp(x), 0));
const A: Four = [0.3, -1.2, 2.5, 0.9];
const B: Four = [1.1, 0.4, -0.7, 2.2];

const CASES: Case[] = [
  ['add', (a, b) => tf.add(a, b), each((a, b) => a + b)],
  ['sub', (a, b) => tf.sub(a, b), each((a, b) => a - b)],
  ['mul', (a, b) => tf.mul(a, b), each((a, b) => a * b)],
  ['div', (a, b) => tf.div(a, b), each((a, b) => a / b)],
  ['squaredDifference', (a, b) => tf.squaredDifference(a, b), each((a, b) => (a - b) ** 2)],
  ['maximum', (a, b) => tf.maximum(a, b), each(Math.max)],
  ['minimum', (a, b) => tf.minimum(a, b), each(Math.min)],
  [
    'where',
    (a, b) => tf.where([true, false, true, false], a, tf.mul(b, b)),
    ([a, , c], [, f, , h]) => [a, f * f, c, h * h],
  ],
  ['addN', (a, b) => tf.square(tf.addN([a, b, a])), each((a, b) => (2 * a + b) ** 2)],
  ['neg, exp', (a) => tf.exp(tf.neg(a)), each((a) => Math.exp(-a))],
  ['log of square', (a) => tf.log(tf.square(a)), each((a) => Math.log(a * a))],
  ['sqrt of abs', (a) => tf.sqrt(tf.abs(a)), each((a) => Math.sqrt(Math.abs(a)))],
  ['relu', (a) => tf.relu(a), each((a) => Math.max(0, a))],
  ['tanh', (a) => tf.tanh(a), each((a) => Math.tanh(a))],
  ['sigmoid', (a) => tf.sigmoid(a), each((a) => 1 / (1 + Math.exp(-a)))],
  ['clipByValue', (a) => tf.clipByValue(a, -1, 1), each((a) => Math.min(1, Math.max(-1, a)))],
  ['logSoftmax', (a) => tf.logSoftmax(a), (a) => a.map((x) => x - logSumExp(a))],
  ['softmax', (a) => tf.softmax(a), (a) => a.map((x) => Math.exp(x - logSumExp(a)))],
  ['mean', (a) => tf.mean(tf.square(a)), (a) => [a.reduce((sum, x) => sum + (x * x) / a.length, 0)]],
  [
    'sum over the first axis',
    (a) => tf.square(tf.sum(tf.reshape(a, [2, 2]), 0)),
    ([a, b, c, d]) => [(a + c) ** 2, (b + d) ** 2],
  ],
  [
    'transpose, expandDims',
    (a, b) => tf.mul(tf.expandDims(tf.transpose(tf.reshape(a, [2, 2])), 0), tf.reshape(b, [1, 2, 2])),
    ([a, b, c, d], [e, f, g, h]) => [a * e, c * f, b * g, d * h],
  ],
  [
    'concat, slice',
    (a, b) => tf.square(tf.slice(tf.concat([a, b]), [2], [4])),
    ([, , c, d], [e, f]) => [c ** 2, d ** 2, e ** 2, f ** 2],
  ],
  [
    'broadcast row, column and scalar',
    (a, b) => tf.mul(tf.mul(tf.reshape(a, [4, 1]), tf.reshape(b, [1, 4])), tf.sum(a)),
    (a, b) => a.flatMap((x) => b.map((y) => x * y * a.reduce((sum, z) => sum + z, 0))),
  ],
  ...[false, true].flatMap((ta) =>
    [false, true].map((tb): Case => [
      `matMul ${ta ? 'a^T' : 'a'} ${tb ? 'b^T' : 'b'}`,
      (a, b) => tf.matMul(tf.reshape(a, ta ? [1, 4] : [4, 1]), tf.reshape(b, tb ? [4, 1] : [1, 4]), ta, tb),
      (a, b) => a.flatMap((x) => b.map((y) => x * y)),
    ]),
  ),
  [
    'two products whose gradients share one buffer in two shapes',
    (a, b) => {
      const left = tf.matMul(tf.tensor2d([1, 2, 3, 5], [2, 2]), tf.reshape<Rank.R2>(a, [2, 2]));
      const right = tf.matMul(tf.eye(4), tf.reshape<Rank.R2>(b, [4, 1]));
      return tf.square(tf.add(tf.reshape(left, [4, 1]), right));
    },
    ([a, b, c, d], [e, f, g, h]) =>
      [a + 2 * c + e, b + 2 * d + f, 3 * a + 5 * c + g, 3 * b + 5 * d + h].map((x) => x * x),
  ],
  [
    'batched matMul',
    (a, b) => tf.matMul(tf.reshape(a, [2, 1, 2]), tf.reshape(b, [2, 2, 1])),
    ([a, b, c, d], [e, f, g, h]) => [a * e + b * f, c * g + d * h],
  ],
];

describe(`derivatives of operations on ${engine.name}`, () => {
  it.each(CASES)('%s', (_, tfFn, jsFn) => {
    const weight = (i: number): number => Math.cos(i + 1);
    const loss = (a: Four, b: Four): number => jsFn(a, b).reduce((sum, y, i) => sum + weight(i) * y, 0);
    const [da, db] = tf.tidy(() => {
      const gradient = tf.grads((...inputs: Tensor[]) => {
        const [a, b] = inputs as [Tensor, Tensor];
        const y = tfFn(a, b);
        const weights = tf.tensor(
          Array.from({ length: y.size }, (_, i) => weight(i)),
          y.shape,
        );
        // b enters with weight 0, so that functions of a alone are connected to it too
        return tf.add(tf.sum(tf.mul(y, weights)), tf.mul(tf.sum(b), 0));
      });
      return gradient([tf.tensor1d([...A]), tf.tensor1d([...B])]).map((g) => Array.from(g.dataSync()));
    }) as [number[], number[]];
    const step = 1e-6;
    const nudge = (values: Four, i: number, by: number): Four =>
      values.with(i, (values[i] as number) + by) as unknown as Four;
    A.forEach((_, i) => {
      const a = (loss(nudge(A, i, step), B) - loss(nudge(A, i, -step), B)) / (2 * step);
      const b = (loss(A, nudge(B, i, step)) - loss(A, nudge(B, i, -step))) / (2 * step);
      // float32 results of a few operations on numbers of size 1 to 30
      expect(Math.abs((da[i] as number) - a)).toBeLessThan(1e-5 * Math.max(1, Math.abs(a)));
      expect(Math.abs((db[i] as number) - b)).toBeLessThan(1e-5 * Math.max(1, Math.abs(b)));
    });
  });
});
