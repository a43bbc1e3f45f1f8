/**
 * What a scheduler sees of one tick: the antennas it decides on, and which satellites each of their sites could use. Antennas of
 * one node stand together. Satellites that an antenna must not take (held by an antenna of the node that is not decided on here)
 * are left out of its list by the caller.
 */
export interface AntennaTick {
  readonly tick: number;
  /** Antennas `q` in [0, n) decided on; [n] index of each among all, its node, and its list of candidates. */
  readonly n: number;
  readonly antenna: Int32Array;
  readonly node: Int32Array;
  readonly list: Int32Array;
  /** [lists + 1] candidates of list `u`: [first[u], first[u + 1]). */
  readonly first: Int32Array;
  /** Candidates: satellite, range at the start of the tick, km, and first tick in which it is no longer usable. */
  readonly satellite: Int32Array;
  readonly rangeKm: Float64Array;
  readonly untilTick: Int32Array;
  /** [S] in: beams not held by antennas outside this tick; out: beams left over. */
  readonly freeBeams: Int32Array;
  /** [n] in: satellite each antenna served in the last tick; out: the one it serves in this tick; -1 = none. */
  readonly assignment: Int32Array;
}

/** Candidate of antenna `q` that is satellite `s`, or -1. */
export function candidateOf(tick: AntennaTick, q: number, s: number): number {
  const { list, first, satellite } = tick;
  const end = first[list[q]! + 1]!;
  for (let i = first[list[q]!]!; i < end; i++) if (satellite[i] === s) return i;
  return -1;
}

/** Antennas keep the satellites they can still use, and those hold beams; the others are without. */
export function keepUsable(tick: AntennaTick): void {
  const { n, assignment, freeBeams } = tick;
  for (let q = 0; q < n; q++) {
    const s = assignment[q]!;
    if (s < 0) continue;
    if (candidateOf(tick, q, s) >= 0) freeBeams[s]!--;
    else assignment[q] = -1;
  }
}

/** Whether an antenna of the node of antenna `q` tracks satellite `s`. */
export function nodeTracks(tick: AntennaTick, q: number, s: number): boolean {
  const { n, node, assignment } = tick;
  const ground = node[q]!;
  for (let p = q; p >= 0 && node[p] === ground; p--) if (assignment[p] === s) return true;
  for (let p = q + 1; p < n && node[p] === ground; p++) if (assignment[p] === s) return true;
  return false;
}

/**
 * Points antenna `q` at the nearest candidate with a free beam that is nearer than `limitKm` and not yet tracked by its node; of
 * equal ranges the lower satellite. Returns whether there was one.
 */
export function takeNearest(tick: AntennaTick, q: number, limitKm: number): boolean {
  const { list, first, satellite, rangeKm, freeBeams, assignment } = tick;
  const end = first[list[q]! + 1]!;
  let best = -1;
  let bestKm = limitKm;
  for (let i = first[list[q]!]!; i < end; i++) {
    const range = rangeKm[i]!;
    const s = satellite[i]!;
    if (!(range < bestKm || (range === bestKm && best >= 0 && s < best))) continue;
    if (freeBeams[s]! <= 0 || nodeTracks(tick, q, s)) continue;
    best = s;
    bestKm = range;
  }
  if (best < 0) return false;
  if (assignment[q]! >= 0) freeBeams[assignment[q]!]!++;
  freeBeams[best]!--;
  assignment[q] = best;
  return true;
}

/** Range below which another satellite is worth a handover to antenna `q`, km; Infinity when it has none. */
export function handoverLimitKm(tick: AntennaTick, q: number, handoverFactor: number): number {
  const present = tick.assignment[q]!;
  return present < 0 ? Infinity : tick.rangeKm[candidateOf(tick, q, present)]! / handoverFactor;
}
