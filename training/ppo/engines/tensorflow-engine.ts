import type { Tensor } from '@tensorflow/tfjs-core';
import { SpaceCloudError } from '../../../core/index.ts';
import { CandidateScorer, type Engine } from '../../../policies/networks/index.ts';
import type { RolloutBuffer } from '../../rollout/buffer.ts';
import type { PpoConfig } from '../config.ts';
import { type KindMinibatch, inTime, kindGradients } from '../kind-gradients.ts';
import { mergeRollouts } from '../merge-rollouts.ts';
import { rowsOfKind } from '../rows-of-kind.kernel.ts';
import type { GradientEngine, GradientOptions, InitialPolicy, LearningEngine, RowOutputs } from './gradient-engine.ts';

/** A TensorFlow.js backend as a learning engine. */
export function tensorflowEngine(engine: Engine): LearningEngine {
  const { name, reason, versions } = engine;
  return { name, reason, versions, create: (initial, config) => new TensorflowEngine(engine, initial, config) };
}

/** The reference: network and loss in TensorFlow.js, differentiated by it. Serves every architecture. */
class TensorflowEngine implements GradientEngine {
  private readonly tf: Engine['tf'];
  private readonly scorer: CandidateScorer;
  /** Rows evaluated at a time. */
  private readonly chunk: number;
  private readonly sequenceLength: number;
  private buffer: RolloutBuffer | undefined;

  constructor(engine: Engine, initial: InitialPolicy, config: Pick<PpoConfig, 'minibatchRows' | 'sequenceLength'>) {
    this.tf = engine.tf;
    this.scorer = new CandidateScorer(engine.tf, initial.architecture, initial.normaliser, initial.weights);
    this.chunk = config.minibatchRows;
    this.sequenceLength = config.sequenceLength;
  }

  load(buffers: readonly RolloutBuffer[]): RolloutBuffer {
    const buffer = mergeRollouts(buffers);
    const { memory } = this.scorer.architecture;
    if (buffer.memoryStride !== memory) {
      throw new SpaceCloudError(
        'MISUSE',
        `Expected rollouts with the ${memory} units of the network's memory, got ${buffer.memoryStride}.`,
      );
    }
    return (this.buffer = buffer);
  }

  evaluateInto({ values, logProbs }: RowOutputs): void {
    const { tf, chunk, scorer } = this;
    const buffer = this.buffer as RolloutBuffer;
    for (let kind = 0; kind < scorer.architecture.kinds.length; kind++) {
      const all = rowsOfKind(buffer.kind, kind, buffer.n + buffer.finals);
      for (let first = 0; first < all.length; first += chunk) {
        const rows = all.subarray(first, first + chunk);
        tf.tidy(() => {
          // Every row from its own stored state: these weights made it, so nothing need be unrolled.
          const memory = { before: buffer.memory, steps: [rows.length] };
          const inputs = scorer.inputs(buffer, kind, rows, memory);
          const { logits, value } = scorer.forwardKind(inputs);
          const outputs = value.dataSync<'float32'>();
          const all = tf.logSoftmax(logits).dataSync<'float32'>();
          rows.forEach((row, b) => {
            values[row] = outputs[b] as number;
            if (row < buffer.n) logProbs[row] = all[b * inputs.width + (buffer.action[row] as number)] as number;
          });
        });
      }
    }
  }

  gradientInto(parts: readonly KindMinibatch[], options: GradientOptions, gradient: Float32Array): void {
    const { tf, scorer } = this;
    tf.tidy(() => {
      const gradients: Record<string, Tensor> = {};
      for (const part of parts) {
        const rows = scorer.architecture.memory > 0 ? inTime(part, this.sequenceLength) : part;
        Object.assign(gradients, kindGradients(tf, scorer, rows, options));
      }
      scorer.readGradientsInto(gradients, gradient);
    });
  }

  setWeights(weights: Float32Array): void {
    this.scorer.assign(weights);
  }

  dispose(): void {
    this.scorer.dispose();
  }
}
