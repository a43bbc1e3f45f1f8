import { C_KM_S, StrictMath } from '../../core/index.ts';
import type { Exits } from './delays.kernel.ts';
import { heapPop, heapPush } from './heap.kernel.ts';

/** What a single search runs on: satellites `s` in [0, S) with link `s * D + d` in slot `d`. */
export interface PathNetwork {
  readonly satelliteCount: number;
  readonly islSlots: number;
  /** [S * D] satellite the link leads to, -1 = down. */
  readonly to: Int32Array;
  /** [S * D] delay over the link, s: at least the light time between the satellites; Infinity = not to be used. */
  readonly costS: Float64Array;
  /** [S * 3] positions, in the same axes as the goal, km. */
  readonly rKm: Float64Array;
}

/** Work space for the searches of one network size. After a search the columns hold for satellites with `seen` = `search`. */
export interface PathSearch {
  /** Number of the last search. */
  search: number;
  /** Last satellite of the path found, its exit (index into the exits), and its delay, s; -1, -1 and Infinity = no path. */
  last: number;
  exit: number;
  delayS: number;
  /** Satellites whose links were followed. */
  expanded: number;
  /** [S] search that has reached the satellite. */
  readonly seen: Int32Array;
  /** [S] least delay to the satellite found, s; lower bound of the rest, s; delay when last expanded, s. */
  readonly reachedS: Float64Array;
  readonly restS: Float64Array;
  readonly expandedS: Float64Array;
  /** [S] satellite before, or -1 - entry. */
  readonly before: Int32Array;
  /** [S] search whose exits include the satellite, and the best of them. */
  readonly endsIn: Int32Array;
  readonly endsBy: Int32Array;
  /** Scratch heap; grows with the number of times that shorter ways are found. */
  heapKey: Float64Array;
  heapNode: Int32Array;
}

export function createPathSearch(satelliteCount: number, islSlots: number): PathSearch {
  const heapSize = satelliteCount * (islSlots + 1);
  return {
    search: 0,
    last: -1,
    exit: -1,
    delayS: Infinity,
    expanded: 0,
    seen: new Int32Array(satelliteCount),
    reachedS: new Float64Array(satelliteCount),
    restS: new Float64Array(satelliteCount),
    expandedS: new Float64Array(satelliteCount),
    before: new Int32Array(satelliteCount),
    endsIn: new Int32Array(satelliteCount),
    endsBy: new Int32Array(satelliteCount),
    heapKey: new Float64Array(heapSize),
    heapNode: new Int32Array(heapSize),
  };
}

/**
 * What lower bounds stay below the light time: more than the rounding of ranges and positions kept as float32, so that they
 * never exceed the true rest.
 */
const BELOW_FRAC = 1e-6;
const BELOW_S = 1e-8;

/**
 * Shortest delay from the entries (satellites and the delay to reach them) over the links to the exits (satellites and the
 * delay from there to the goal), s; Infinity = no path. `pathInto` tells the way.
 *
 * A* (Hart, Nilsson and Raphael 1968) with the light time along the shortest curve to the goal that stays outside a sphere of
 * `clearKm` about the Earth's centre as lower bound of the rest: straight where it clears the sphere, else tangent, arc and
 * tangent. No link nor exit may pass closer than `clearKm` (0 = the straight line always), nor be faster than light. Exact: the
 * delay is that of Dijkstra's algorithm bit for bit, as sums are formed in the same order, from the entry on. `goalKm` [3].
 */
