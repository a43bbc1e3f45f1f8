import type { RolloutBuffer } from '../rollout/buffer.ts';

export interface AdvantageOptions {
  /** Discount per time unit, (0, 1]; a link of `elapsed` units is discounted by `gamma ** elapsed`. */
  readonly gamma: number;
  /** Weight of longer returns, [0, 1], applied once per link. */
  readonly gaeLambda: number;
}

/**
 * Generalised advantage estimation (Schulman et al. 2016, eq. 16) along the successor links of the buffer:
 *
 *     d_r     = gamma ** elapsed_r
 *     delta_r = reward_r + d_r V(next_r) - V(r)            V(next_r) = 0 when terminated
 *     A_r     = delta_r + d_r gaeLambda A(next_r)          the sum stops at finals and at terminations
 *
 * Chains interleave freely: a successor has a larger row index, so one pass from the last row to the first suffices.
 * `values` [n + finals] are in reward units; `advantages` [>= n] receives the result. `checkRollout` must have passed.
 */
export function advantagesInto(
  buffer: RolloutBuffer,
  values: Float64Array,
  options: AdvantageOptions,
  advantages: Float64Array,
): void {
  const { n, next, reward, elapsed } = buffer;
  const { gamma, gaeLambda } = options;
  for (let row = n - 1; row >= 0; row--) {
    const successor = next[row]!;
    let advantage = reward[row]! - values[row]!;
    if (successor >= 0) {
      const discount = gamma ** elapsed[row]!;
      advantage += discount * values[successor]!;
      if (successor < n) advantage += discount * gaeLambda * advantages[successor]!;
    }
    advantages[row] = advantage;
  }
}
