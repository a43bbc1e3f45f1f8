import { Rng } from '../../core/index.ts';
import {
  AGENT_STATUS,
  type MultiAgentEnvironment,
  type ObservationRow,
  candidateSpec,
  requireAllowed,
} from './multi-agent-environment.ts';

const COLOURS = 3;
const FEWEST = 3;
const MOST = 8;

/**
 * A task for attention: 3 to 8 things, all of one colour but for one, which is right. Each thing shows its own colour only
 * and the context says nothing, so a network that looks at one candidate at a time can do no better than choose by colour.
 * One choice is an episode; reward 1 for the odd one.
 */
export class OddOneOut implements MultiAgentEnvironment {
  readonly name = 'OddOneOut';
  readonly spec = candidateSpec(
    ['one'],
    Array.from({ length: COLOURS }, (_, colour) => `isColour${colour}`),
    MOST,
  );
  readonly agents = ['finder'];
  readonly status = new Uint8Array(1);
  readonly reward = new Float64Array(1);
  readonly state;
  /** Things, the odd one, its colour, that of the others. */
  private readonly drawn = new Int32Array(4);

  constructor() {
    this.state = { drawn: this.drawn };
  }

  reset(seed: number): void {
    const rng = new Rng(seed, 'odd one out');
    const things = FEWEST + rng.int(MOST - FEWEST + 1);
    const colour = rng.int(COLOURS);
    this.drawn.set([things, rng.int(things), colour, (colour + 1 + rng.int(COLOURS - 1)) % COLOURS]);
    this.reward[0] = 0;
    this.status[0] = AGENT_STATUS.asked;
  }

  step(choices: Uint8Array): void {
    const [things, odd] = this.drawn as unknown as [number, number];
    const choice = choices[0] as number;
    requireAllowed(choice < things, 'finder', choice);
    this.reward[0] = choice === odd ? 1 : 0;
    this.status[0] = AGENT_STATUS.terminated;
  }

  observe(_agent: number, row: ObservationRow): void {
    const [things, odd, colour, others] = this.drawn as unknown as [number, number, number, number];
    row.context[0] = 1;
    row.candidateCount = things;
    for (let k = 0; k < things; k++) {
      row.candidates[k * row.candidateStride + (k === odd ? colour : others)] = 1;
      row.actionMask[k] = 1;
    }
  }
}
