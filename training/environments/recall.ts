import { Rng } from '../../core/index.ts';
import {
  AGENT_STATUS,
  type MultiAgentEnvironment,
  type ObservationRow,
  actionSpec,
  isRunning,
  requireAllowed,
  writeActions,
} from './multi-agent-environment.ts';

export interface RecallOptions {
  /** Cues, and actions. */
  readonly cues: number;
  /** Steps between the cue and the question, at least 1. */
  readonly delay: number;
}

const AGENTS = ['left', 'right'];

/**
 * A task for memory: each of two agents is shown a cue of its own at the first step and asked for it `delay` steps later;
 * reward 1 for the right answer, the only one of the episode. What is seen between and at the question says nothing of the
 * cue, so a policy without memory is right once in `cues` times, whatever it learns.
 */
export class Recall implements MultiAgentEnvironment {
  readonly name: string;
  readonly spec;
  readonly agents = AGENTS;
  readonly status = new Uint8Array(AGENTS.length);
  readonly reward = new Float64Array(AGENTS.length);
  readonly state;
  private readonly cues: number;
  private readonly delay: number;
  private readonly cue = new Int32Array(AGENTS.length);
  private readonly time = new Int32Array(1);

  constructor({ cues, delay }: RecallOptions) {
    this.name = `Recall(${cues}, ${delay})`;
    const shown = Array.from({ length: cues }, (_, cue) => `isCue${cue}`);
    this.spec = actionSpec([...shown, 'isQuestion'], cues);
    this.cues = cues;
    this.delay = delay;
    this.state = { cue: this.cue, step: this.time };
  }

  reset(seed: number): void {
    const rng = new Rng(seed, 'recall');
    for (let agent = 0; agent < AGENTS.length; agent++) this.cue[agent] = rng.int(this.cues);
    this.time[0] = 0;
    this.reward.fill(0);
    this.status.fill(AGENT_STATUS.asked);
  }

  step(choices: Uint8Array): void {
    if (!isRunning(this.status)) return;
    choices.subarray(0, AGENTS.length).forEach((choice, agent) => {
      requireAllowed(choice < this.cues, AGENTS[agent] as string, choice);
    });
    const asked = this.isQuestion;
    for (let agent = 0; agent < AGENTS.length; agent++) {
      this.reward[agent] = asked && choices[agent] === this.cue[agent] ? 1 : 0;
    }
    if (asked) this.status.fill(AGENT_STATUS.terminated);
    this.time[0] = this.now + 1;
  }

  observe(agent: number, row: ObservationRow): void {
    writeActions(row, this.cues);
    if (this.now === 0) row.context[this.cue[agent] as number] = 1;
    if (this.isQuestion) row.context[this.cues] = 1;
  }

  private get now(): number {
    return this.time[0] as number;
  }

  private get isQuestion(): boolean {
    return this.now === this.delay;
  }
}
