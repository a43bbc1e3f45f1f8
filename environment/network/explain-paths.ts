import type { Geometry } from '../geometry/geometry.ts';
import type { WorldLinks } from './explain-types.ts';

/** Links that are up in one tick, by node. */
export interface Topology {
  /** [N] nodes that each node can send to. */
  readonly next: readonly (readonly number[])[];
  /** [N] nodes that can send to each node. */
  readonly previous: readonly (readonly number[])[];
}

/** Contacts of tick `k` and the terrestrial network, less what the world takes away. */
export function topologyAt(geometry: Geometry, k: number, world: WorldLinks | undefined): Topology {
  const { contacts, satelliteCount, islSlots, antennaNode, gatewayCount, dataCentreCount, nodeCount } = geometry;
  const next = Array.from({ length: nodeCount }, () => new Set<number>());
  const previous = Array.from({ length: nodeCount }, () => new Set<number>());
  const add = (from: number, to: number): void => {
    if (world !== undefined) {
      if (world.nodeFault(from) !== undefined || world.nodeFault(to) !== undefined) return;
      if (world.linkFault(from, to) !== undefined) return;
    }
    next[from]?.add(to);
    previous[to]?.add(from);
  };
  const firstAntenna = satelliteCount * islSlots;
  for (let i = 0; i < contacts.n; i++) {
    if ((contacts.startTick[i] as number) > k || (contacts.endTick[i] as number) <= k) continue;
    const track = contacts.track[i] as number;
    const peer = contacts.peer[i] as number;
    if (track < firstAntenna) {
      add(Math.floor(track / islSlots), peer);
      continue;
    }
    const node = antennaNode[track - firstAntenna] as number;
    add(node, peer);
    add(peer, node);
  }
  for (let g = 0; g < gatewayCount; g++) {
    for (let c = 0; c < dataCentreCount; c++) {
      add(satelliteCount + g, satelliteCount + gatewayCount + c);
      add(satelliteCount + gatewayCount + c, satelliteCount + g);
    }
  }
  return { next: next.map((nodes) => [...nodes]), previous: previous.map((nodes) => [...nodes]) };
}

/** Breadth-first search: for every node reached from `start` the node before it on a way of fewest links; `start` leads to itself. */
export function reachedFrom(start: number, neighbours: Topology['next']): Map<number, number> {
  const before = new Map<number, number>([[start, start]]);
  for (const node of before.keys()) {
    for (const other of neighbours[node] ?? []) if (!before.has(other)) before.set(other, node);
  }
  return before;
}

/** Nodes from the start of a search to `end`, or undefined when it was not reached. */
export function pathTo(end: number, before: ReadonlyMap<number, number>): number[] | undefined {
  if (!before.has(end)) return undefined;
  const path = [end];
  for (let node = end; before.get(node) !== node; path.unshift(node)) node = before.get(node) as number;
  return path;
}
