import type { PassRecorder } from '../geometry/pass-recorder.ts';

/** What each site saw at the last boundary, and which passes are open. */
export interface PassLists {
  /** [U] satellites in view, rising, the first `count[u]`; 1 = a pass of it is open. Grown as needed. */
  readonly satellite: Int32Array[];
  readonly open: Uint8Array[];
  readonly count: Int32Array;
  /** Marks of the new list while it is compared with the old one. */
  marks: Uint8Array;
}

const FIRST_ROOM = 16;

export function createPassLists(siteCount: number): PassLists {
  return {
    satellite: Array.from({ length: siteCount }, () => new Int32Array(FIRST_ROOM)),
    open: Array.from({ length: siteCount }, () => new Uint8Array(FIRST_ROOM)),
    count: new Int32Array(siteCount),
    marks: new Uint8Array(FIRST_ROOM),
  };
}

/**
 * Compares what site `u` sees at boundary `k` (rising satellite indices) with what it saw at the one before: satellites in both
 * have a pass in tick `k - 1`, those that are gone have it no longer.
 */
export function recordSite(lists: PassLists, u: number, inView: Int32Array, k: number, recorder: PassRecorder): void {
  if (inView.length > lists.marks.length) lists.marks = new Uint8Array(2 * inView.length);
  const { marks } = lists;
  const before = lists.satellite[u]!;
  const open = lists.open[u]!;
  const beforeCount = lists.count[u]!;
  let i = 0;
  for (let j = 0; j < inView.length; j++) {
    const satellite = inView[j]!;
    for (; i < beforeCount && before[i]! < satellite; i++) {
      if (open[i] === 1) recorder.close(u, before[i]!, k - 1);
    }
    const inBoth = i < beforeCount && before[i] === satellite;
    marks[j] = inBoth ? 1 : 0;
    if (inBoth) {
      if (open[i] === 0) recorder.open(u, satellite, k - 1);
      i++;
    }
  }
  for (; i < beforeCount; i++) if (open[i] === 1) recorder.close(u, before[i]!, k - 1);
  if (inView.length > before.length) {
    lists.satellite[u] = new Int32Array(2 * inView.length);
    lists.open[u] = new Uint8Array(2 * inView.length);
  }
  lists.satellite[u]!.set(inView);
  const openNow = lists.open[u]!;
  for (let j = 0; j < inView.length; j++) openNow[j] = marks[j]!;
  lists.count[u] = inView.length;
}
