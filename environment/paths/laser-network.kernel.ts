import { C_KM_S } from '../../core/index.ts';
import type { IslPlan } from '../network/isl-plan.ts';
import { type SightLimits, type SightSky, sightKm } from '../network/laser-sight.kernel.ts';
import type { PathNetwork } from '../network/shortest-path.kernel.ts';

/** The laser links of one instant; the cost of a link is its light time. */
export interface LaserNetwork extends PathNetwork {
  /** [S] links of each satellite: slots [0, used) are taken. */
  readonly used: Int32Array;
}

/** A network without links. `rKm` [S * 3] is kept; `islSlots`: the most links of any satellite. */
export function createLaserNetwork(satelliteCount: number, islSlots: number, rKm: Float64Array): LaserNetwork {
  return {
    satelliteCount,
    islSlots,
    to: new Int32Array(satelliteCount * islSlots).fill(-1),
    costS: new Float64Array(satelliteCount * islSlots).fill(Infinity),
    rKm,
    used: new Int32Array(satelliteCount),
  };
}

export function clearLinks({ to, used }: LaserNetwork): void {
  to.fill(-1);
  used.fill(0);
}

/** Adds the link between satellites `a` and `b`, both ways. */
export function addLink(network: LaserNetwork, a: number, b: number): void {
  const { islSlots: D, to, costS, used, rKm } = network;
  const dx = rKm[3 * a]! - rKm[3 * b]!;
  const dy = rKm[3 * a + 1]! - rKm[3 * b + 1]!;
  const dz = rKm[3 * a + 2]! - rKm[3 * b + 2]!;
  const lightS = Math.sqrt(dx * dx + dy * dy + dz * dz) / C_KM_S;
  const there = a * D + used[a]!++;
  const back = b * D + used[b]!++;
  to[there] = b;
  to[back] = a;
  costS[there] = lightS;
  costS[back] = lightS;
}

/** Adds the fixed links of a plan that are within their limits in `sky`; its member `m` is satellite `first + m`. */
export function addFixedLinks(
  network: LaserNetwork,
  plan: IslPlan,
  limits: SightLimits,
  sky: SightSky,
  first: number,
): void {
  const { fixedA, fixedB } = plan;
  for (let e = 0; e < fixedA.length; e++) {
    const a = fixedA[e]!;
    const b = fixedB[e]!;
    if (sightKm(sky, limits, a, b, limits.maxRangeKm) < Infinity) addLink(network, first + a, first + b);
  }
}
