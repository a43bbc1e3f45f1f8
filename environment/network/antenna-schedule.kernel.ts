import type { ContactRecorder } from '../geometry/contact-recorder.kernel.ts';
import type { AntennaTick } from './antenna-tick.kernel.ts';
import { type RateSteps, rateAtRangeBps } from './ground-rate.ts';
import type { PassIndex } from './pass-index.kernel.ts';
import type { Sites } from './sites.ts';

/** Satellites that sites could use in a tick, as lists per site. */
export interface CandidateLists {
  readonly index: PassIndex;
  /** [U] first pass that has not begun; [U * mostInView] passes under way and [U] how many they are. */
  readonly next: Int32Array;
  readonly active: Int32Array;
  readonly activeCount: Int32Array;
  /** Columns of `AntennaTick`. */
  readonly first: Int32Array;
  readonly satellite: Int32Array;
  readonly rangeKm: Float64Array;
  readonly untilTick: Int32Array;
}

export function createCandidateLists(index: PassIndex, siteCount: number): CandidateLists {
  const room = index.mostInView * siteCount;
  return {
    index,
    next: index.passes.siteFirst.slice(0, siteCount),
    active: new Int32Array(room),
    activeCount: new Int32Array(siteCount),
    first: new Int32Array(siteCount + 1),
    satellite: new Int32Array(room),
    rangeKm: new Float64Array(room),
    untilTick: new Int32Array(room),
  };
}

/** The columns of `AntennaTick` that the lists make up. */
export function candidateTick(
  lists: CandidateLists,
  tick: number,
): Pick<AntennaTick, 'tick' | 'first' | 'satellite' | 'rangeKm' | 'untilTick'> {
  const { first, satellite, rangeKm, untilTick } = lists;
  return { tick, first, satellite, rangeKm, untilTick };
}

/** Brings the lists to tick `k` (0, 1, 2, ... in order); ranges are those of `row`, the positions at its start. */
export function listCandidates(lists: CandidateLists, sites: Sites, k: number, row: ArrayLike<number>): void {
  const { index, next, active, activeCount, first } = lists;
  const { siteFirst, startTick, endTick, satellite } = index.passes;
  const room = index.mostInView;
  let n = 0;
  for (let u = 0; u < sites.siteCount; u++) {
    const base = u * room;
    let kept = 0;
    for (let i = 0; i < activeCount[u]!; i++) {
      const pass = active[base + i]!;
      if (endTick[pass]! > k) active[base + kept++] = pass;
    }
    const end = siteFirst[u + 1]!;
    for (; next[u]! < end && startTick[next[u]!]! <= k; next[u]!++) active[base + kept++] = next[u]!;
    activeCount[u] = kept;
    const node = sites.siteNode[u]!;
    first[u] = n;
    for (let i = 0; i < kept; i++) {
      const pass = active[base + i]!;
      lists.satellite[n] = satellite[pass]!;
      lists.rangeKm[n] = rangeBetweenKm(row, node, satellite[pass]!);
      lists.untilTick[n] = endTick[pass]!;
      n++;
    }
  }
  first[sites.siteCount] = n;
}

/** Distance of two nodes in a row of positions, km. */
export function rangeBetweenKm(row: ArrayLike<number>, a: number, b: number): number {
  const dx = row[3 * b]! - row[3 * a]!;
  const dy = row[3 * b + 1]! - row[3 * a + 1]!;
  const dz = row[3 * b + 2]! - row[3 * a + 2]!;
  return Math.sqrt(dx * dx + dy * dy + dz * dz);
}

/** Contacts of the antennas as they stand in the recorder. */
export interface AntennaContacts {
  readonly firstTrack: number;
  /** [Q] satellite of the open contact, -1 = none; its rate, bit/s. */
  readonly satellite: Int32Array;
  readonly rateBps: Float64Array;
  /** By radio: rate against range, greatest range, km, and share of the rate in this tick. */
  readonly steps: readonly RateSteps[];
  readonly reachKm: Float64Array;
  readonly shareFrac: Float64Array;
}

/** Positions of all nodes at both ends of tick `k`. */
export interface TickRows {
  readonly k: number;
  readonly start: ArrayLike<number>;
  readonly end: ArrayLike<number>;
}

/** Records what changed with tick `k`. */
export function recordAntennas(
  contacts: AntennaContacts,
  sites: Sites,
  assignment: Int32Array,
  { k, start, end }: TickRows,
  recorder: ContactRecorder,
): void {
  const { firstTrack, satellite, rateBps, steps, reachKm, shareFrac } = contacts;
  for (let q = 0; q < assignment.length; q++) {
    const s = assignment[q]!;
    let rate = 0;
    if (s >= 0) {
      const node = sites.antennaNode[q]!;
      const radio = sites.siteRadio[sites.antennaSite[q]!]!;
      const farther = Math.max(rangeBetweenKm(start, node, s), rangeBetweenKm(end, node, s));
      // A pass keeps within reach; positions in single precision may say a little more.
      rate = shareFrac[radio]! * rateAtRangeBps(steps[radio]!, Math.min(farther, reachKm[radio]!));
    }
    const present = satellite[q]!;
    if (present >= 0 && (present !== s || rate === 0)) recorder.close(firstTrack + q, k);
    if (rate === 0) {
      satellite[q] = -1;
      continue;
    }
    if (present !== s) recorder.open(firstTrack + q, s, -1, k, rate);
    else if (rate !== rateBps[q]) recorder.changeRate(firstTrack + q, k, rate);
    satellite[q] = s;
    rateBps[q] = rate;
  }
}
