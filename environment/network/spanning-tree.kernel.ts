import {
  CELLS,
  type NeighbourGrid,
  TOUCHING,
  cellBeside,
  createNeighbourGrid,
  sortIntoGrid,
} from './neighbours.kernel.ts';

/** The shortest tree that joins satellites, or as many trees as there are parts out of each other's range. */
export interface SpanningTree {
  readonly capacity: number;
  /** Links of the tree, their ends (a < b) and lengths: [0, count). */
  count: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly rangeKm: Float64Array;
  /** Parts that no range joins; 1 = all satellites are connected. */
  parts: number;
  /** [capacity] one satellite that stands for the part of each. */
  readonly part: Int32Array;
  /** Scratch: the grid; candidates with squared ranges; trees of this pass; union-find; best candidate of each part. */
  readonly grid: NeighbourGrid;
  readonly candidates: Candidates;
  readonly chosen: Candidates;
  readonly parent: Int32Array;
  readonly best: Int32Array;
  readonly size: Int32Array;
}

interface Candidates {
  n: number;
  readonly a: Int32Array;
  readonly b: Int32Array;
  readonly range2: Float64Array;
}

/** Candidates there is room for, per satellite; when they are full, those that no shortest tree uses are thrown away. */
const CANDIDATES_PER_SATELLITE = 8;
const LEAST_CANDIDATES = 256;
/** Share of the range that is looked at first; doubled until all is joined. */
const FIRST_RANGE_FRAC = 1 / 16;

/** Work space for up to `capacity` satellites. */
export function createSpanningTree(capacity: number): SpanningTree {
  const room = Math.max(LEAST_CANDIDATES, CANDIDATES_PER_SATELLITE * capacity);
  return {
    capacity,
    count: 0,
    a: new Int32Array(capacity),
    b: new Int32Array(capacity),
    rangeKm: new Float64Array(capacity),
    parts: 0,
    part: new Int32Array(capacity),
    grid: createNeighbourGrid(capacity),
    candidates: createCandidates(room),
    chosen: createCandidates(capacity),
    parent: new Int32Array(capacity),
    best: new Int32Array(capacity),
    size: new Int32Array(capacity),
  };
}

function createCandidates(room: number): Candidates {
  return { n: 0, a: new Int32Array(room), b: new Int32Array(room), range2: new Float64Array(room) };
}

/**
 * Finds the minimum spanning forest of `n` satellites at `rKm` [n * 3] with links of up to `maxRangeKm` (finite), by length; of
 * equal lengths that with the lower indices counts as shorter, so the forest is unique. Returns its total length, km.
 *
 * Ranges are tried from short to long: links of up to r give the forest of all links of up to r, so the next, doubled r needs
 * only links between its parts, and those of all parts but the largest see them all. Within a pass by Boruvka (1926): every
 * part takes its shortest link, until none is left.
 */
export function spanningTreeInto(tree: SpanningTree, rKm: Float64Array, n: number, maxRangeKm: number): number {
  const { part, grid } = tree;
  tree.count = 0;
  tree.parts = n;
  for (let i = 0; i < n; i++) part[i] = i;
  let largest = -1;
  for (let r = maxRangeKm * FIRST_RANGE_FRAC; tree.parts > 1; r *= 2) {
    sortIntoGrid(grid, rKm, n, r);
    gather(tree, r, largest);
    chooseShortest(tree, n);
    keepChosen(tree, n);
    largest = largestPart(tree, n);
    if (r >= maxRangeKm) break;
  }
  let lengthKm = 0;
  for (let e = 0; e < tree.count; e++) lengthKm += tree.rangeKm[e]!;
  return lengthKm;
}

