import { type DecisionBatch, Rng } from '../../core/index.ts';
import {
  type EnvironmentColumns,
  type EnvironmentState,
  type LearningEnvironment,
  actionSpec,
  environmentColumns,
} from './learning-environment.ts';
import { legalChoice } from './legal-choice.ts';

/**
 * CartPole-v1: a pole on a cart, pushed left (0) or right (1) at every step; reward 1 per step. Physics, bounds and start
 * as in Gymnasium's `cartpole.py` (Barto, Sutton & Anderson 1983, corrected by Florian 2007), explicit Euler.
 */
const GRAVITY_M_S2 = 9.8;
const CART_MASS_KG = 1.0;
const POLE_MASS_KG = 0.1;
const HALF_POLE_M = 0.5;
const PUSH_N = 10.0;
const STEP_S = 0.02;
const POSITION_LIMIT_M = 2.4;
/** 12 degrees. */
const ANGLE_LIMIT_RAD = (12 * 2 * Math.PI) / 360;
const START_RANGE = 0.05;
export const CART_POLE_MAX_STEPS = 500;

const TOTAL_MASS_KG = CART_MASS_KG + POLE_MASS_KG;
const POLE_MOMENT_KG_M = POLE_MASS_KG * HALF_POLE_M;

export interface CartPoleOptions {
  /** Poles side by side, each with its own episodes. */
  readonly agents: number;
  readonly seed: number;
  /**
   * Observation column `c` shows quantity `order[c]` (0 position, 1 velocity, 2 angle, 3 angular velocity) times
   * `signs[c]`. Default: in order, unchanged. Gymnasium's hand rule `angle + angular velocity > 0` breaks under either.
   */
  readonly order?: readonly number[];
  readonly signs?: readonly number[];
}

export class CartPole implements LearningEnvironment {
  readonly name = 'CartPole-v1';
  readonly spec = actionSpec(['observation0', 'observation1', 'observation2', 'observation3'], 2);
  readonly agents: number;
  readonly batch: DecisionBatch;
  readonly finalBatch: DecisionBatch;
  readonly reward: Float64Array;
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly state: EnvironmentState;
  /** [agents * 4] position m, velocity m/s, angle rad (0 = upright), angular velocity rad/s. */
  readonly physics: Float64Array;
  /** [agents] steps of the running episode. */
  private readonly steps: Int32Array;
  private readonly rng: Rng;
  private readonly order: readonly number[];
  private readonly signs: readonly number[];

  constructor(options: CartPoleOptions) {
    const { agents, seed, order = [0, 1, 2, 3], signs = [1, 1, 1, 1] } = options;
    this.agents = agents;
    this.order = order;
    this.signs = signs;
    const columns: EnvironmentColumns = environmentColumns(this.spec, agents);
    this.batch = columns.batch;
    this.finalBatch = columns.finalBatch;
    this.reward = columns.reward;
    this.terminated = columns.terminated;
    this.truncated = columns.truncated;
    this.rng = new Rng(seed, 'cart-pole');
    this.physics = new Float64Array(agents * 4);
    this.steps = new Int32Array(agents);
    this.state = { physics: this.physics, steps: this.steps, rng: this.rng.state };
    for (let agent = 0; agent < agents; agent++) this.restart(agent);
    this.refresh();
  }

  step(choices: Uint8Array): void {
    for (let agent = 0; agent < this.agents; agent++) {
      const alive = this.advance(agent, legalChoice(this.batch, choices, agent));
      const steps = (this.steps[agent] as number) + 1;
      this.steps[agent] = steps;
      this.reward[agent] = 1;
      this.terminated[agent] = alive ? 0 : 1;
      this.truncated[agent] = alive && steps >= CART_POLE_MAX_STEPS ? 1 : 0;
      if (alive && steps < CART_POLE_MAX_STEPS) continue;
      this.observe(agent, this.finalBatch);
      this.restart(agent);
    }
    this.refresh();
  }

  refresh(): void {
    for (let agent = 0; agent < this.agents; agent++) this.observe(agent, this.batch);
  }

  /** One Euler step; false once the pole or the cart left its bounds. */
  private advance(agent: number, choice: number): boolean {
    const at = agent * 4;
    const [x, xDot, theta, thetaDot] = this.physics.subarray(at, at + 4) as unknown as [number, number, number, number];
    const forceN = choice === 1 ? PUSH_N : -PUSH_N;
    const cos = Math.cos(theta);
    const sin = Math.sin(theta);
    const temp = (forceN + POLE_MOMENT_KG_M * thetaDot * thetaDot * sin) / TOTAL_MASS_KG;
    const inertia = HALF_POLE_M * (4 / 3 - (POLE_MASS_KG * cos * cos) / TOTAL_MASS_KG);
    const thetaAcc = (GRAVITY_M_S2 * sin - cos * temp) / inertia;
    const xAcc = temp - (POLE_MOMENT_KG_M * thetaAcc * cos) / TOTAL_MASS_KG;
    const next = [x + STEP_S * xDot, xDot + STEP_S * xAcc, theta + STEP_S * thetaDot, thetaDot + STEP_S * thetaAcc];
    this.physics.set(next, at);
    return Math.abs(next[0] as number) <= POSITION_LIMIT_M && Math.abs(next[2] as number) <= ANGLE_LIMIT_RAD;
  }

  private restart(agent: number): void {
    this.steps[agent] = 0;
    for (let i = 0; i < 4; i++) this.physics[agent * 4 + i] = (this.rng.uniform() * 2 - 1) * START_RANGE;
  }

  private observe(agent: number, batch: DecisionBatch): void {
    for (let column = 0; column < 4; column++) {
      const quantity = this.physics[agent * 4 + (this.order[column] as number)] as number;
      batch.context[agent * batch.contextStride + column] = quantity * (this.signs[column] as number);
    }
  }
}
