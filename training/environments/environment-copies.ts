import { type DecisionBatch, SpaceCloudError, createDecisionBatch } from '../../core/index.ts';
import { BatchRow } from './batch-row.ts';
import {
  AGENT_STATUS,
  type EnvironmentColumns,
  type MultiAgentEnvironment,
  isRunning,
} from './multi-agent-environment.ts';

/** One finished episode. */
export interface EpisodeResult {
  readonly seed: number;
  readonly steps: number;
  /** [agents] sum of each agent's rewards. */
  readonly returns: readonly number[];
}

export interface EnvironmentCopiesOptions {
  readonly make: () => MultiAgentEnvironment;
  readonly copies: number;
  /** Seed of the first copy's first episode; episode `e` of copy `c` has `firstSeed + e * copies + c`. */
  readonly firstSeed: number;
  /** Episodes are cut, as truncated, after so many steps; default: only by the environment itself. */
  readonly maxEpisodeSteps?: number | undefined;
}

/**
 * Copies of an environment side by side, whose agents' decisions make one batch: row `r` belongs to agent `batch.agent[r]` of
 * copy `batch.world[r]`; copies in order, agents in order. Only who is asked has a row: the dead cost and teach nothing.
 */
export class EnvironmentCopies {
  readonly copies: readonly MultiAgentEnvironment[];
  readonly agents: number;
  /** Decisions now; written by `observe`. */
  readonly batch: DecisionBatch;
  /** [copies * agents] 1 = the agent's episode was cut in the last step, by the environment or by `maxEpisodeSteps`. */
  readonly cut: Uint8Array;
  /** [copies] 1 = the episode ended in the last step; `restartEnded` begins the next. */
  readonly ended: Uint8Array;
  /** [copies] episodes begun before the present one; [copies] its steps; [copies * agents] its rewards so far. */
  private readonly episode: Uint32Array;
  private readonly steps: Uint32Array;
  private readonly returns: Float64Array;
  private readonly rows: readonly BatchRow[];
  private readonly choices: Uint8Array;
  private readonly firstSeed: number;
  private readonly maxEpisodeSteps: number;

  constructor(options: EnvironmentCopiesOptions) {
    const { make, copies, firstSeed, maxEpisodeSteps = Infinity } = options;
    this.copies = Array.from({ length: copies }, make);
    const first = this.copies[0];
    if (first === undefined) throw new SpaceCloudError('MISUSE', `Expected at least one copy, got ${copies}.`);
    this.agents = first.agents.length;
    this.firstSeed = firstSeed;
    this.maxEpisodeSteps = maxEpisodeSteps;
    const slots = copies * this.agents;
    this.batch = createDecisionBatch(first.spec, slots);
    this.rows = Array.from({ length: slots }, (_, row) => new BatchRow(this.batch, row));
    this.cut = new Uint8Array(slots);
    this.ended = new Uint8Array(copies);
    this.episode = new Uint32Array(copies);
    this.steps = new Uint32Array(copies);
    this.returns = new Float64Array(slots);
    this.choices = new Uint8Array(this.agents);
    this.copies.forEach((env, copy) => env.reset(this.seedOf(copy)));
  }

  /** Seed of a copy's present episode, in [1, 2^32). */
  private seedOf(copy: number): number {
    const seed = this.firstSeed + (this.episode[copy] as number) * this.copies.length + copy;
    return seed % 2 ** 32 || 1;
  }

  /** Writes `batch`: one row per agent that is asked. */
  observe(): void {
    const { batch } = this;
    batch.n = 0;
    this.copies.forEach((env, copy) => {
      for (let agent = 0; agent < this.agents; agent++) {
        if (env.status[agent] === AGENT_STATUS.asked) this.observeAgent(copy, agent, batch.n++);
      }
    });
  }

  /** Writes what one agent sees now to row `row` of `batch`. */
  observeAgent(copy: number, agent: number, row: number): void {
    const target = this.rows[row] as BatchRow;
    target.clear();
    this.batch.world[row] = copy;
    this.batch.agent[row] = agent;
    this.batch.timeS[row] = this.steps[copy] as number;
    (this.copies[copy] as MultiAgentEnvironment).observe(agent, target);
  }

  /** Advances every copy by one step. `choices` [batch.n]. Rewards stand in the copies; ended ones wait for a restart. */
  step(choices: Uint8Array): void {
    let row = 0;
    this.copies.forEach((env, copy) => {
      for (let agent = 0; agent < this.agents; agent++) {
        if (env.status[agent] === AGENT_STATUS.asked) this.choices[agent] = choices[row++] as number;
      }
      env.step(this.choices);
      const steps = (this.steps[copy] as number) + 1;
      this.steps[copy] = steps;
      const late = steps >= this.maxEpisodeSteps;
      this.ended[copy] = late || !isRunning(env.status) ? 1 : 0;
      for (let agent = 0; agent < this.agents; agent++) {
        const slot = copy * this.agents + agent;
        const status = env.status[agent] as number;
        this.cut[slot] = status === AGENT_STATUS.truncated || (late && isLive(status)) ? 1 : 0;
        this.returns[slot] = (this.returns[slot] as number) + (env.reward[agent] as number);
      }
    });
  }

  /** Begins the next episode of every copy whose last one ended; tells of those that ended. */
  restartEnded(onEpisode: (result: EpisodeResult, copy: number) => void): void {
    this.copies.forEach((env, copy) => {
      if (this.ended[copy] !== 1) return;
      const own = this.returns.subarray(copy * this.agents, (copy + 1) * this.agents);
      const result = { seed: this.seedOf(copy), steps: this.steps[copy] as number, returns: Array.from(own) };
      onEpisode(result, copy);
      own.fill(0);
      this.steps[copy] = 0;
      this.ended[copy] = 0;
      this.episode[copy] = (this.episode[copy] as number) + 1;
      env.reset(this.seedOf(copy));
    });
  }

  /** Columns that hold all that the next step depends on: copy them to save, hand them to `restore` later. */
  state(): EnvironmentColumns {
    const columns: Record<string, EnvironmentColumns[string]> = {
      episode: this.episode,
      steps: this.steps,
      returns: this.returns,
    };
    this.copies.forEach((env, copy) => {
      columns[`${copy}.status`] = env.status;
      for (const [name, column] of Object.entries(env.state)) columns[`${copy}.state.${name}`] = column;
    });
    return columns;
  }

  /** Errors: CHECKPOINT_SCENARIO when a column is missing or of another length. */
  restore(saved: Readonly<Record<string, ArrayLike<number>>>): void {
    for (const [name, column] of Object.entries(this.state())) if (!name.includes('.')) overwrite(name, column, saved);
    this.copies.forEach((env, copy) => env.reset(this.seedOf(copy)));
    for (const [name, column] of Object.entries(this.state())) overwrite(name, column, saved);
  }
}

function isLive(status: number): boolean {
  return status === AGENT_STATUS.asked || status === AGENT_STATUS.waiting;
}

function overwrite(
  name: string,
  column: EnvironmentColumns[string],
  saved: Readonly<Record<string, ArrayLike<number>>>,
): void {
  const from = saved[name];
  if (from?.length !== column.length) {
    throw new SpaceCloudError(
      'CHECKPOINT_SCENARIO',
      `Expected environment column '${name}' of ${column.length}, got ${from === undefined ? 'none' : from.length}.`,
      { hint: 'The checkpoint is of another environment or number of copies; start a new run.' },
    );
  }
  column.set(from);
}
