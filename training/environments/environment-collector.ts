import { SpaceCloudError } from '../../core/index.ts';
import type { LearnedPolicy } from '../../policies/index.ts';
import type { RolloutBuffer } from '../rollout/buffer.ts';
import { copyObservation, repeatObservation } from '../rollout/copy-rows.kernel.ts';
import { MemoryRecorder } from '../rollout/memory-recorder.ts';
import type { EnvironmentCopies, EpisodeResult } from './environment-copies.ts';
import { AGENT_STATUS } from './multi-agent-environment.ts';

/** Whose reward an agent learns from: `own`, or `team`, the mean over all agents. */
export type RewardSharing = 'own' | 'team';

const NO_ROW = -1;

/**
 * Fills rollout buffers from copies of an environment. A chain is one agent's decisions in one episode: it ends without a
 * successor when the agent's task is over, and with a final row, whose value counts, when a limit or the end of the
 * rollout cuts it. What is earned while an agent waits belongs to its last decision; time is counted in steps.
 */
export class EnvironmentCollector {
  private readonly copies: EnvironmentCopies;
  private readonly policy: LearnedPolicy;
  private readonly sharing: RewardSharing;
  private readonly remembering: MemoryRecorder;
  private readonly choices: Uint8Array;
  /** [copies * agents] row of the agent's last decision in this rollout. */
  private readonly open: Int32Array;

  constructor(copies: EnvironmentCopies, policy: LearnedPolicy, sharing: RewardSharing = 'own') {
    this.copies = copies;
    this.policy = policy;
    this.sharing = sharing;
    this.remembering = new MemoryRecorder(policy.memory);
    this.choices = new Uint8Array(copies.batch.capacity);
    this.open = new Int32Array(copies.batch.capacity);
  }

  /**
   * Overwrites `buffer` with at most `rows` decisions, as many whole steps as fit. Returns the episodes that ended.
   * Errors: MISUSE when one step of all agents, or the rows and as many final rows, do not fit.
   */
  collect(buffer: RolloutBuffer, rows: number): EpisodeResult[] {
    const { copies, open } = this;
    const { batch } = copies;
    if (rows < batch.capacity || buffer.capacity < 2 * rows) throw noRoom(rows, batch.capacity, buffer.capacity);
    const episodes: EpisodeResult[] = [];
    open.fill(NO_ROW);
    this.remembering.begin();
    buffer.n = 0;
    buffer.finals = 0;
    copies.observe();
    // Nobody may be asked for a while; an endless wait is cut by maxEpisodeSteps or is the environment's fault.
    while (buffer.n + batch.n <= rows) {
      this.takeDecisions(buffer);
      copies.step(this.choices);
      this.takeOutcomes(buffer, rows);
      copies.restartEnded((result, copy) => {
        this.policy.forget(copy);
        episodes.push(result);
      });
      copies.observe();
    }
    for (let slot = 0; slot < open.length; slot++) {
      if (open[slot] !== NO_ROW) this.close(buffer, slot, rows);
    }
    joinFinals(buffer, rows);
    return episodes;
  }

  private takeDecisions(buffer: RolloutBuffer): void {
    const { batch, agents } = this.copies;
    this.policy.choose(batch, this.choices);
    for (let row = 0; row < batch.n; row++) {
      const slot = (batch.world[row] as number) * agents + (batch.agent[row] as number);
      const to = buffer.n++;
      const before = this.open[slot] as number;
      if (before !== NO_ROW) buffer.next[before] = to;
      this.open[slot] = to;
      copyObservation(batch, row, buffer, to);
      buffer.action[to] = this.choices[row] as number;
      buffer.logProb[to] = this.policy.logProb[row] as number;
      this.remembering.decision(row, buffer, to);
      buffer.reward[to] = 0;
      buffer.elapsed[to] = 0;
    }
  }

  private takeOutcomes(buffer: RolloutBuffer, rows: number): void {
    const { copies, agents, cut } = this.copies;
    copies.forEach((env, copy) => {
      const team = this.sharing === 'team' ? env.reward.reduce((sum, reward) => sum + reward, 0) / agents : 0;
      for (let agent = 0; agent < agents; agent++) {
        const slot = copy * agents + agent;
        const row = this.open[slot] as number;
        if (row === NO_ROW) continue;
        const reward = this.sharing === 'team' ? team : (env.reward[agent] as number);
        buffer.reward[row] = (buffer.reward[row] as number) + reward;
        buffer.elapsed[row] = (buffer.elapsed[row] as number) + 1;
        if (cut[slot] === 1) this.close(buffer, slot, rows);
        else if (env.status[agent] === AGENT_STATUS.terminated) {
          buffer.next[row] = -1;
          this.open[slot] = NO_ROW;
        }
      }
    });
  }

  /** Ends a chain with a final row; final rows gather from row `rows` on. */
  private close(buffer: RolloutBuffer, slot: number, rows: number): void {
    const { copies } = this;
    const final = rows + buffer.finals++;
    copies.observeAgent(Math.floor(slot / copies.agents), slot % copies.agents, 0);
    copyObservation(copies.batch, 0, buffer, final);
    this.remembering.final(copies.batch, 0, buffer, final);
    buffer.next[this.open[slot] as number] = final;
    this.open[slot] = NO_ROW;
  }
}

/** Moves the final rows from `from` on to where the decisions end, and turns the links to them. */
function joinFinals(buffer: RolloutBuffer, from: number): void {
  const gap = from - buffer.n;
  if (gap === 0) return;
  for (let i = 0; i < buffer.finals; i++) repeatObservation(buffer, from + i, buffer.n + i);
  for (let row = 0; row < buffer.n; row++) {
    const next = buffer.next[row] as number;
    if (next >= from) buffer.next[row] = next - gap;
  }
}

function noRoom(rows: number, agents: number, capacity: number): SpaceCloudError {
  return new SpaceCloudError(
    'MISUSE',
    `Expected at least ${agents} rows, one per agent of all copies, and twice as many in the buffer, got ${rows} rows in ${capacity}.`,
    { hint: 'Take more rows per iteration or fewer copies.' },
  );
}
