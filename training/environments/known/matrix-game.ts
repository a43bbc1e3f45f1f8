import {
  AGENT_STATUS,
  type MultiAgentEnvironment,
  type ObservationRow,
  actionSpec,
  requireAllowed,
  writeActions,
} from '../multi-agent-environment.ts';

/** What both players receive, by row and column. */
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

const ROUNDS = 25;

/**
 * A repeated common-payoff game: both players receive the entry they pick together. Each sees only which player it is, so
 * one shared policy plays both sides. Episodes are cut after 25 rounds.
 */
export class MatrixGame implements MultiAgentEnvironment {
  readonly name = 'MatrixGame';
  readonly spec;
  readonly agents = ['row', 'column'];
  readonly status = new Uint8Array(2);
  readonly reward = new Float64Array(2);
  private readonly rounds = new Int32Array(1);
  readonly state = { rounds: this.rounds };
  private readonly payoff: PayoffMatrix;

  constructor(payoff: PayoffMatrix) {
    this.payoff = payoff;
    this.spec = actionSpec(['isRowPlayer', 'isColumnPlayer'], payoff.length);
  }

  reset(): void {
    this.rounds[0] = 0;
    this.reward.fill(0);
    this.status.fill(AGENT_STATUS.asked);
  }

  step(choices: Uint8Array): void {
    const [row, column] = choices as unknown as [number, number];
    requireAllowed(row < this.payoff.length, 'row', row);
    requireAllowed(column < this.payoff.length, 'column', column);
    this.reward.fill(this.payoff[row]?.[column] as number);
    const rounds = (this.rounds[0] as number) + 1;
    this.rounds[0] = rounds;
    if (rounds >= ROUNDS) this.status.fill(AGENT_STATUS.truncated);
  }

  observe(agent: number, row: ObservationRow): void {
    row.context[agent] = 1;
    writeActions(row, this.payoff.length);
  }
}
