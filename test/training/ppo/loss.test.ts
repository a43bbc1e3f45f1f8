import { beforeAll, describe, expect, it } from 'vitest';
import { type DecisionSpec, Rng } from '../../../core/index.ts';
import { KIND_TENSORS, MASKED_LOGIT, weightLayout } from '../../../policies/index.ts';
import { CandidateScorer, type Engine, loadEngine } from '../../../policies/networks/index.ts';
import { kindGradients } from '../../../training/ppo/kind-gradients.ts';
import type { LearningData } from '../../../training/ppo/learning-data.ts';
import { type PpoCoefficients, ppoTerms } from '../../../training/ppo/loss.ts';
import { UpdateTally } from '../../../training/ppo/update-metrics.ts';
import { type TestPolicy, randomRollout, testPolicy } from './random-rollout.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine('wasm');
});

const COEFFICIENTS = { clipCoef: 0.2, valueClip: 0.2, huberDelta: null, valueCoef: 0.5, entropyCoef: 0.01 };

interface Row {
  readonly logits: readonly number[];
  readonly choice: number;
  readonly oldLogProb: number;
  readonly advantage: number;
  readonly value: number;
  readonly oldValue: number;
  readonly target: number;
}

/** The loss of one row, written out in float64. */
function obviousLoss(
  row: Row,
  huberDelta = Infinity,
): { policyLoss: number; valueLoss: number; entropy: number; total: number } {
  const max = Math.max(...row.logits);
  const total = row.logits.reduce((sum, logit) => sum + Math.exp(logit - max), 0);
  const logProbs = row.logits.map((logit) => logit - max - Math.log(total));
  const ratio = Math.exp((logProbs[row.choice] as number) - row.oldLogProb);
  const clippedRatio = Math.min(1.2, Math.max(0.8, ratio));
  const policyLoss = -Math.min(ratio * row.advantage, clippedRatio * row.advantage);
  const clippedValue = row.oldValue + Math.min(0.2, Math.max(-0.2, row.value - row.oldValue));
  const errorLoss = (value: number): number => {
    const error = Math.abs(value - row.target);
    return error <= huberDelta ? error ** 2 / 2 : huberDelta * (error - huberDelta / 2);
  };
  const valueLoss = Math.max(errorLoss(row.value), errorLoss(clippedValue));
  const entropy = -logProbs.reduce((sum, logProb) => sum + Math.exp(logProb) * logProb, 0);
  return { policyLoss, valueLoss, entropy, total: policyLoss + 0.5 * valueLoss - 0.01 * entropy };
}

