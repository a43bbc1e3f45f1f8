import { Rng, StrictMath } from '../../../core/index.ts';
import {
  AGENT_STATUS,
  type MultiAgentEnvironment,
  type ObservationRow,
  actionSpec,
  requireAllowed,
  writeActions,
} from '../multi-agent-environment.ts';

/** Forces of the five actions (none, left, right, down, up), before `PUSH`. */
export const SPREAD_ACTIONS: readonly (readonly [number, number])[] = [
  [0, 0],
  [-1, 0],
  [1, 0],
  [0, -1],
  [0, 1],
];
const PUSH = 5;
const STEP_S = 0.1;
const DAMPING = 0.25;
const CONTACT_FORCE = 100;
const CONTACT_MARGIN = 1e-3;
/** Two agents touch below twice their size of 0.15. */
const TOUCH = 0.3;
const LOCAL_RATIO = 0.5;
const EPISODE_STEPS = 25;

/**
 * `simple_spread` of the multi-agent particle environments (Lowe et al. 2017; package mpe2 1.1, `simple_spread_v3`): three
 * agents on a plane are to cover three landmarks and not to touch. Each earns half of minus the sum over landmarks of the
 * distance to the nearest agent, and half of minus the number of agents it touches. Cut after 25 steps.
 *
 * Differs from the package in what is seen: the four columns that are always zero there (communication) are left out.
 */
export class SimpleSpread implements MultiAgentEnvironment {
  readonly name = 'simple_spread';
  readonly spec;
  readonly agents: readonly string[];
  readonly status: Uint8Array;
  readonly reward: Float64Array;
  readonly state;
  readonly globalFeatures;
  /** [n * 2] x, y */
  readonly position: Float64Array;
  readonly velocity: Float64Array;
  readonly landmark: Float64Array;
  private readonly steps = new Int32Array(1);
  private readonly force: Float64Array;

  constructor(count = 3) {
    const ids = Array.from({ length: count }, (_, i) => i);
    const axes = (name: string): string[] => [`${name}X`, `${name}Y`];
    this.spec = actionSpec(
      [
        ...axes('velocity'),
        ...axes('position'),
        ...ids.flatMap((i) => axes(`landmark${i}`)),
        ...ids.slice(1).flatMap((i) => axes(`agent${i}`)),
      ],
      SPREAD_ACTIONS.length,
    );
    this.agents = ids.map((i) => `agent${i}`);
    this.globalFeatures = ids
      .flatMap((i) => [...axes(`agent${i}`), ...axes(`velocity${i}`), ...axes(`landmark${i}`)])
      .map((name) => ({ name, unit: '1' }));
    this.status = new Uint8Array(count);
    this.reward = new Float64Array(count);
    this.position = new Float64Array(count * 2);
    this.velocity = new Float64Array(count * 2);
    this.landmark = new Float64Array(count * 2);
    this.force = new Float64Array(count * 2);
    this.state = { position: this.position, velocity: this.velocity, landmark: this.landmark, steps: this.steps };
  }

  reset(seed: number): void {
    const rng = new Rng(seed, 'simple-spread');
    this.status.fill(AGENT_STATUS.asked);
    this.reward.fill(0);
    this.velocity.fill(0);
    this.steps[0] = 0;
    for (const column of [this.position, this.landmark]) {
      for (let i = 0; i < column.length; i++) column[i] = rng.uniform() * 2 - 1;
    }
  }

