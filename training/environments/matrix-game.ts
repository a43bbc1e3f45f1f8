import type { DecisionBatch } from '../../core/index.ts';
import {
  type EnvironmentState,
  type LearningEnvironment,
  actionSpec,
  environmentColumns,
} from './learning-environment.ts';
import { legalChoice } from './legal-choice.ts';

export type PayoffMatrix = readonly (readonly number[])[];

/** Claus & Boutilier 1998: the best cell (11) is surrounded by -30; independent learners settle at 7. */
export const CLIMBING_GAME: PayoffMatrix = [
  [11, -30, 0],
  [-30, 7, 0],
  [0, 6, 5],
];

/** Claus & Boutilier 1998: two best cells (10), each miscoordination costs `k` <= 0; 2 is safe. */
export function penaltyGame(k: number): PayoffMatrix {
  return [
    [k, 0, 10],
    [0, 2, 0],
    [10, 0, k],
  ];
}

export interface MatrixGameOptions {
  readonly payoff: PayoffMatrix;
  /** Tables side by side; agents 2t and 2t + 1 sit at table t, the first picks the row, the second the column. */
  readonly tables: number;
  readonly episodeSteps?: number;
}

/**
 * A repeated common-payoff game: both players of a table receive the entry they pick together. Each sees only which
 * player it is, so one shared policy plays both sides. Episodes are cut after 25 rounds.
 */
export class MatrixGame implements LearningEnvironment {
  readonly name = 'MatrixGame';
  readonly spec;
  readonly agents: number;
  readonly batch: DecisionBatch;
  readonly finalBatch: DecisionBatch;
  readonly reward: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly state: EnvironmentState;
  private readonly payoff: PayoffMatrix;
  private readonly episodeSteps: number;
  private readonly steps = new Int32Array(1);

  constructor(options: MatrixGameOptions) {
    this.payoff = options.payoff;
    this.episodeSteps = options.episodeSteps ?? 25;
    this.spec = actionSpec(['isRowPlayer', 'isColumnPlayer'], options.payoff.length);
    this.agents = options.tables * 2;
    const columns = environmentColumns(this.spec, this.agents);
    this.batch = columns.batch;
    this.finalBatch = columns.finalBatch;
    this.reward = columns.reward;
    this.terminated = columns.terminated;
    this.truncated = columns.truncated;
    this.state = { steps: this.steps };
    for (let agent = 0; agent < this.agents; agent++) {
      this.batch.context[agent * 2 + (agent % 2)] = 1;
      this.finalBatch.context[agent * 2 + (agent % 2)] = 1;
    }
  }

  step(choices: Uint8Array): void {
    for (let agent = 0; agent < this.agents; agent += 2) {
      const row = legalChoice(this.batch, choices, agent);
      const column = legalChoice(this.batch, choices, agent + 1);
      this.reward.fill(this.payoff[row]?.[column] as number, agent, agent + 2);
    }
    const steps = (this.steps[0] as number) + 1;
    const cut = steps >= this.episodeSteps;
    this.steps[0] = cut ? 0 : steps;
    this.truncated.fill(cut ? 1 : 0);
  }

  refresh(): void {
    // Every round looks the same.
  }
}
