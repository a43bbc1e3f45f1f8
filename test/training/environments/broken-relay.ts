import { Rng, SpaceCloudError } from '../../../core/index.ts';
import {
  AGENT_STATUS,
  type MultiAgentEnvironment,
  type ObservationRow,
  actionSpec,
  requireAllowed,
  writeActions,
} from '../../../training/environments/index.ts';

/** Every way in which `Relay` can be broken. */
export const RELAY_FAULTS = [
  'doubled feature',
  'prior not last',
  'doubled agent',
  'short status',
  'chance from elsewhere',
  'leftovers after reset',
  'seed ignored',
  'draws while observing',
  'unknown kind',
  'too many candidates',
  'allowed past the end',
  'all masked',
  'NaN feature',
  'infinite candidate',
  'NaN reward',
  'reward of the dead',
  'unknown status',
  'revival',
  'vanishing',
  'endless',
  'limit told as terminated',
  'masked choice accepted',
  'masked choice half taken',
  'reads choices of others',
  'chance shared by all',
  'state in the module',
  'state incomplete',
  'NaN global',
  'global features only',
  'throws in the middle',
] as const;
export type RelayFault = (typeof RELAY_FAULTS)[number];

const AGENTS = 3;
const ACTIONS = 3;
const EPISODE_STEPS = 12;
let sharedCounter = 0;
let moduleSteps = 0;

/**
 * A small environment that uses every rule: agent 2 joins late, agents wait every third step, agent 1 dies by chance, the
 * episode is cut after 12 steps, action 2 is masked at odd steps. `fault` breaks one rule; without it all are kept.
 */
export class Relay implements MultiAgentEnvironment {
  readonly name = 'relay';
  readonly spec;
  readonly agents: readonly string[];
  readonly status: Uint8Array;
  readonly reward = new Float64Array(AGENTS);
  readonly state: MultiAgentEnvironment['state'];
  readonly globalFeatures = [{ name: 'position', unit: '1' }];
  readonly observeGlobal?: NonNullable<MultiAgentEnvironment['observeGlobal']>;
  private readonly fault: RelayFault | undefined;
  /** Position; steps; a draw shown to all. */
  private readonly numbers = new Int32Array(3);
  private readonly rng = new Rng(1, 'relay');
  private carried = 0;

  constructor(fault?: RelayFault) {
    this.fault = fault;
    const names = ['position', fault === 'doubled feature' ? 'position' : 'draw', 'isLive'];
    const spec = actionSpec(names, ACTIONS);
    const [kind] = spec.kinds;
    this.spec =
      fault === 'prior not last' && kind !== undefined
        ? { ...spec, kinds: [{ ...kind, candidate: kind.candidate.slice().reverse() }] }
        : spec;
    this.agents = fault === 'doubled agent' ? ['a', 'a', 'c'] : ['a', 'b', 'c'];
    this.status = new Uint8Array(fault === 'short status' ? AGENTS - 1 : AGENTS);
    this.state =
      fault === 'state incomplete' ? { numbers: this.numbers } : { numbers: this.numbers, rng: this.rng.state };
    if (fault === 'global features only') return;
    this.observeGlobal = (_agent, out) => {
      out[0] = fault === 'NaN global' ? NaN : (this.numbers[0] as number);
    };
  }

  reset(seed: number): void {
    this.rng.state.set(new Rng(this.fault === 'seed ignored' ? 1 : seed, 'relay').state);
    if (this.fault === 'chance from elsewhere') this.rng.state.set(new Rng(++sharedCounter, 'relay').state);
    if (this.fault !== 'leftovers after reset') this.carried = 0;
    moduleSteps = 0;
    this.numbers.set([0, 0, this.rng.int(100)]);
    this.reward.fill(0);
    this.status.set([AGENT_STATUS.asked, AGENT_STATUS.asked, AGENT_STATUS.absent]);
  }

  step(choices: Uint8Array): void {
    const { fault, status, numbers } = this;
    const { absent, asked, waiting, terminated, truncated } = AGENT_STATUS;
    if (fault === 'masked choice half taken') numbers[0] = (numbers[0] as number) + 1;
    for (let agent = 0; agent < AGENTS; agent++) {
      if (status[agent] !== asked || fault === 'masked choice accepted') continue;
      const choice = choices[agent] as number;
      requireAllowed(this.isAllowed(choice), this.agents[agent] as string, choice);
    }
    const steps = (numbers[1] as number) + 1;
    numbers[1] = steps;
    if (fault === 'throws in the middle' && steps === 5) throw new SpaceCloudError('MISUSE', 'Out of luck.');
    this.reward.fill(0);
    for (let agent = 0; agent < AGENTS; agent++) {
      const takesPart = status[agent] === asked || status[agent] === waiting;
      if (takesPart) this.reward[agent] = fault === 'NaN reward' && steps === 4 ? NaN : 1;
      if (status[agent] === terminated && fault === 'reward of the dead') this.reward[agent] = 1;
      if (status[agent] === asked || fault === 'reads choices of others') {
        numbers[0] = (numbers[0] as number) + ((choices[agent] as number) % ACTIONS);
      }
    }
    numbers[2] = this.rng.int(100);
    this.carried++;
    if (fault === 'chance shared by all') numbers[2] += sharedCounter++;
    if (fault === 'state in the module') numbers[2] += moduleSteps++;
    this.move(steps);
    if (fault === 'vanishing' && steps === 6) status[0] = absent;
    if (fault === 'unknown status' && steps === 6) status[0] = 9;
    const over = steps >= EPISODE_STEPS && fault !== 'endless';
    const end = fault === 'limit told as terminated' ? terminated : truncated;
    if (over) for (let agent = 0; agent < AGENTS; agent++) if (status[agent] !== terminated) status[agent] = end;
  }

  observe(agent: number, row: ObservationRow): void {
    const { fault, numbers } = this;
    const position = numbers[0] as number;
    row.context[0] = fault === 'NaN feature' && position > 4 ? NaN : position;
    row.context[1] = numbers[2] as number;
    row.context[2] = agent;
    if (fault === 'leftovers after reset') row.context[1] += this.carried;
    if (fault === 'draws while observing') row.context[1] += this.rng.int(10);
    writeActions(row, ACTIONS);
    for (let choice = 0; choice < ACTIONS; choice++) row.actionMask[choice] = this.isAllowed(choice) ? 1 : 0;
    if (fault === 'unknown kind') row.kind = 3;
    if (fault === 'too many candidates') row.candidateCount = ACTIONS + 1;
    if (fault === 'allowed past the end') row.candidateCount = 1;
    if (fault === 'all masked' && numbers[1] === 5) row.actionMask.fill(0);
    if (fault === 'infinite candidate') row.candidates[1] = 1 / 0;
  }

  private isAllowed(choice: number): boolean {
    return choice < ACTIONS && (choice !== 2 || (this.numbers[1] as number) % 2 === 0);
  }

  /** Who is asked next; agent 2 joins at step 3, everybody waits at every third step, agent 1 may die. */
  private move(steps: number): void {
    const { absent, asked, waiting, terminated } = AGENT_STATUS;
    const { status } = this;
    if (steps === 3 && status[2] === absent) status[2] = waiting;
    for (let agent = 0; agent < AGENTS; agent++) {
      if (status[agent] === asked || status[agent] === waiting) status[agent] = steps % 3 === 0 ? waiting : asked;
    }
    if (steps > 3 && status[1] !== terminated && this.rng.int(4) === 0) status[1] = terminated;
    else if (this.fault === 'revival' && status[1] === terminated) status[1] = asked;
  }
}
