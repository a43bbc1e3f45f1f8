import { type DecisionBatch, Rng } from '../../core/index.ts';
import {
  type EnvironmentState,
  type LearningEnvironment,
  actionSpec,
  environmentColumns,
} from './learning-environment.ts';
import { legalChoice } from './legal-choice.ts';

export interface IdentityOptions {
  readonly agents: number;
  readonly seed: number;
  /** Targets, and actions; at most 255. */
  readonly actions: number;
  /** Actions other than the target masked at each step, drawn anew; default 0. */
  readonly masked?: number;
  readonly episodeSteps?: number;
}

/**
 * Each step shows a random target (one-hot); reward 1 for choosing it, else 0. With `masked` > 0 this is sb3-contrib's
 * InvalidActionEnvDiscrete: that many random wrong actions are forbidden. Episodes are cut, not ended, after 100 steps.
 */
export class Identity implements LearningEnvironment {
  readonly name: string;
  readonly spec;
  readonly agents: number;
  readonly batch: DecisionBatch;
  readonly finalBatch: DecisionBatch;
  readonly reward: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly state: EnvironmentState;
  private readonly actions: number;
  private readonly masked: number;
  private readonly episodeSteps: number;
  private readonly target: Int32Array;
  /** [agents * actions] 1 = allowed. */
  private readonly allowed: Uint8Array;
  private readonly steps = new Int32Array(1);
  private readonly rng: Rng;
  private readonly order: Int32Array;

  constructor(options: IdentityOptions) {
    const { agents, seed, actions, masked = 0, episodeSteps = 100 } = options;
    this.name = masked > 0 ? `InvalidActionEnv(${actions}, ${masked})` : `IdentityEnv(${actions})`;
    this.spec = actionSpec(
      Array.from({ length: actions }, (_, action) => `isTarget${action}`),
      actions,
    );
    const columns = environmentColumns(this.spec, agents);
    this.agents = agents;
    this.batch = columns.batch;
    this.finalBatch = columns.finalBatch;
    this.reward = columns.reward;
    this.terminated = columns.terminated;
    this.truncated = columns.truncated;
    this.actions = actions;
    this.masked = masked;
    this.episodeSteps = episodeSteps;
    this.rng = new Rng(seed, 'identity');
    this.target = new Int32Array(agents);
    this.allowed = new Uint8Array(agents * actions);
    this.order = Int32Array.from({ length: actions }, (_, action) => action);
    this.state = { target: this.target, allowed: this.allowed, steps: this.steps, rng: this.rng.state };
    for (let agent = 0; agent < agents; agent++) this.draw(agent);
    this.refresh();
  }

  step(choices: Uint8Array): void {
    const steps = (this.steps[0] as number) + 1;
    const cut = steps >= this.episodeSteps;
    this.steps[0] = cut ? 0 : steps;
    for (let agent = 0; agent < this.agents; agent++) {
      this.reward[agent] = legalChoice(this.batch, choices, agent) === this.target[agent] ? 1 : 0;
      this.truncated[agent] = cut ? 1 : 0;
    }
    for (let agent = 0; agent < this.agents; agent++) this.draw(agent);
    this.refresh();
    // The next target is independent of the episode, so the observation after the cut is the true final one too.
    if (cut) for (let agent = 0; agent < this.agents; agent++) this.observe(agent, this.finalBatch);
  }

  refresh(): void {
    for (let agent = 0; agent < this.agents; agent++) this.observe(agent, this.batch);
  }

  private draw(agent: number): void {
    const target = this.rng.int(this.actions);
    this.target[agent] = target;
    const allowed = this.allowed.subarray(agent * this.actions, (agent + 1) * this.actions).fill(1);
    if (this.masked === 0) return;
    // The order the shuffle starts from must not depend on the past, or a restored run would differ.
    for (let i = 0; i < this.actions; i++) this.order[i] = i;
    this.rng.shuffle(this.order);
    let left = this.masked;
    for (const action of this.order) {
      if (left > 0 && action !== target) {
        allowed[action] = 0;
        left--;
      }
    }
  }

  private observe(agent: number, batch: DecisionBatch): void {
    const context = batch.context.subarray(agent * batch.contextStride, (agent + 1) * batch.contextStride).fill(0);
    context[this.target[agent] as number] = 1;
    batch.actionMask.set(
      this.allowed.subarray(agent * this.actions, (agent + 1) * this.actions),
      agent * batch.maxCandidates,
    );
  }
}
