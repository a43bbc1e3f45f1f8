import { type DecisionBatch, type DecisionSpec, createDecisionBatch } from '../../core/index.ts';

/** Everything of an environment that changes; copy the columns to save it, overwrite them to restore it. */
export type EnvironmentState = Readonly<Record<string, Float64Array | Int32Array | Uint32Array | Uint8Array>>;

/**
 * A small vector environment with a known answer, to prove that a learner learns. All agents decide at every step and
 * one step takes one time unit. Row `i` of every batch and column belongs to agent `i`.
 *
 * An episode that ends restarts at once: after `step`, `batch` shows the first observation of the next episode. What
 * the old episode would have shown next stands in `finalBatch`, for the value of a truncated episode.
 */
export interface LearningEnvironment {
  readonly name: string;
  /** One kind named 'forward'. */
  readonly spec: DecisionSpec;
  readonly agents: number;
  /** Observations now, `n = agents`; valid until the next `step`. */
  readonly batch: DecisionBatch;
  /** Final observations of the agents that were truncated in the last step; other rows mean nothing. */
  readonly finalBatch: DecisionBatch;
  /** [agents] reward of the last step. */
  readonly reward: Float64Array;
  /** [agents] 1 = the task ended in the last step; nothing follows. */
  readonly terminated: Uint8Array;
  /** [agents] 1 = a time limit cut the episode in the last step; it would have gone on. Never with `terminated`. */
  readonly truncated: Uint8Array;
  /** Random streams included. After overwriting, `refresh()` brings `batch` in line. */
  readonly state: EnvironmentState;
  /** Advances all agents by one step. `choices` [agents], candidate indices. Errors: ILLEGAL_CHOICE. */
  step(choices: Uint8Array): void;
  /** Rewrites `batch` from `state`. */
  refresh(): void;
}

/** Columns shared by all toy environments. */
export interface EnvironmentColumns {
  readonly batch: DecisionBatch;
  readonly finalBatch: DecisionBatch;
  readonly reward: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
}

export function environmentColumns(spec: DecisionSpec, agents: number): EnvironmentColumns {
  return {
    batch: actionBatch(spec, agents),
    finalBatch: actionBatch(spec, agents),
    reward: new Float64Array(agents),
    terminated: new Uint8Array(agents),
    truncated: new Uint8Array(agents),
  };
}

/** A specification of one kind: the given context, and per candidate a one-hot of its action and the `prior` 0. */
export function actionSpec(context: readonly string[], actions: number): DecisionSpec {
  const candidate = Array.from({ length: actions }, (_, action) => ({ name: `isAction${action}`, unit: '1' }));
  return {
    version: 1,
    maxCandidates: actions,
    kinds: [
      {
        kind: 'forward',
        context: context.map((name) => ({ name, unit: '1' })),
        candidate: [...candidate, { name: 'prior', unit: 'logit' }],
      },
    ],
  };
}

/** A full batch of `actionSpec`: the candidates never change, all allowed; environments write context and mask. */
function actionBatch(spec: DecisionSpec, agents: number): DecisionBatch {
  const batch = createDecisionBatch(spec, agents);
  const { maxCandidates, candidateStride } = batch;
  batch.n = agents;
  batch.candidateCount.fill(maxCandidates);
  batch.actionMask.fill(1);
  for (let row = 0; row < agents; row++) {
    batch.agent[row] = row;
    for (let action = 0; action < maxCandidates; action++) {
      batch.candidates[(row * maxCandidates + action) * candidateStride + action] = 1;
      batch.candidateNode[row * maxCandidates + action] = action;
    }
  }
  return batch;
}