  step(choices: Uint8Array): void {
    const count = this.agents.length;
    for (let agent = 0; agent < count; agent++) {
      const choice = choices[agent] as number;
      requireAllowed(choice < SPREAD_ACTIONS.length, this.agents[agent] as string, choice);
    }
    for (let agent = 0; agent < count; agent++) {
      const [x, y] = SPREAD_ACTIONS[choices[agent] as number] as readonly [number, number];
      this.force[agent * 2] = PUSH * x;
      this.force[agent * 2 + 1] = PUSH * y;
    }
    this.pushApart();
    for (let i = 0; i < count * 2; i++) {
      const velocity = this.velocity[i] as number;
      this.position[i] = (this.position[i] as number) + velocity * STEP_S;
      this.velocity[i] = velocity * (1 - DAMPING) + (this.force[i] as number) * STEP_S;
    }
    const shared = -this.uncovered() * (1 - LOCAL_RATIO);
    for (let agent = 0; agent < count; agent++) this.reward[agent] = shared - this.touched(agent) * LOCAL_RATIO;
    const steps = (this.steps[0] as number) + 1;
    this.steps[0] = steps;
    if (steps >= EPISODE_STEPS) this.status.fill(AGENT_STATUS.truncated);
  }

  observe(agent: number, row: ObservationRow): void {
    const { context } = row;
    const [x, y] = [this.position[agent * 2] as number, this.position[agent * 2 + 1] as number];
    context.set(this.velocity.subarray(agent * 2, agent * 2 + 2), 0);
    context[2] = x;
    context[3] = y;
    let at = 4;
    for (let i = 0; i < this.landmark.length; i += 2) {
      context[at++] = (this.landmark[i] as number) - x;
      context[at++] = (this.landmark[i + 1] as number) - y;
    }
    for (let other = 0; other < this.agents.length; other++) {
      if (other === agent) continue;
      context[at++] = (this.position[other * 2] as number) - x;
      context[at++] = (this.position[other * 2 + 1] as number) - y;
    }
    writeActions(row, SPREAD_ACTIONS.length);
  }

  observeGlobal(_agent: number, out: Float32Array): void {
    for (let i = 0; i < this.agents.length; i++) {
      [this.position, this.velocity, this.landmark].forEach((column, c) =>
        out.set(column.subarray(i * 2, i * 2 + 2), i * 6 + c * 2),
      );
    }
  }

  /** Forces of soft contacts: `100 (d / |d|) m ln(1 + exp(-(|d| - 0.3) / m))` with m = 0.001. */
  private pushApart(): void {
    const { position, force } = this;
    for (let a = 0; a < this.agents.length; a++) {
      for (let b = a + 1; b < this.agents.length; b++) {
        const dx = (position[a * 2] as number) - (position[b * 2] as number);
        const dy = (position[a * 2 + 1] as number) - (position[b * 2 + 1] as number);
        const distance = Math.sqrt(dx * dx + dy * dy);
        const depth = -(distance - TOUCH) / CONTACT_MARGIN;
        const softened = Math.max(0, depth) + StrictMath.log(1 + StrictMath.exp(-Math.abs(depth)));
        const push = (CONTACT_FORCE * CONTACT_MARGIN * softened) / distance;
        force[a * 2] = (force[a * 2] as number) + push * dx;
        force[a * 2 + 1] = (force[a * 2 + 1] as number) + push * dy;
        force[b * 2] = (force[b * 2] as number) - push * dx;
        force[b * 2 + 1] = (force[b * 2 + 1] as number) - push * dy;
      }
    }
  }

  /** Sum over landmarks of the distance to the nearest agent. */
  private uncovered(): number {
    let sum = 0;
    for (let l = 0; l < this.landmark.length; l += 2) {
      let nearest = Infinity;
      for (let a = 0; a < this.position.length; a += 2) {
        const dx = (this.position[a] as number) - (this.landmark[l] as number);
        const dy = (this.position[a + 1] as number) - (this.landmark[l + 1] as number);
        nearest = Math.min(nearest, Math.sqrt(dx * dx + dy * dy));
      }
      sum += nearest;
    }
    return sum;
  }

  private touched(agent: number): number {
    let count = 0;
    for (let other = 0; other < this.agents.length; other++) {
      if (other === agent) continue;
      const dx = (this.position[agent * 2] as number) - (this.position[other * 2] as number);
      const dy = (this.position[agent * 2 + 1] as number) - (this.position[other * 2 + 1] as number);
      if (Math.sqrt(dx * dx + dy * dy) < TOUCH) count++;
    }
    return count;
  }
}
