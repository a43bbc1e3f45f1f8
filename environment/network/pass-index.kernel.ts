import type { PassColumns } from '../geometry/geometry.ts';

/** Rows of passes per block, as a power of two. */
const BLOCK_BITS = 5;

/** Passes with what it takes to find those of a tick without going through all of them. */
export interface PassIndex {
  readonly passes: PassColumns;
  /** Latest end of the passes in each block of rows. */
  readonly blockEnd: Int32Array;
  /** Most satellites a site sees at once: room that `passesAt` needs in its output. */
  readonly mostInView: number;
}

/** Where `passesAt` writes: satellites in sight and the first tick in which each no longer is. */
export interface PassesInView {
  readonly satellite: Int32Array;
  readonly untilTick: Int32Array;
}

export function indexPasses(passes: PassColumns): PassIndex {
  const { n, siteFirst, startTick, endTick } = passes;
  const blockEnd = new Int32Array((n >> BLOCK_BITS) + 1);
  let last = 0;
  for (let i = 0; i < n; i++) {
    const block = i >> BLOCK_BITS;
    if (endTick[i]! > blockEnd[block]!) blockEnd[block] = endTick[i]!;
    if (endTick[i]! > last) last = endTick[i]!;
  }
  const change = new Int32Array(last + 2);
  let mostInView = 0;
  for (let u = 0; u + 1 < siteFirst.length; u++) {
    change.fill(0);
    for (let i = siteFirst[u]!; i < siteFirst[u + 1]!; i++) {
      change[startTick[i]!]!++;
      change[endTick[i]!]!--;
    }
    for (let k = 0, inView = 0; k <= last; k++) {
      inView += change[k]!;
      if (inView > mostInView) mostInView = inView;
    }
  }
  return { passes, blockEnd, mostInView };
}

/**
 * Lists the satellites that site `u` could use during `tick`, latest risen first, and returns how many there are. Allocates
 * nothing. Binary search for the last one risen, then back over those that may still last.
 */
export function passesAt(index: PassIndex, u: number, tick: number, out: PassesInView): number {
  const { passes, blockEnd } = index;
  const { siteFirst, satellite, startTick, endTick } = passes;
  const first = siteFirst[u]!;
  let low = first;
  let high = siteFirst[u + 1]!;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (startTick[middle]! <= tick) low = middle + 1;
    else high = middle;
  }
  let n = 0;
  for (let i = low - 1; i >= first; i--) {
    if (blockEnd[i >> BLOCK_BITS]! <= tick) {
      i = (i >> BLOCK_BITS) << BLOCK_BITS; // the loop goes on before the block
      continue;
    }
    if (endTick[i]! <= tick) continue;
    out.satellite[n] = satellite[i]!;
    out.untilTick[n] = endTick[i]!;
    n++;
  }
  return n;
}
