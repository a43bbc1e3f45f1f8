import { MASKED_LOGIT, weightLayout } from '../../../policies/index.ts';
import type { LearningData } from '../../../training/ppo/learning-data.ts';
import type { TestPolicy } from './random-rollout.ts';

/** What the loss of one decision depends on. */
export interface Row {
  readonly logits: readonly number[];
  readonly choice: number;
  readonly oldLogProb: number;
  readonly advantage: number;
  readonly value: number;
  readonly oldValue: number;
  readonly target: number;
}

/** The loss of one row, written out in float64. */
export function obviousLoss(
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

/**
 * Network and loss in float64, straight from the formulas of `architecture.ts`: mean over rows of kind 'forward' with two
 * context features, two candidate features and three candidates at most.
 */
export function obviousTotal(
  policy: TestPolicy,
  weights: Float64Array,
  data: LearningData,
  huberDelta: number,
): number {
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