export function shortestPath(
  search: PathSearch,
  network: PathNetwork,
  entries: Exits,
  exits: Exits,
  goalKm: Float64Array,
  clearKm: number,
): number {
  const { islSlots: D, to, costS, rKm } = network;
  const { seen, reachedS, restS, expandedS, before, endsIn, endsBy } = search;
  const id = ++search.search;
  search.last = -1;
  search.exit = -1;
  search.expanded = 0;
  for (let e = 0; e < exits.n; e++) {
    const s = exits.satellite[e]!;
    if (endsIn[s] === id && exits.delayS[endsBy[s]!]! <= exits.delayS[e]!) continue;
    endsIn[s] = id;
    endsBy[s] = e;
  }
  let n = 0;
  let { heapKey, heapNode } = search;
  for (let e = 0; e < entries.n; e++) {
    const s = entries.satellite[e]!;
    const through = entries.delayS[e]!;
    if (through === Infinity) continue;
    if (seen[s] !== id) {
      seen[s] = id;
      expandedS[s] = Infinity;
      restS[s] = lightTimeS(rKm, s, goalKm, clearKm);
    } else if (through >= reachedS[s]!) continue;
    reachedS[s] = through;
    before[s] = -1 - e;
    if (n === heapKey.length) ({ heapKey, heapNode } = growHeap(search));
    n = heapPush(heapKey, heapNode, n, through + restS[s]!, s);
  }
  let leastS = Infinity;
  while (n > 0 && heapKey[0]! < leastS) {
    const v = heapNode[0]!;
    n = heapPop(heapKey, heapNode, n);
    const d = reachedS[v]!;
    if (expandedS[v] === d) continue;
    expandedS[v] = d;
    search.expanded++;
    if (endsIn[v] === id) {
      const wholeS = d + exits.delayS[endsBy[v]!]!;
      if (wholeS < leastS) {
        leastS = wholeS;
        search.last = v;
        search.exit = endsBy[v]!;
      }
    }
    for (let link = v * D; link < (v + 1) * D; link++) {
      const u = to[link]!;
      if (u < 0) continue;
      const through = d + costS[link]!;
      if (through === Infinity) continue;
      if (seen[u] !== id) {
        seen[u] = id;
        expandedS[u] = Infinity;
        restS[u] = lightTimeS(rKm, u, goalKm, clearKm);
      } else if (through >= reachedS[u]!) continue;
      reachedS[u] = through;
      before[u] = v;
      const key = through + restS[u]!;
      if (key >= leastS) continue;
      if (n === heapKey.length) ({ heapKey, heapNode } = growHeap(search));
      n = heapPush(heapKey, heapNode, n, key, u);
    }
  }
  search.delayS = leastS;
  return leastS;
}

/** Satellites of the path last found, from the entry to the exit, written to `satellites`; returns their number. */
export function pathInto(search: PathSearch, satellites: Int32Array): number {
  let n = 0;
  for (let s = search.last; s >= 0; s = search.before[s]!) satellites[n++] = s;
  satellites.subarray(0, n).reverse();
  return n;
}

/** Light time from satellite `s` to the goal around a sphere, and a little less, s. */
function lightTimeS(rKm: Float64Array, s: number, goalKm: Float64Array, clearKm: number): number {
  const x = rKm[3 * s]!;
  const y = rKm[3 * s + 1]!;
  const z = rKm[3 * s + 2]!;
  const gx = goalKm[0]!;
  const gy = goalKm[1]!;
  const gz = goalKm[2]!;
  const along = x * gx + y * gy + z * gz;
  const r2 = x * x + y * y + z * z;
  const g2 = gx * gx + gy * gy + gz * gz;
  const straight2 = Math.max(0, r2 + g2 - 2 * along);
  const c2 = Math.min(clearKm * clearKm, r2, g2);
  // The straight line clears the sphere unless its foot lies between the ends and within the sphere.
  if (along < c2) {
    const tangents = Math.sqrt(r2 - c2) + Math.sqrt(g2 - c2);
    const c = Math.sqrt(c2);
    const angle = StrictMath.acos(along / Math.sqrt(r2 * g2));
    const arc = angle - StrictMath.acos(c / Math.sqrt(r2)) - StrictMath.acos(c / Math.sqrt(g2));
    if (arc > 0) return ((tangents + c * arc) / C_KM_S) * (1 - BELOW_FRAC) - BELOW_S;
  }
  return (Math.sqrt(straight2) / C_KM_S) * (1 - BELOW_FRAC) - BELOW_S;
}

function growHeap(search: PathSearch): { heapKey: Float64Array; heapNode: Int32Array } {
  const heapKey = new Float64Array(2 * search.heapKey.length);
  heapKey.set(search.heapKey);
  const heapNode = new Int32Array(2 * search.heapNode.length);
  heapNode.set(search.heapNode);
  search.heapKey = heapKey;
  search.heapNode = heapNode;
  return { heapKey, heapNode };
}
