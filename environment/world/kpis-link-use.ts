import { gatewayCapacityBits } from './downlink-capacity.ts';
import type { WorldState } from './state.ts';

const BITS_PER_GB = 8e9;

/**
 * How links were used.
 * - `uplinkGB`: bytes sent up by gateways and terminals.
 * - `downlinkUsedFrac`: bits sent down to gateways in the whole run over the integral of the rates of their downlinks while
 *   tasks arrived and the links were up and usable (handovers excluded). The window is the same for all policies, however long
 *   what they have queued takes to drain; above 1 the links cannot keep up. NaN when no gateway had a link meanwhile.
 * - `valuePerDownlinkGB`: value at delivery of all delivered tasks, without what they cost, over the GB sent down by all
 *   satellites to gateways and terminals; NaN when nothing was sent down.
 * - `falseAlertGB`: bytes of products sent down that show nothing, the class's `falseAlertFrac` of each; only where a class has one.
 * - `islGini`: Gini coefficient of the bits sent over each direction of each laser link that was up at any time, each counted
 *   alike however long it was up: 0 = all carried the same, near 1 = one carried everything.
 */
export function linkUseKpis(w: WorldState): Record<string, number> {
  const { usage, statistics, model } = w;
  const { downlinkBits } = statistics;
  const capacityBits = gatewayCapacityBits(w);
  return {
    uplinkGB: usage.uplinkBits / BITS_PER_GB,
    downlinkUsedFrac: capacityBits === 0 ? NaN : usage.gatewayBits / capacityBits,
    valuePerDownlinkGB: downlinkBits === 0 ? NaN : usage.deliveredValue / (downlinkBits / BITS_PER_GB),
    ...(model.traffic.classes.some(({ falseAlertFrac }) => falseAlertFrac > 0)
      ? { falseAlertGB: usage.falseAlertBits / BITS_PER_GB }
      : {}),
    islGini: giniCoefficient(usage.islBits.filter((_, track) => usage.islUp[track] === 1)),
  };
}

/**
 * Gini coefficient of non-negative amounts x_1 <= ... <= x_n: sum of (2 i - n - 1) x_i over n times their sum. 0 for equal
 * amounts, (n - 1) / n where one has all; NaN where there is nothing to share.
 */
export function giniCoefficient(amounts: Float64Array): number {
  const sorted = amounts.slice().sort();
  const n = sorted.length;
  let sum = 0;
  let ranked = 0;
  sorted.forEach((amount, i) => {
    sum += amount;
    ranked += (2 * (i + 1) - n - 1) * amount;
  });
  return ranked / (n * sum);
}
