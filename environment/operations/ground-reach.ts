import type { OperationsNetwork } from './plan-delivery.ts';

/** A satellite comes within reach of the ground, or leaves it. */
export interface ReachChange {
  /** s since scenario start. */
  readonly timeS: number;
  readonly satellite: number;
  readonly isReached: boolean;
}

/**
 * When operations reach which satellites from `startS` to `endS`: while links that are all there at the same moment join them to the
 * ground, directly or over other satellites. Before `startS` counts as out of reach. In order of time.
 */
export function groundReach(
  { links, satelliteCount: ground }: OperationsNetwork,
  startS: number,
  endS: number,
): ReachChange[] {
  const edges = links
    .flatMap((link) => [
      { timeS: Math.max(link.startS, startS), link, change: 1 },
      { timeS: link.endS, link, change: -1 },
    ])
    .filter(({ timeS, link }) => timeS <= endS && link.endS > startS)
    .sort((a, b) => a.timeS - b.timeS);
  /** [senders] how many links lead to each receiver now. */
  const active = Array.from({ length: ground + 1 }, () => new Map<number, number>());
  const changes: ReachChange[] = [];
  let reached = new Uint8Array(ground + 1);
  edges.forEach(({ timeS, link: { from, to }, change }, i) => {
    const there = active[from] as Map<number, number>;
    const count = (there.get(to) ?? 0) + change;
    if (count === 0) there.delete(to);
    else there.set(to, count);
    if (edges[i + 1]?.timeS === timeS) return;
    const now = reachedFrom(ground, active);
    for (let satellite = 0; satellite < ground; satellite++) {
      if (now[satellite] !== reached[satellite]) {
        changes.push({ timeS, satellite, isReached: now[satellite] === 1 });
      }
    }
    reached = now;
  });
  return changes;
}

function reachedFrom(ground: number, active: readonly ReadonlyMap<number, number>[]): Uint8Array<ArrayBuffer> {
  const reached = new Uint8Array(active.length);
  const open = [ground];
  reached[ground] = 1;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const to of active[node]?.keys() ?? []) {
      if (reached[to] === 1) continue;
      reached[to] = 1;
      open.push(to);
    }
  }
  return reached;
}
