import type { Rng } from '../../../core/index.ts';
import { type Foraging, SPREAD_ACTIONS, type SimpleSpread } from '../../../training/environments/index.ts';

/** Uniform over all six actions; what has no effect is replaced by `none`, as lbforaging does. */
export function foragingRandom(env: Foraging, player: number, rng: Rng): number {
  const action = rng.int(6);
  return env.isAllowed(player, action) ? action : 0;
}

/**
 * Everybody walks to the food that is nearest to all together, vertically first, and loads; at random around obstacles. With
 * one food this is heuristic H1 of lbforaging (the closest food), with several the shared aim that cooperation needs.
 */
export function foragingGreedy(env: Foraging, player: number, rng: Rng): number {
  const { size, field, row, column } = env;
  let [target, least] = [-1, Infinity];
  field.forEach((level, cell) => {
    if (level === 0) return;
    let sum = 0;
    env.agents.forEach((_, each) => (sum += apart(cell, size, row[each] as number, column[each] as number)));
    if (sum < least) [target, least] = [cell, sum];
  });
  const [y, x] = [row[player] as number, column[player] as number];
  const [r, c] = [Math.floor(target / size), target % size];
  if (apart(target, size, y, x) === 1) return 5;
  const moves: readonly (readonly [boolean, number])[] = [
    [r < y, 1],
    [r > y, 2],
    [c > x, 4],
    [c < x, 3],
  ];
  const way = moves.find(([wanted, action]) => wanted && env.isAllowed(player, action));
  if (way !== undefined) return way[1];
  for (;;) {
    const action = rng.int(6);
    if (env.isAllowed(player, action)) return action;
  }
}

function apart(cell: number, size: number, row: number, column: number): number {
  return Math.abs(Math.floor(cell / size) - row) + Math.abs((cell % size) - column);
}

export function spreadRandom(_env: SimpleSpread, _agent: number, rng: Rng): number {
  return rng.int(SPREAD_ACTIONS.length);
}

export function spreadIdle(): number {
  return 0;
}

const ASSIGNMENTS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;

/** Agents to landmarks by the least sum of distances; each pushes so that coasting on would bring it nearest to its own. */
export function spreadGreedy(env: SimpleSpread, agent: number): number {
  const { position, landmark, velocity } = env;
  const distance = (a: number, l: number): number =>
    Math.hypot(
      (position[a * 2] as number) - (landmark[l * 2] as number),
      (position[a * 2 + 1] as number) - (landmark[l * 2 + 1] as number),
    );
  const cost = (order: readonly number[]): number => order.reduce((sum, l, a) => sum + distance(a, l), 0);
  const best = ASSIGNMENTS.reduce((a, b) => (cost(b) < cost(a) ? b : a));
  const target = best[agent] as number;
  const missedBy = SPREAD_ACTIONS.map((push) =>
    Math.hypot(
      ...push.map((u, axis) => {
        const now = velocity[agent * 2 + axis] as number;
        // One step at the present speed, then 0.1 s x (1 + 0.75 + ...) = 0.4 s at the new one.
        const next = 0.75 * now + 0.5 * u;
        return (
          (position[agent * 2 + axis] as number) + 0.1 * now + 0.4 * next - (landmark[target * 2 + axis] as number)
        );
      }),
    ),
  );
  return missedBy.indexOf(Math.min(...missedBy));
}
