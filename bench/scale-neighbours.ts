import {
  type Ephemeris,
  type NeighbourGrid,
  type SatellitePairs,
  type SpanningTree,
  createNeighbourGrid,
  createSatellitePairs,
  createSpanningTree,
  pairsInRangeInto,
  sortIntoGrid,
  spanningTreeInto,
} from '../environment/index.ts';

export const RANGE_KM = 2126;
/** Room for pairs; about 6 M are expected. */
const ROOM = 8e6;

export interface NeighboursResult {
  readonly pairs: number;
  readonly treeKm: number;
}

/** Positions, pairs in range and spanning tree of one step after another, by the product's kernels. */
export class NeighboursByKernels {
  private readonly ephemeris: Ephemeris;
  private readonly rTemeKm: Float64Array;
  private readonly grid: NeighbourGrid;
  private readonly pairs: SatellitePairs = createSatellitePairs(ROOM);
  private readonly tree: SpanningTree;

  constructor(ephemeris: Ephemeris) {
    this.ephemeris = ephemeris;
    this.rTemeKm = new Float64Array(3 * ephemeris.count);
    this.grid = createNeighbourGrid(ephemeris.count);
    this.tree = createSpanningTree(ephemeris.count);
  }

  step(timeS: number): NeighboursResult {
    const { ephemeris, rTemeKm, grid, pairs, tree } = this;
    const lost = ephemeris.positionsInto(timeS, rTemeKm, 0);
    if (lost >= 0) throw new Error(`Expected a position of every object, got none of ${ephemeris.names[lost]}.`);
    sortIntoGrid(grid, rTemeKm, ephemeris.count, RANGE_KM);
    const count = pairsInRangeInto(grid, RANGE_KM, pairs);
    if (count > pairs.count) throw new Error(`Expected at most ${ROOM} pairs, got ${count}.`);
    return { pairs: count, treeKm: spanningTreeInto(tree, rTemeKm, ephemeris.count, RANGE_KM) };
  }
}

/**
 * The same, programmed as one would without thinking of speed: every pair is looked at, those in range are objects, and
 * Kruskal's algorithm goes through them sorted.
 */
export function neighboursPlainly(ephemeris: Ephemeris, timeS: number): NeighboursResult {
  const rKm = new Float64Array(3 * ephemeris.count);
  ephemeris.positionsInto(timeS, rKm, 0);
  const points = Array.from({ length: ephemeris.count }, (_, i) => ({
    x: rKm[3 * i] as number,
    y: rKm[3 * i + 1] as number,
    z: rKm[3 * i + 2] as number,
  }));
  const pairs: { a: number; b: number; rangeKm: number }[] = [];
  points.forEach((from, a) => {
    for (let b = a + 1; b < points.length; b++) {
      const to = points[b] as (typeof points)[number];
      const rangeKm = Math.sqrt((from.x - to.x) ** 2 + (from.y - to.y) ** 2 + (from.z - to.z) ** 2);
      if (rangeKm <= RANGE_KM) pairs.push({ a, b, rangeKm });
    }
  });
  const count = pairs.length;
  pairs.sort((p, q) => p.rangeKm - q.rangeKm);
  const parent = points.map((_, i) => i);
  const root = (i: number): number => {
    let r = i;
    while (parent[r] !== r) r = parent[r] as number;
    parent[i] = r;
    return r;
  };
  let treeKm = 0;
  for (const { a, b, rangeKm } of pairs) {
    const [p, q] = [root(a), root(b)];
    if (p === q) continue;
    parent[p] = q;
    treeKm += rangeKm;
  }
  return { pairs: count, treeKm };
}
