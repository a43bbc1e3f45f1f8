import { C_KM_S } from '../core/index.ts';
import { ecefFromTemeInto, gmstRad } from '../environment/index.ts';
import { MAX_SLANT_KM, PAIRS, type PathsSky } from './scale-paths.ts';

interface Point {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

interface Edge {
  readonly to: string;
  readonly delayS: number;
}

/**
 * The same delays, programmed as one would without thinking of speed: points and edges are objects, the graph is a map of lists
 * with cities and satellites by name, each pair has a Dijkstra search of its own with a heap of objects, ended at its goal.
 */
export function pathsPlainly(sky: PathsSky, k: number): number[] {
  const positions = satellitePoints(sky, k);
  const graph = new Map<string, Edge[]>();
  const connect = (a: string, b: string, km: number): void => {
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const edges = graph.get(from) ?? [];
      edges.push({ to, delayS: km / C_KM_S });
      graph.set(from, edges);
    }
  };
  const { fixedA, fixedB } = sky.grid;
  fixedA.forEach((a: number, e: number) => {
    const b = fixedB[e] as number;
    connect(`sat-${a}`, `sat-${b}`, distanceKm(positions[a] as Point, positions[b] as Point));
  });
  sky.sites.forEach(([x = 0, y = 0, z = 0, ux = 0, uy = 0, uz = 0], city) => {
    positions.forEach((satellite, s) => {
      const km = distanceKm({ x, y, z }, satellite);
      const height = (satellite.x - x) * ux + (satellite.y - y) * uy + (satellite.z - z) * uz;
      if (km <= MAX_SLANT_KM && height >= 0) connect(`city-${city}`, `sat-${s}`, km);
    });
  });
  return Array.from({ length: PAIRS }, (_, p) => dijkstra(graph, `city-${p}`, `city-${p + PAIRS}`));
}

function satellitePoints(sky: PathsSky, k: number): Point[] {
  const rKm = new Float64Array(3 * sky.ephemeris.count);
  sky.ephemeris.positionsInto(k, rKm, 0);
  ecefFromTemeInto(rKm, sky.ephemeris.count, gmstRad(sky.epoch, k), rKm);
  return Array.from({ length: sky.ephemeris.count }, (_, s) => ({
    x: rKm[3 * s] as number,
    y: rKm[3 * s + 1] as number,
    z: rKm[3 * s + 2] as number,
  }));
}

function distanceKm(a: Point, b: Point): number {
  return Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2);
}

/** A path may not pass through a third city. */
function dijkstra(graph: ReadonlyMap<string, readonly Edge[]>, from: string, to: string): number {
  const least = new Map([[from, 0]]);
  const done = new Set<string>();
  const heap: { node: string; delayS: number }[] = [{ node: from, delayS: 0 }];
  for (let top = pop(heap); top !== undefined; top = pop(heap)) {
    if (top.node === to) return top.delayS;
    if (done.has(top.node)) continue;
    done.add(top.node);
    if (top.node !== from && top.node.startsWith('city')) continue;
    for (const edge of graph.get(top.node) ?? []) {
      const delayS = top.delayS + edge.delayS;
      if (delayS >= (least.get(edge.to) ?? Infinity)) continue;
      least.set(edge.to, delayS);
      push(heap, { node: edge.to, delayS });
    }
  }
  return Infinity;
}

interface Entry {
  readonly node: string;
  readonly delayS: number;
}

function push(heap: Entry[], entry: Entry): void {
  let i = heap.length;
  heap.push(entry);
  while (i > 0) {
    const parent = (i - 1) >> 1;
    const above = heap[parent] as Entry;
    if (above.delayS <= entry.delayS) break;
    heap[i] = above;
    i = parent;
  }
  heap[i] = entry;
}

function pop(heap: Entry[]): Entry | undefined {
  const top = heap[0];
  const last = heap.pop();
  if (top === undefined || last === undefined || heap.length === 0) return top;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as Entry).delayS < (heap[child] as Entry).delayS) child++;
    if ((heap[child] as Entry).delayS >= last.delayS) break;
    heap[i] = heap[child] as Entry;
    i = child;
  }
  heap[i] = last;
  return top;
}
