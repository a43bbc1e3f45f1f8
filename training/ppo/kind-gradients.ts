import type { Scalar, Tensor, Variable } from '@tensorflow/tfjs-core';
import type { CandidateScorer, KindInputs, Tf } from '../../policies/networks/index.ts';
import type { LearningData } from './learning-data.ts';
import { type PpoCoefficients, type PpoTargets, type PpoTerms, ppoTerms } from './loss.ts';
import { timeMajor } from './minibatches.ts';
import type { UpdateTally } from './update-metrics.ts';

/** The part of a minibatch that is of one decision kind. */
export interface KindMinibatch {
  readonly data: LearningData;
  readonly kind: number;
  /** [B] rows of `data`, all of this kind. */
  readonly rows: Int32Array;
  /** [B] normalised. */
  readonly advantage: Float32Array;
  /** Rows of the whole minibatch: each row weighs 1 / total, whatever its kind. */
  readonly total: number;
  /** Sequences among the rows, for a network with memory: see `inTime`. */
  readonly steps?: readonly number[];
}

/** The minibatch with its rows rearranged by time, and its sequences; for networks with memory. */
export function inTime(minibatch: KindMinibatch, sequenceLength: number): KindMinibatch {
  const { rows, advantage } = minibatch;
  const { order, steps } = timeMajor(rows, minibatch.data.buffer.earlier, sequenceLength);
  return {
    ...minibatch,
    rows: order.map((at) => rows[at] as number),
    advantage: Float32Array.from(order, (at) => advantage[at] as number),
    steps,
  };
}

/** Gradients by variable name, as `CandidateScorer.readGradientsInto` takes them. Call inside a tidy. */
export function kindGradients(
  tf: Tf,
  scorer: CandidateScorer,
  minibatch: KindMinibatch,
  options: { readonly coefficients: PpoCoefficients; readonly tally: UpdateTally },
): Record<string, Tensor> {
  const { buffer } = minibatch.data;
  const memory = minibatch.steps === undefined ? undefined : { before: buffer.memory, steps: minibatch.steps };
  const inputs = scorer.inputs(buffer, minibatch.kind, minibatch.rows, memory);
  const targets = targetTensors(tf, minibatch, inputs);
  let kept: PpoTerms | undefined;
  const { value, grads } = tf.variableGrads(
    () => {
      const terms = ppoTerms(tf, scorer.forwardKind(inputs), targets, options.coefficients);
      kept = terms;
      for (const tensor of [terms.logProb, terms.policyLoss, terms.valueLoss, terms.entropy]) tf.keep(tensor);
      return tf.div<Scalar>(terms.total, minibatch.total);
    },
    scorer.variablesOfKind(minibatch.kind) as Variable[],
  );
  value.dispose();
  tallyTerms(kept as PpoTerms, minibatch, options);
  return grads;
}

function targetTensors(tf: Tf, minibatch: KindMinibatch, inputs: KindInputs): PpoTargets {
  const { data, rows, advantage } = minibatch;
  const { width } = inputs;
  const choice = new Float32Array(rows.length * width);
  const oldLogProb = new Float32Array(rows.length);
  const oldValue = new Float32Array(rows.length);
  const target = new Float32Array(rows.length);
  rows.forEach((row, b) => {
    choice[b * width + (data.buffer.action[row] as number)] = 1;
    oldLogProb[b] = data.buffer.logProb[row] as number;
    oldValue[b] = data.oldValue[row] as number;
    target[b] = data.target[row] as number;
  });
  return {
    choice: tf.tensor2d(choice, [rows.length, width]),
    oldLogProb: tf.tensor1d(oldLogProb),
    advantage: tf.tensor1d(advantage),
    oldValue: tf.tensor1d(oldValue),
    target: tf.tensor1d(target),
  };
}

/** Reads the kept terms into the tally and frees them. */
function tallyTerms(
  terms: PpoTerms,
  minibatch: KindMinibatch,
  options: { readonly coefficients: PpoCoefficients; readonly tally: UpdateTally },
): void {
  const { tally, coefficients } = options;
  const [logProb, policyLoss, valueLoss, entropy] = [
    terms.logProb,
    terms.policyLoss,
    terms.valueLoss,
    terms.entropy,
  ].map((tensor) => {
    const numbers = tensor.dataSync<'float32'>();
    tensor.dispose();
    return numbers;
  }) as [Float32Array, Float32Array, Float32Array, Float32Array];
  minibatch.rows.forEach((row, b) => {
    tally.addRow(policyLoss[b] as number, valueLoss[b] as number, entropy[b] as number);
    tally.addRatio((logProb[b] as number) - (minibatch.data.buffer.logProb[row] as number), coefficients.clipCoef);
  });
}
