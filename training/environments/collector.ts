import { type DecisionBatch, SpaceCloudError } from '../../core/index.ts';
import type { LearnedPolicy } from '../../policies/index.ts';
import { type RolloutBuffer, createRolloutBuffer } from '../rollout/buffer.ts';
import type { LearningEnvironment } from './learning-environment.ts';

/**
 * Runs a policy in an environment and fills rollout buffers: the toy tasks' counterpart of the world's collector, through
 * the same policy runtime and into the same buffer. Episodes run on from one `collect` to the next.
 */
export class EnvironmentCollector {
  /** [agents] reward of the running episodes; with the environment's and the policy's state, all that a resume needs. */
  readonly runningReturn: Float64Array;
  private readonly env: LearningEnvironment;
  private readonly policy: LearnedPolicy;
  private readonly choices: Uint8Array;

  constructor(env: LearningEnvironment, policy: LearnedPolicy) {
    this.env = env;
    this.policy = policy;
    this.runningReturn = new Float64Array(env.agents);
    this.choices = new Uint8Array(env.agents);
  }

  /**
   * Overwrites `buffer` with `steps` steps of every agent; row `t * agents + i` is agent `i` at step `t`, one time unit
   * per step. Truncated episodes, and those still running at the end, get a final row. Returns the returns of the
   * episodes that ended. Errors: MISUSE when the rows do not fit.
   */
  collect(buffer: RolloutBuffer, steps: number): number[] {
    const { env, choices } = this;
    const { agents, batch } = env;
    const returns: number[] = [];
    buffer.n = steps * agents;
    buffer.finals = 0;
    if (buffer.n + agents > buffer.capacity) throw full(buffer);
    for (let step = 0; step < steps; step++) {
      const first = step * agents;
      this.policy.choose(batch, choices);
      for (let agent = 0; agent < agents; agent++) {
        copyRow(batch, agent, buffer, first + agent);
        buffer.action[first + agent] = choices[agent] as number;
        buffer.logProb[first + agent] = this.policy.logProb[agent] as number;
      }
      env.step(choices);
      for (let agent = 0; agent < agents; agent++) {
        const row = first + agent;
        buffer.reward[row] = env.reward[agent] as number;
        buffer.elapsed[row] = 1;
        if (env.terminated[agent] === 1) buffer.next[row] = -1;
        else if (env.truncated[agent] === 1) buffer.next[row] = addFinal(env.finalBatch, agent, buffer);
        else if (step === steps - 1) buffer.next[row] = addFinal(batch, agent, buffer);
        else buffer.next[row] = row + agents;
        this.followEpisode(agent, returns);
      }
    }
    return returns;
  }

  private followEpisode(agent: number, returns: number[]): void {
    const { env, runningReturn } = this;
    runningReturn[agent] = (runningReturn[agent] as number) + (env.reward[agent] as number);
    if (env.terminated[agent] === 0 && env.truncated[agent] === 0) return;
    returns.push(runningReturn[agent]);
    runningReturn[agent] = 0;
  }
}

/** A buffer for `steps` steps of an environment, with room for `finals` final rows (at least one per agent). */
export function environmentBuffer(env: LearningEnvironment, steps: number, finals = env.agents * 8): RolloutBuffer {
  const { contextStride, candidateStride, maxCandidates } = env.batch;
  return createRolloutBuffer({ capacity: steps * env.agents + finals, contextStride, candidateStride, maxCandidates });
}

function addFinal(batch: DecisionBatch, agent: number, buffer: RolloutBuffer): number {
  const row = buffer.n + buffer.finals;
  if (row >= buffer.capacity) throw full(buffer);
  buffer.finals++;
  copyRow(batch, agent, buffer, row);
  return row;
}

function copyRow(batch: DecisionBatch, from: number, buffer: RolloutBuffer, to: number): void {
  const { contextStride, candidateStride, maxCandidates } = batch;
  const width = maxCandidates * candidateStride;
  buffer.kind[to] = batch.kind[from] as number;
  buffer.candidateCount[to] = batch.candidateCount[from] as number;
  buffer.context.set(batch.context.subarray(from * contextStride, (from + 1) * contextStride), to * contextStride);
  buffer.candidates.set(batch.candidates.subarray(from * width, (from + 1) * width), to * width);
  buffer.actionMask.set(
    batch.actionMask.subarray(from * maxCandidates, (from + 1) * maxCandidates),
    to * maxCandidates,
  );
}

function full(buffer: RolloutBuffer): SpaceCloudError {
  return new SpaceCloudError(
    'MISUSE',
    `Expected a rollout buffer with room for ${buffer.n} decisions and their final rows, got ${buffer.capacity} rows.`,
    { hint: 'Make it with environmentBuffer(env, steps, finals) and more finals.' },
  );
}
