import { beforeAll, describe, expect, it } from 'vitest';
import { type DecisionSpec, Rng } from '../../../core/index.ts';
import { KIND_TENSORS, MASKED_LOGIT, weightLayout } from '../../../policies/index.ts';
import { CandidateScorer, type Engine, loadEngine } from '../../../policies/networks/index.ts';
import { kindGradients } from '../../../training/ppo/kind-gradients.ts';
import type { LearningData } from '../../../training/ppo/learning-data.ts';
import { type PpoCoefficients, ppoTerms } from '../../../training/ppo/loss.ts';
import { UpdateTally } from '../../../training/ppo/update-metrics.ts';
import { randomRollout, testPolicy } from './random-rollout.ts';
import { type Row, obviousLoss, obviousTotal } from './slow-loss.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await loadEngine('wasm');
});

const COEFFICIENTS = { clipCoef: 0.2, valueClip: 0.2, huberDelta: null, valueCoef: 0.5, entropyCoef: 0.01 };

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