describe('loss terms', () => {
  // Three candidates, the last masked. p = (e, 1) / (e + 1) = (0.731059, 0.268941).
  const base: Row = {
    logits: [1, 0, MASKED_LOGIT],
    choice: 0,
    oldLogProb: Math.log(0.5),
    advantage: 1,
    value: 0.5,
    oldValue: 0.2,
    target: 1,
  };
  const rows: Row[] = [
    base, // ratio 1.462 clipped to 1.2: policy loss -1.2; value 0.5 clipped to 0.4: (0.4 - 1)^2 / 2 = 0.18
    { ...base, advantage: -1 }, // no clip against a loss: +1.462117
    { ...base, choice: 1, advantage: 2 }, // ratio 0.537883 unclipped: -1.075766
    { ...base, choice: 1, advantage: -2 }, // clipped to 0.8: +1.6
    { ...base, value: 3, target: -1 }, // unclipped is larger: 16 / 2 = 8
  ];

  function terms(
    coefficients = COEFFICIENTS as PpoCoefficients,
  ): Record<'policyLoss' | 'valueLoss' | 'entropy' | 'total', number[]> {
    const { tf } = engine;
    const column = (name: 'oldLogProb' | 'advantage' | 'value' | 'oldValue' | 'target') =>
      tf.tensor1d(rows.map((row) => row[name]));
    return tf.tidy(() => {
      const targets = {
        choice: tf.tensor2d(rows.map((row) => row.logits.map((_, k) => (k === row.choice ? 1 : 0)))),
        oldLogProb: column('oldLogProb'),
        advantage: column('advantage'),
        oldValue: column('oldValue'),
        target: column('target'),
      };
      const logits = tf.tensor2d(rows.map((row) => [...row.logits]));
      const found = ppoTerms(tf, { logits, value: column('value') }, targets, coefficients);
      return {
        policyLoss: Array.from(found.policyLoss.dataSync()),
        valueLoss: Array.from(found.valueLoss.dataSync()),
        entropy: Array.from(found.entropy.dataSync()),
        total: Array.from(found.total.dataSync()),
      };
    });
  }

  it('equal the numbers worked out by hand', () => {
    const found = terms();
    const expected = [-1.2, 1.462117, -1.075766, 1.6, -1.2];
    expected.forEach((loss, i) => expect(found.policyLoss[i]).toBeCloseTo(loss, 5));
    expect(found.valueLoss[0]).toBeCloseTo(0.18, 6);
    expect(found.valueLoss[4]).toBeCloseTo(8, 5);
    // -0.731059 ln 0.731059 - 0.268941 ln 0.268941 = 0.582203; the masked candidate adds exactly nothing.
    for (const entropy of found.entropy) expect(entropy).toBeCloseTo(0.582203, 5);
  });

  it('count value errors beyond the Huber bound linearly', () => {
    // With bound 0.5 and no clip: errors 0.5 and 4 give 0.5^2 / 2 = 0.125 and 0.5^2 / 2 + 0.5 (4 - 0.5) = 1.875.
    const free = terms({ ...COEFFICIENTS, valueClip: null, huberDelta: 0.5 });
    expect(free.valueLoss[0]).toBeCloseTo(0.125, 6);
    expect(free.valueLoss[4]).toBeCloseTo(1.875, 5);
    // With the clip the larger of both counts: 0.5 moves to 0.4 only, error 0.6: 0.125 + 0.5 * 0.1 = 0.175.
    expect(terms({ ...COEFFICIENTS, huberDelta: 0.5 }).valueLoss[0]).toBeCloseTo(0.175, 6);
    // A bound beyond every error changes nothing.
    const wide = terms({ ...COEFFICIENTS, huberDelta: 10 });
    terms().valueLoss.forEach((loss, i) => expect(wide.valueLoss[i]).toBeCloseTo(loss, 5));
  });

  it('equal the float64 twin, and add up', () => {
    const found = terms();
    const expected = rows.map((row) => obviousLoss(row));
    expected.forEach((row, i) => {
      expect(found.policyLoss[i]).toBeCloseTo(row.policyLoss, 5);
      expect(found.valueLoss[i]).toBeCloseTo(row.valueLoss, 5);
      expect(found.entropy[i]).toBeCloseTo(row.entropy, 5);
    });
    expect(found.total[0]).toBeCloseTo(
      expected.reduce((sum, row) => sum + row.total, 0),
      4,
    );
  });
});

const SPEC: DecisionSpec = {
  version: 1,
  maxCandidates: 3,
  kinds: [
    {
      kind: 'forward',
      context: [
        { name: 'a', unit: '1' },
        { name: 'b', unit: '1' },
      ],
      candidate: [
        { name: 'c', unit: '1' },
        { name: 'prior', unit: 'logit' },
      ],
    },
  ],
};

describe('gradient of the whole loss', () => {
  it.each([null, 0.7])(
    'equals central differences of the loss in float64, for every weight, Huber bound %s',
    (huberDelta) => {
      const policy = testPolicy(3, SPEC, 4);
      // Biases start at 0, where a row whose units are all off sits exactly on the kink of relu: move off it.
      const noise = new Rng(3, 'noise');
      policy.weights.forEach((weight, i) => (policy.weights[i] = weight + 0.1 * noise.normal()));
      const rollout = randomRollout(policy, 24, 2, 3);
      const rng = new Rng(4, 'targets');
      // Old log-probabilities off the current ones, so that some ratios are clipped and some are not.
      for (let row = 0; row < 24; row++)
        rollout.logProb[row] = Math.min(0, (rollout.logProb[row] as number) + 0.2 * rng.normal());
      const random = (): Float32Array => Float32Array.from({ length: 24 }, () => rng.normal());
      const advantage = random();
      const data: LearningData = {
        buffer: rollout,
        advantage: Float64Array.from(advantage),
        oldValue: random(),
        target: random(),
        explainedVariance: 0,
        explainedVarianceOfKind: [0],
        returnMean: 0,
        returnStd: 1,
      };
      const scorer = new CandidateScorer(engine.tf, policy.architecture, policy.normaliser, policy.weights);
      const found = new Float32Array(policy.weights.length);
      const rows = Int32Array.from({ length: 24 }, (_, row) => row);
      engine.tf.tidy(() => {
        const minibatch = { data, kind: 0, rows, advantage, total: 24 };
        const options = { coefficients: { ...COEFFICIENTS, huberDelta }, tally: new UpdateTally() };
        scorer.readGradientsInto(kindGradients(engine.tf, scorer, minibatch, options), found);
      });
      scorer.dispose();

      const weights = Float64Array.from(policy.weights);
      const step = 1e-6;
      const layout = weightLayout(policy.architecture);
      expect(layout.map((slot) => slot.name.split('/')[1])).toEqual([...KIND_TENSORS]);
      for (const slot of layout) {
        let largest = 0;
        for (let i = slot.offset; i < slot.offset + slot.size; i++) {
          const at = weights[i] as number;
          weights[i] = at + step;
          const above = obviousTotal(policy, weights, data, huberDelta ?? Infinity);
          weights[i] = at - step;
          const below = obviousTotal(policy, weights, data, huberDelta ?? Infinity);
          weights[i] = at;
          const expected = (above - below) / (2 * step);
          // float32 sums of 24 rows of size 1: 1e-6; the differences themselves: 1e-9.
          expect(Math.abs((found[i] as number) - expected), `${slot.name}[${i - slot.offset}]`).toBeLessThan(1e-5);
          largest = Math.max(largest, Math.abs(expected));
        }
        expect(largest, `${slot.name} has a gradient to speak of`).toBeGreaterThan(1e-3);
      }
    },
  );
});

