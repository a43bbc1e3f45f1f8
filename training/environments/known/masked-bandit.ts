import {
  AGENT_STATUS,
  type MultiAgentEnvironment,
  type ObservationRow,
  actionSpec,
  requireAllowed,
  writeActions,
} from '../multi-agent-environment.ts';

/** Arm 0 pays 0.2, arm 1 pays 1, arm 2 would pay 10 and is always masked. */
const PAY = [0.2, 1, 10] as const;
const ALLOWED = [1, 1, 0] as const;

/** The smallest task: two allowed arms and one forbidden; every episode is one pull. Best mean reward 1. */
export class MaskedBandit implements MultiAgentEnvironment {
  readonly name = 'MaskedBandit';
  readonly spec = actionSpec(['one'], PAY.length);
  readonly agents = ['puller'];
  readonly status = new Uint8Array(1);
  readonly reward = new Float64Array(1);
  readonly state = {};

  reset(): void {
    this.reward[0] = 0;
    this.status[0] = AGENT_STATUS.asked;
  }

  step(choices: Uint8Array): void {
    const choice = choices[0] as number;
    requireAllowed(ALLOWED[choice] === 1, 'puller', choice);
    this.reward[0] = PAY[choice] as number;
    this.status[0] = AGENT_STATUS.terminated;
  }

  observe(_agent: number, row: ObservationRow): void {
    row.context[0] = 1;
    writeActions(row, PAY.length);
    row.actionMask.set(ALLOWED);
  }
}
