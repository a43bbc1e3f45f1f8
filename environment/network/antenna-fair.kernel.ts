import { type AntennaTick, handoverLimitKm, keepUsable, nodeTracks, takeNearest } from './antenna-tick.kernel.ts';

/** A node that has waited this many times the service others are sure of takes a beam from whoever holds one. */
const PATIENCE = 10;

/** What the fair scheduler remembers of each antenna from tick to tick. */
export interface FairState {
  readonly handoverFactor: number;
  /** Ticks of service in a row that an antenna is sure of while others wait. */
  readonly serviceTicks: number;
  /** [Q] ticks in a row with a satellite, whichever; ticks since its node last had one in which it saw one. */
  readonly served: Int32Array;
  readonly waited: Int32Array;
  /** [Q] scratch: antennas without satellite, who waited longest first; next antenna on the same satellite. */
  readonly idle: Int32Array;
  readonly nextHolder: Int32Array;
  /** [S] scratch: first antenna that holds a beam of each satellite, -1 = none. */
  readonly firstHolder: Int32Array;
}

/** One tick of the fair scheduler; writes `tick.assignment` and `tick.freeBeams`. */
export function scheduleFair(state: FairState, tick: AntennaTick): void {
  const { n, antenna, assignment, list, first } = tick;
  const { served, waited, idle } = state;
  keepUsable(tick);
  listHolders(state, tick);
  const idleCount = listIdle(state, tick);
  for (let i = 0; i < idleCount; i++) {
    const q = idle[i]!;
    if (takeNearest(tick, q, Infinity) || waited[antenna[q]!] === 0) continue;
    takeFromHolder(state, tick, q);
  }
  for (let q = 0; q < n; q++) takeNearest(tick, q, handoverLimitKm(tick, q, state.handoverFactor));
  // Beams set free by those handovers go to whoever is still without.
  for (let i = 0; i < idleCount; i++) if (assignment[idle[i]!]! < 0) takeNearest(tick, idle[i]!, Infinity);
  for (let q = 0; q < n; q++) {
    const a = antenna[q]!;
    served[a] = assignment[q]! < 0 ? 0 : served[a]! + 1;
    if (nodeServed(tick, q)) waited[a] = 0;
    else if (first[list[q]! + 1]! > first[list[q]!]!) waited[a] = waited[a]! + 1;
  }
}

function nodeServed(tick: AntennaTick, q: number): boolean {
  const { n, node, assignment } = tick;
  for (let p = q; p >= 0 && node[p] === node[q]; p--) if (assignment[p]! >= 0) return true;
  for (let p = q + 1; p < n && node[p] === node[q]; p++) if (assignment[p]! >= 0) return true;
  return false;
}

/** Lists of the antennas on each satellite, in order of index. */
function listHolders(state: FairState, tick: AntennaTick): void {
  const { firstHolder, nextHolder } = state;
  firstHolder.fill(-1);
  for (let q = tick.n - 1; q >= 0; q--) {
    const s = tick.assignment[q]!;
    if (s < 0) continue;
    nextHolder[q] = firstHolder[s]!;
    firstHolder[s] = q;
  }
}

/** Insertion sort of the antennas without satellite by how long they waited, then index; returns how many there are. */
function listIdle(state: FairState, tick: AntennaTick): number {
  const { idle, waited } = state;
  let count = 0;
  for (let q = 0; q < tick.n; q++) {
    if (tick.assignment[q]! >= 0) continue;
    const mine = waited[tick.antenna[q]!]!;
    let i = count++;
    for (; i > 0 && waited[tick.antenna[idle[i - 1]!]!]! < mine; i--) idle[i] = idle[i - 1]!;
    idle[i] = q;
  }
  return count;
}

/**
 * Takes over a beam for antenna `q` from the one served longest among those that hold a satellite it sees, provided that had
 * the service it is sure of or `q` has lost patience. Of equally long ones the lower index gives way.
 */
function takeFromHolder(state: FairState, tick: AntennaTick, q: number): void {
  const { served, waited, firstHolder, nextHolder, serviceTicks } = state;
  const { antenna, list, first, satellite, assignment } = tick;
  const least = waited[antenna[q]!]! >= PATIENCE * serviceTicks ? 1 : serviceTicks;
  let longest = -1;
  let longestTicks = 0;
  for (let i = first[list[q]!]!; i < first[list[q]! + 1]!; i++) {
    const s = satellite[i]!;
    if (nodeTracks(tick, q, s)) continue;
    for (let p = firstHolder[s]!; p >= 0; p = nextHolder[p]!) {
      // Those who took a beam in this very tick are not in the lists; those who lost it no longer hold it.
      if (assignment[p] !== s || served[antenna[p]!]! < least) continue;
      if (served[antenna[p]!]! < longestTicks || (served[antenna[p]!] === longestTicks && p > longest)) continue;
      longest = p;
      longestTicks = served[antenna[p]!]!;
    }
  }
  if (longest < 0) return;
  const s = assignment[longest]!;
  assignment[longest] = -1;
  assignment[q] = s;
  // Who gave way may use what else is free.
  takeNearest(tick, longest, Infinity);
}