/** Network and loss of `SPEC` rows in float64, straight from the formulas of `architecture.ts`. */
function obviousTotal(policy: TestPolicy, weights: Float64Array, data: LearningData, huberDelta: number): number {
  const layout = weightLayout(policy.architecture);
  const matrix = (name: string): number[][] => {
    const slot = layout.find((each) => each.name === `forward/${name}`);
    if (slot === undefined) throw new Error(name);
    const [rows, columns] = slot.shape.length === 2 ? slot.shape : [1, slot.shape[0]];
    return Array.from({ length: rows }, (_, r) =>
      Array.from(weights.subarray(slot.offset + r * (columns as number), slot.offset + (r + 1) * (columns as number))),
    );
  };
  const times = (x: number[], name: string): number[] => {
    const w = matrix(name);
    return (w[0] as number[]).map((_, o) => x.reduce((sum, value, i) => sum + value * (w[i]?.[o] as number), 0));
  };
  const plus = (...terms: number[][]): number[] =>
    (terms[0] as number[]).map((_, i) => terms.reduce((sum, term) => sum + (term[i] as number), 0));
  const bias = (name: string): number[] => matrix(name)[0] as number[];
  const relu = (x: number[]): number[] => x.map((value) => Math.max(0, value));

  const { buffer } = data;
  let sum = 0;
  for (let row = 0; row < buffer.n; row++) {
    const context = Array.from(buffer.context.subarray(row * 2, row * 2 + 2));
    const count = buffer.candidateCount[row] as number;
    const candidates = Array.from({ length: count }, (_, k) =>
      Array.from(buffer.candidates.subarray((row * 3 + k) * 2, (row * 3 + k) * 2 + 2)),
    );
    const logits = candidates.map((candidate, k) => {
      if (buffer.actionMask[row * 3 + k] === 0) return MASKED_LOGIT;
      const e = relu(
        plus(times(context, 'policy.context.w'), times(candidate, 'policy.candidate.w'), bias('policy.encoder.b')),
      );
      const h = relu(plus(times(e, 'policy.hidden.w'), bias('policy.hidden.b')));
      const residual = times(h, 'policy.out.w')[0] as number;
      return (candidate[1] as number) + residual / (1 + Math.abs(residual) / 5);
    });
    const mean = plus(...candidates).map((value) => value / count);
    const s = relu(plus(times(context, 'value.context.w'), times(mean, 'value.candidate.w'), bias('value.encoder.b')));
    const h = relu(plus(times(s, 'value.hidden.w'), bias('value.hidden.b')));
    const value = (times(h, 'value.out.w')[0] as number) + (bias('value.out.b')[0] as number);
    sum += obviousLoss(
      {
        logits,
        choice: buffer.action[row] as number,
        oldLogProb: buffer.logProb[row] as number,
        advantage: data.advantage[row] as number,
        value,
        oldValue: data.oldValue[row] as number,
        target: data.target[row] as number,
      },
      huberDelta,
    ).total;
  }
  return sum / buffer.n;
}
