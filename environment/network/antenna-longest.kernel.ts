import { type AntennaTick, keepUsable, nodeTracks } from './antenna-tick.kernel.ts';

/** One tick of the longest-in-sight scheduler; writes `tick.assignment` and `tick.freeBeams`. */
export function scheduleLongest(tick: AntennaTick): void {
  keepUsable(tick);
  for (let q = 0; q < tick.n; q++) if (tick.assignment[q]! < 0) takeLongest(tick, q);
}

/** Of satellites that set in the same tick the nearer is taken, of equally near ones the lower. */
function takeLongest(tick: AntennaTick, q: number): void {
  const { list, first, satellite, rangeKm, untilTick, freeBeams, assignment } = tick;
  const end = first[list[q]! + 1]!;
  let best = -1;
  let bestUntil = -1;
  let bestKm = Infinity;
  for (let i = first[list[q]!]!; i < end; i++) {
    const s = satellite[i]!;
    const until = untilTick[i]!;
    const range = rangeKm[i]!;
    if (until < bestUntil || freeBeams[s]! <= 0) continue;
    if (until === bestUntil && (range > bestKm || (range === bestKm && s > best))) continue;
    if (nodeTracks(tick, q, s)) continue;
    best = s;
    bestUntil = until;
    bestKm = range;
  }
  if (best < 0) return;
  freeBeams[best]!--;
  assignment[q] = best;
}
