import type { DecisionBatch } from '../../core/index.ts';
import {
  type EnvironmentState,
  type LearningEnvironment,
  actionSpec,
  environmentColumns,
} from './learning-environment.ts';
import { legalChoice } from './legal-choice.ts';

/** Arm 0 pays 0.2, arm 1 pays 1, arm 2 would pay 10 and is always masked. */
const PAY = [0.2, 1, 10] as const;
const ALLOWED = [1, 1, 0] as const;

/** The smallest task: two allowed arms and one forbidden; every episode is one pull. Best mean reward 1. */
export class MaskedBandit implements LearningEnvironment {
  readonly name = 'MaskedBandit';
  readonly spec = actionSpec(['one'], PAY.length);
  readonly agents: number;
  readonly batch: DecisionBatch;
  readonly finalBatch: DecisionBatch;
  readonly reward: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly state: EnvironmentState = {};

  constructor(options: { readonly agents: number }) {
    const columns = environmentColumns(this.spec, options.agents);
    this.agents = options.agents;
    this.batch = columns.batch;
    this.finalBatch = columns.finalBatch;
    this.reward = columns.reward;
    this.terminated = columns.terminated.fill(1);
    this.truncated = columns.truncated;
    this.batch.context.fill(1);
    for (let agent = 0; agent < this.agents; agent++) this.batch.actionMask.set(ALLOWED, agent * PAY.length);
  }

  step(choices: Uint8Array): void {
    for (let agent = 0; agent < this.agents; agent++) {
      this.reward[agent] = PAY[legalChoice(this.batch, choices, agent)] as number;
    }
  }

  refresh(): void {
    // Nothing changes between pulls.
  }
}
