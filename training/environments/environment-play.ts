import { type DecisionBatch, type Rng, createDecisionBatch } from '../../core/index.ts';
import { BatchRow } from './batch-row.ts';
import { AGENT_STATUS, type MultiAgentEnvironment } from './multi-agent-environment.ts';

/** A step with all that came of it, as text: equal texts, equal steps. */
export type PlayedStep = string;

/** Plays one environment at random among what is allowed. */
export class EnvironmentPlay {
  readonly env: MultiAgentEnvironment;
  /** One row, for what one agent sees. */
  readonly batch: DecisionBatch;
  readonly row: BatchRow;
  private readonly rng: Rng;
  private readonly choices: Uint8Array;

  constructor(env: MultiAgentEnvironment, rng: Rng) {
    this.env = env;
    this.rng = rng;
    this.batch = createDecisionBatch(env.spec, 1);
    this.row = new BatchRow(this.batch, 0);
    this.choices = new Uint8Array(env.agents.length);
  }

  step(): PlayedStep {
    const { env, choices } = this;
    for (let agent = 0; agent < choices.length; agent++) {
      if (env.status[agent] !== AGENT_STATUS.asked) continue;
      const allowed = this.choicesOf(agent, 1);
      choices[agent] = allowed[this.rng.int(allowed.length)] as number;
    }
    env.step(choices);
    return JSON.stringify([...env.status, ...Array.from(env.reward, String), this.text()]);
  }

  /** What everybody sees who is asked, waits or was cut. */
  text(): string {
    const { env, batch, row } = this;
    return env.agents
      .map((_, agent) => {
        const status = env.status[agent];
        if (status === AGENT_STATUS.absent || status === AGENT_STATUS.terminated) return '-';
        row.clear();
        env.observe(agent, row);
        return [batch.kind[0], batch.candidateCount[0], row.context, row.candidates, row.actionMask].join(';');
      })
      .join('|');
  }

  /** Choices of which one is not allowed, or past the candidates; undefined when nobody is asked. */
  forbidden(): { readonly choices: Uint8Array; readonly agent: number; readonly choice: number } | undefined {
    const { env } = this;
    const agent = env.status.indexOf(AGENT_STATUS.asked);
    if (agent < 0) return undefined;
    const choices = new Uint8Array(env.agents.length);
    for (let each = 0; each < choices.length; each++) {
      if (env.status[each] === AGENT_STATUS.asked) choices[each] = this.choicesOf(each, 1)[0] as number;
    }
    const masked = this.choicesOf(agent, 0);
    const choice = masked[0] ?? this.row.candidateCount;
    choices[agent] = choice;
    return { choices, agent, choice };
  }

  /** Writes the entries of agents that are not asked. */
  fillUnasked(choice: number): void {
    this.env.status.forEach((status, agent) => {
      if (status !== AGENT_STATUS.asked) this.choices[agent] = choice;
    });
  }

  /** Candidates of an agent whose mask is `mask`. */
  private choicesOf(agent: number, mask: 0 | 1): number[] {
    this.row.clear();
    this.env.observe(agent, this.row);
    const all = Array.from({ length: this.row.candidateCount }, (_, k) => k);
    return all.filter((k) => this.row.actionMask[k] === mask);
  }
}
