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

/**
 * Nodes reached from `start`, itself included. As in `createPathFinder`, ground nodes do not relay: a data centre is left and
 * reached over any gateway, and nothing else comes back up from the ground.
 */
export function reachedFrom(geometry: Geometry, start: number, neighbours: Topology['next']): Set<number> {
  const { satelliteCount, gatewayCount } = geometry;
  const isGateway = (node: number): boolean => node >= satelliteCount && node < satelliteCount + gatewayCount;
  const isCentre = (node: number): boolean => kindOf(geometry, node) === 'data-centre';
  const first = new Set(neighbours[start] ?? []);
  const reached = new Set([start]);
  for (const node of reached) {
    const mayRelay = node === start || node < satelliteCount || (isGateway(node) && isCentre(start) && first.has(node));
    for (const other of neighbours[node] ?? []) {
      if (mayRelay || (isGateway(node) && isCentre(other))) reached.add(other);
    }
  }
  return reached;
}

function kindOf(
  { satelliteCount, gatewayCount, dataCentreCount }: Geometry,
  node: number,
): 'satellite' | 'data-centre' | 'ground' {
  if (node < satelliteCount) return 'satellite';
  const centre = node - satelliteCount - gatewayCount;
  return centre >= 0 && centre < dataCentreCount ? 'data-centre' : 'ground';
}

/** A path and its one-way delay, s. */
export interface DelayPath {
  readonly nodes: readonly number[];
  readonly delayS: number;
}

/**
 * The path of least delay over the links of a topology, by the rules of {@link reachedFrom}; undefined = none. `delayS` gives the
 * delay of one link. E. W. Dijkstra, Numerische Mathematik 1, 1959, over the satellites.
 */
export function leastDelayPath(
  geometry: Geometry,
  { next, previous }: Topology,
  [from, to]: readonly [number, number],
  delayS: (from: number, to: number) => number,
): DelayPath | undefined {
  if (from === to) return { nodes: [from], delayS: 0 };
  const S = geometry.satelliteCount;
  const up = endsOf(geometry, from, next, delayS);
  const down = endsOf(geometry, to, previous, (node, other) => delayS(other, node));
  let best = onTheGround(geometry, { next, previous }, [from, to], delayS);
  const least = new Float64Array(S).fill(Infinity);
  const before = new Int32Array(S).fill(-1);
  const done = new Uint8Array(S);
  for (const [satellite, end] of up) least[satellite] = end.delayS;
  for (;;) {
    let node = -1;
    for (let s = 0; s < S; s++) {
      if (done[s] === 0 && (least[s] as number) < (node < 0 ? Infinity : (least[node] as number))) node = s;
    }
    if (node < 0 || (best !== undefined && (least[node] as number) >= best.delayS)) return best;
    done[node] = 1;
    const exit = down.get(node);
    const thereS = (least[node] as number) + (exit?.delayS ?? Infinity);
    if (exit !== undefined && thereS < (best?.delayS ?? Infinity)) {
      const way = [node];
      for (let s = before[node] as number; s >= 0; s = before[s] as number) way.unshift(s);
      const entry = up.get(way[0] as number)?.nodes ?? [];
      best = { nodes: [...entry, ...way, ...[...exit.nodes].reverse()], delayS: thereS };
    }
    for (const other of next[node] ?? []) {
      const viaS = other < S ? (least[node] as number) + delayS(node, other) : Infinity;
      if (!(viaS < (least[other] as number))) continue;
      least[other] = viaS;
      before[other] = node;
    }
  }
}

/** By satellite: how an end of a path is joined to it, its own nodes from the end on. A satellite joins itself. */
function endsOf(
  geometry: Geometry,
  node: number,
  neighbours: Topology['next'],
  delayS: (from: number, to: number) => number,
): Map<number, DelayPath> {
  const S = geometry.satelliteCount;
  if (node < S) return new Map([[node, { nodes: [], delayS: 0 }]]);
  const ends = new Map<number, DelayPath>();
  const through = kindOf(geometry, node) === 'data-centre' ? (neighbours[node] ?? []) : [node];
  for (const ground of through) {
    const nodes = ground === node ? [node] : [node, ground];
    const groundS = ground === node ? 0 : delayS(node, ground);
    for (const satellite of neighbours[ground] ?? []) {
      if (satellite >= S) continue;
      const thereS = groundS + delayS(ground, satellite);
      if (thereS < (ends.get(satellite)?.delayS ?? Infinity)) ends.set(satellite, { nodes, delayS: thereS });
    }
  }
  return ends;
}

/** A gateway and a data centre are joined on the ground, two data centres over a gateway. */
function onTheGround(
  geometry: Geometry,
  { next, previous }: Topology,
  [from, to]: readonly [number, number],
  delayS: (from: number, to: number) => number,
): DelayPath | undefined {
  const S = geometry.satelliteCount;
  if (from < S || to < S) return undefined;
  if (next[from]?.includes(to) === true) return { nodes: [from, to], delayS: delayS(from, to) };
  if (kindOf(geometry, from) !== 'data-centre' || kindOf(geometry, to) !== 'data-centre') return undefined;
  return (next[from] ?? [])
    .filter((gateway) => previous[to]?.includes(gateway) === true)
    .map((gateway) => ({ nodes: [from, gateway, to], delayS: delayS(from, gateway) + delayS(gateway, to) }))
    .sort((a, b) => a.delayS - b.delayS)[0];
}
