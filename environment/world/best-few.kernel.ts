/**
 * The best few of many things offered one after the other, for rows that cannot show all. A lower class goes before a higher one,
 * within a class a lower rank before a higher, and of equals what was offered first.
 */
export interface BestFew {
  n: number;
  /** [most] what was offered, best first. */
  readonly item: Int32Array;
  readonly classOf: Int32Array;
  readonly rank: Float64Array;
}

export function createBestFew(most: number): BestFew {
  return { n: 0, item: new Int32Array(most), classOf: new Int32Array(most), rank: new Float64Array(most) };
}

/** Offers a thing where at most `room` are kept; it displaces the worst if it is better. */
export function offer(few: BestFew, item: number, classOf: number, rank: number, room: number): void {
  let at = few.n;
  while (at > 0 && isBefore(classOf, rank, few.classOf[at - 1]!, few.rank[at - 1]!)) at--;
  if (at >= room) return;
  if (few.n < room) few.n++;
  for (let i = few.n - 1; i > at; i--) {
    few.item[i] = few.item[i - 1]!;
    few.classOf[i] = few.classOf[i - 1]!;
    few.rank[i] = few.rank[i - 1]!;
  }
  few.item[at] = item;
  few.classOf[at] = classOf;
  few.rank[at] = rank;
}

/** Puts a thing in the place of the worst unless it is kept already. */
export function insist(few: BestFew, item: number): void {
  for (let i = 0; i < few.n; i++) if (few.item[i] === item) return;
  few.item[few.n - 1] = item;
}

/** Puts what is kept in the order of its numbers; ranks and classes no longer belong to it. */
export function sortItems(few: BestFew): void {
  const { item, n } = few;
  for (let i = 1; i < n; i++) {
    const moved = item[i]!;
    let at = i;
    for (; at > 0 && item[at - 1]! > moved; at--) item[at] = item[at - 1]!;
    item[at] = moved;
  }
}

function isBefore(classOf: number, rank: number, otherClass: number, otherRank: number): boolean {
  return classOf !== otherClass ? classOf < otherClass : rank < otherRank;
}
