import { Rng } from '../../core/index.ts';
import type { RolloutPlan } from './rollout-plan.ts';

/**
 * The order in which satellites are updated: one of each plane in turn, planes and satellites within them shuffled by the seed, so that
 * any first part of it is spread over the planes. `planeOf` [satellites].
 */
export function updateOrder(planeOf: ArrayLike<number>, seed: number): number[] {
  const rng = new Rng(seed, 'rollout-order');
  const planes = new Map<number, number[]>();
  for (let s = 0; s < planeOf.length; s++) {
    const plane = planeOf[s] as number;
    const members = planes.get(plane) ?? [];
    planes.set(plane, members);
    members.push(s);
  }
  const groups = [...planes.keys()].sort((a, b) => a - b).map((plane) => shuffled(planes.get(plane) as number[], rng));
  const inTurn = shuffled(
    groups.map((_, g) => g),
    rng,
  ).map((g) => groups[g] as number[]);
  const order: number[] = [];
  for (let round = 0; order.length < planeOf.length; round++) {
    for (const group of inTurn) {
      const satellite = group[round];
      if (satellite !== undefined) order.push(satellite);
    }
  }
  return order;
}

/** Satellites that have the release after each stage, canary first. */
export function stageSizes(
  plan: Pick<RolloutPlan, 'canaryShare' | 'leastCanaries' | 'waves'>,
  fleet: number,
): number[] {
  const sizes = [Math.min(fleet, Math.max(plan.leastCanaries, Math.ceil(plan.canaryShare * fleet - 1e-9)))];
  for (const share of plan.waves) {
    const size = Math.ceil(share * fleet - 1e-9);
    // In small fleets several stages may come to the same size: such a wave has nobody to add.
    if (size > (sizes.at(-1) as number)) sizes.push(size);
  }
  return sizes;
}

function shuffled(values: readonly number[], rng: Rng): number[] {
  const order = Int32Array.from(values.keys());
  rng.shuffle(order);
  return Array.from(order, (i) => values[i] as number);
}