/** Collects the links of up to `maxRangeKm` between different parts, seen from all satellites outside the part `largest`. */
function gather(tree: SpanningTree, maxRangeKm: number, largest: number): void {
  const { grid, part, candidates } = tree;
  const { start, order, rKm } = grid;
  const { a, b, range2 } = candidates;
  const room = a.length;
  const limit2 = maxRangeKm * maxRangeKm;
  let m = 0;
  for (let cell = 0; cell < CELLS; cell++) {
    const first = start[cell]!;
    const last = start[cell + 1]!;
    if (first === last) continue;
    for (let side = 0; side < TOUCHING; side++) {
      const other = cellBeside(cell, side);
      const otherFirst = start[other]!;
      const otherLast = start[other + 1]!;
      if (otherFirst === otherLast) continue;
      for (let i = first; i < last; i++) {
        const s = order[i]!;
        const own = part[s]!;
        if (own === largest) continue;
        const x = rKm[3 * i]!;
        const y = rKm[3 * i + 1]!;
        const z = rKm[3 * i + 2]!;
        for (let j = otherFirst; j < otherLast; j++) {
          const dx = rKm[3 * j]! - x;
          const dy = rKm[3 * j + 1]! - y;
          const dz = rKm[3 * j + 2]! - z;
          const d2 = dx * dx + dy * dy + dz * dz;
          if (d2 > limit2) continue;
          const t = order[j]!;
          const its = part[t]!;
          // A pair of two such satellites is seen from both; it counts once.
          if (its === own || (its !== largest && j < i)) continue;
          if (m === room) {
            candidates.n = m;
            chooseShortest(tree, grid.n);
            m = takeBack(tree);
          }
          a[m] = s < t ? s : t;
          b[m] = s < t ? t : s;
          range2[m] = d2;
          m++;
        }
      }
    }
  }
  candidates.n = m;
}

/** Writes the minimum spanning forest of the parts and candidates to `chosen`; uses the candidates up. */
function chooseShortest(tree: SpanningTree, n: number): void {
  const { part, parent, best, candidates, chosen } = tree;
  const { a, b, range2 } = candidates;
  for (let i = 0; i < n; i++) {
    parent[i] = part[i]!;
    best[i] = -1;
  }
  chosen.n = 0;
  let m = candidates.n;
  while (m > 0) {
    let kept = 0;
    for (let e = 0; e < m; e++) {
      const p = find(parent, a[e]!);
      const q = find(parent, b[e]!);
      if (p === q) continue;
      a[kept] = a[e]!;
      b[kept] = b[e]!;
      range2[kept] = range2[e]!;
      if (best[p]! < 0 || isShorter(candidates, kept, best[p]!)) best[p] = kept;
      if (best[q]! < 0 || isShorter(candidates, kept, best[q]!)) best[q] = kept;
      kept++;
    }
    m = kept;
    for (let i = 0; i < n; i++) {
      const e = best[i]!;
      if (e < 0) continue;
      best[i] = -1;
      const p = find(parent, a[e]!);
      const q = find(parent, b[e]!);
      if (p === q) continue; // both ends chose it
      parent[p < q ? q : p] = p < q ? p : q;
      chosen.a[chosen.n] = a[e]!;
      chosen.b[chosen.n] = b[e]!;
      chosen.range2[chosen.n] = range2[e]!;
      chosen.n++;
    }
  }
  candidates.n = 0;
}

/** Makes the chosen links candidates again, the only ones that later candidates can be compared with. */
function takeBack(tree: SpanningTree): number {
  const { candidates, chosen } = tree;
  for (let e = 0; e < chosen.n; e++) {
    candidates.a[e] = chosen.a[e]!;
    candidates.b[e] = chosen.b[e]!;
    candidates.range2[e] = chosen.range2[e]!;
  }
  return chosen.n;
}

/** Adds the chosen links to the tree for good and joins the parts they connect. */
function keepChosen(tree: SpanningTree, n: number): void {
  const { chosen, part, parent } = tree;
  for (let e = 0; e < chosen.n; e++) {
    tree.a[tree.count] = chosen.a[e]!;
    tree.b[tree.count] = chosen.b[e]!;
    tree.rangeKm[tree.count] = Math.sqrt(chosen.range2[e]!);
    tree.count++;
  }
  tree.parts -= chosen.n;
  for (let i = 0; i < n; i++) part[i] = find(parent, i);
}

function largestPart(tree: SpanningTree, n: number): number {
  const { part, size } = tree;
  size.fill(0, 0, n);
  let largest = 0;
  for (let i = 0; i < n; i++) {
    const p = part[i]!;
    size[p]!++;
    if (size[p]! > size[largest]!) largest = p;
  }
  return largest;
}

function isShorter({ a, b, range2 }: Candidates, e: number, than: number): boolean {
  if (range2[e] !== range2[than]) return range2[e]! < range2[than]!;
  return a[e] !== a[than] ? a[e]! < a[than]! : b[e]! < b[than]!;
}

/** Root of a union-find forest, halving the way there. */
function find(parent: Int32Array, node: number): number {
  let i = node;
  while (parent[i] !== i) {
    const above = parent[parent[i]!]!;
    parent[i] = above;
    i = above;
  }
  return i;
}
