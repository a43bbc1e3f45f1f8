import { Rng } from '../../../core/index.ts';
import {
  AGENT_STATUS,
  type MultiAgentEnvironment,
  type ObservationRow,
  actionSpec,
  requireAllowed,
  writeActions,
} from '../multi-agent-environment.ts';

export interface IdentityOptions {
  /** Targets, and actions; at most 255. */
  readonly actions: number;
  /** Actions other than the target masked at each step, drawn anew; default 0. */
  readonly masked?: number;
}

const EPISODE_STEPS = 100;

/**
 * Each step shows a random target (one-hot); reward 1 for choosing it, else 0. With `masked` > 0 this is sb3-contrib's
 * InvalidActionEnvDiscrete: that many random wrong actions are forbidden. Episodes are cut, not ended, after 100 steps.
 */
export class Identity implements MultiAgentEnvironment {
  readonly name: string;
  readonly spec;
  readonly agents = ['guesser'];
  readonly status = new Uint8Array(1);
  readonly reward = new Float64Array(1);
  readonly state;
  private readonly actions: number;
  private readonly masked: number;
  /** The target; steps of the episode. */
  private readonly numbers = new Int32Array(2);
  /** [actions] 1 = allowed. */
  private readonly allowed: Uint8Array;
  private readonly rng = new Rng(1, 'identity');
  private readonly order: Int32Array;

  constructor({ actions, masked = 0 }: IdentityOptions) {
    this.name = masked > 0 ? `InvalidActionEnv(${actions}, ${masked})` : `IdentityEnv(${actions})`;
    this.spec = actionSpec(
      Array.from({ length: actions }, (_, action) => `isTarget${action}`),
      actions,
    );
    this.actions = actions;
    this.masked = masked;
    this.allowed = new Uint8Array(actions);
    this.order = new Int32Array(actions);
    this.state = { numbers: this.numbers, allowed: this.allowed, rng: this.rng.state };
  }

  reset(seed: number): void {
    this.rng.state.set(new Rng(seed, 'identity').state);
    this.numbers[1] = 0;
    this.reward[0] = 0;
    this.status[0] = AGENT_STATUS.asked;
    this.draw();
  }

  step(choices: Uint8Array): void {
    const choice = choices[0] as number;
    requireAllowed(this.allowed[choice] === 1, 'guesser', choice);
    const steps = (this.numbers[1] as number) + 1;
    this.reward[0] = choice === this.numbers[0] ? 1 : 0;
    this.numbers[1] = steps;
    if (steps >= EPISODE_STEPS) this.status[0] = AGENT_STATUS.truncated;
    this.draw();
  }

  observe(_agent: number, row: ObservationRow): void {
    row.context[this.numbers[0] as number] = 1;
    writeActions(row, this.actions);
    row.actionMask.set(this.allowed);
  }

  private draw(): void {
    const target = this.rng.int(this.actions);
    this.numbers[0] = target;
    this.allowed.fill(1);
    if (this.masked === 0) return;
    // The order the shuffle starts from must not depend on the past, or a restored run would differ.
    for (let i = 0; i < this.actions; i++) this.order[i] = i;
    this.rng.shuffle(this.order);
    let left = this.masked;
    for (const action of this.order) {
      if (left > 0 && action !== target) {
        this.allowed[action] = 0;
        left--;
      }
    }
  }
}
