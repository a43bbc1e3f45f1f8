import type { Rng } from '../../core/index.ts';
import type { Engine } from '../../policies/networks/index.ts';
import type { RolloutBuffer } from '../rollout/buffer.ts';
import { type Agreement, Cloner, type CloningConfig } from './cloner.ts';
import type { InitialPolicy } from './engines/gradient-engine.ts';

export interface CloneOptions {
  readonly engine: Engine;
  readonly initial: InitialPolicy;
  /** Rollouts in which the teacher acted, new ones at each call; valid until the next. */
  readonly collect: () => Promise<readonly RolloutBuffer[]> | readonly RolloutBuffer[];
  readonly rng: Rng;
  /** Ends once the student agrees with the teacher this often, on a rollout not yet learned from; null = never. */
  readonly untilAgreement: number | null;
  /** Ends once so many decisions were learned from. */
  readonly rows: number;
  readonly config?: Partial<CloningConfig>;
  /** Told what was measured on each rollout before it was learned from, and the decisions learned from so far. */
  readonly onRollout?: (agreement: Agreement, rows: number) => void;
}

export interface CloneResult {
  readonly weights: Float32Array;
  /** For the learner that goes on: see `Cloner.returnStatistics`. */
  readonly returnStatistics: Float64Array;
  /** On the last rollout, which was not learned from. */
  readonly agreement: Agreement;
  /** Decisions learned from. */
  readonly rows: number;
}

/**
 * Clones whoever acts in the rollouts until the student agrees or the rows are used up. Agreement is always measured on a
 * rollout before it is learned from, so it is that on held-out rows.
 */
export async function clone(options: CloneOptions): Promise<CloneResult> {
  const cloner = new Cloner(options.engine, options.initial, options.config);
  try {
    for (let rows = 0; ;) {
      const buffers = await options.collect();
      const agreement = cloner.agreement(buffers);
      options.onRollout?.(agreement, rows);
      if (rows >= options.rows || (options.untilAgreement !== null && agreement.all >= options.untilAgreement)) {
        const returnStatistics = cloner.returnStatistics.slice();
        return { weights: cloner.weights.slice(), returnStatistics, agreement, rows };
      }
      cloner.learn(buffers, options.rng);
      rows += buffers.reduce((sum, buffer) => sum + buffer.n, 0);
    }
  } finally {
    cloner.dispose();
  }
}
