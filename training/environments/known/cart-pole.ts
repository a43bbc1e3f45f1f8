import { Rng } from '../../../core/index.ts';
import {
  AGENT_STATUS,
  type MultiAgentEnvironment,
  type ObservationRow,
  actionSpec,
  requireAllowed,
  writeActions,
} from '../multi-agent-environment.ts';

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
  /**
   * Observation column `c` shows quantity `order[c]` (0 position, 1 velocity, 2 angle, 3 angular velocity) times
   * `signs[c]`. Default: in order, unchanged. Gymnasium's hand rule `angle + angular velocity > 0` breaks under either.
   */
  readonly order?: readonly number[];
  readonly signs?: readonly number[];
}

export class CartPole implements MultiAgentEnvironment {
  readonly name = 'CartPole-v1';
  readonly spec = actionSpec(['observation0', 'observation1', 'observation2', 'observation3'], 2);
  readonly agents = ['cart'];
  readonly status = new Uint8Array(1);
  readonly reward = new Float64Array(1);
  /** [4] position m, velocity m/s, angle rad (0 = upright), angular velocity rad/s. */
  readonly physics = new Float64Array(4);
  private readonly steps = new Int32Array(1);
  readonly state = { physics: this.physics, steps: this.steps };
  private readonly order: readonly number[];
  private readonly signs: readonly number[];

  constructor({ order = [0, 1, 2, 3], signs = [1, 1, 1, 1] }: CartPoleOptions = {}) {
    this.order = order;
    this.signs = signs;
  }

  reset(seed: number): void {
    const rng = new Rng(seed, 'cart-pole');
    for (let i = 0; i < 4; i++) this.physics[i] = (rng.uniform() * 2 - 1) * START_RANGE;
    this.steps[0] = 0;
    this.reward[0] = 0;
    this.status[0] = AGENT_STATUS.asked;
  }

  step(choices: Uint8Array): void {
    const choice = choices[0] as number;
    requireAllowed(choice < 2, 'cart', choice);
    const steps = (this.steps[0] as number) + 1;
    const stands = this.advance(choice === 1 ? PUSH_N : -PUSH_N);
    this.steps[0] = steps;
    this.reward[0] = 1;
    if (!stands) this.status[0] = AGENT_STATUS.terminated;
    else if (steps >= CART_POLE_MAX_STEPS) this.status[0] = AGENT_STATUS.truncated;
  }

  observe(_agent: number, row: ObservationRow): void {
    for (let column = 0; column < 4; column++) {
      row.context[column] = (this.physics[this.order[column] as number] as number) * (this.signs[column] as number);
    }
    writeActions(row, 2);
  }

  /** One Euler step; false once the pole or the cart left its bounds. */
  private advance(forceN: number): boolean {
    const [x, xDot, theta, thetaDot] = this.physics as unknown as [number, number, number, number];
    const cos = Math.cos(theta);
    const sin = Math.sin(theta);
    const temp = (forceN + POLE_MOMENT_KG_M * thetaDot * thetaDot * sin) / TOTAL_MASS_KG;
    const inertia = HALF_POLE_M * (4 / 3 - (POLE_MASS_KG * cos * cos) / TOTAL_MASS_KG);
    const thetaAcc = (GRAVITY_M_S2 * sin - cos * temp) / inertia;
    const xAcc = temp - (POLE_MOMENT_KG_M * thetaAcc * cos) / TOTAL_MASS_KG;
    const next = [x + STEP_S * xDot, xDot + STEP_S * xAcc, theta + STEP_S * thetaDot, thetaDot + STEP_S * thetaAcc];
    this.physics.set(next);
    return Math.abs(next[0] as number) <= POSITION_LIMIT_M && Math.abs(next[2] as number) <= ANGLE_LIMIT_RAD;
  }
}
