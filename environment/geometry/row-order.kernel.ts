/**
 * Writes to `order` the rows [0, n) in order of `key` (0 <= key < keyCount) and of `before` among equals; `before` undefined
 * means row order. A counting sort: linear in n and keyCount. `order` and `before` must not be the same.
 */
export function orderByKey(
  key: Int32Array,
  n: number,
  keyCount: number,
  before: Int32Array | undefined,
  order: Int32Array,
): void {
  const next = new Int32Array(keyCount + 1);
  for (let i = 0; i < n; i++) next[key[i]! + 1]!++;
  for (let k = 0; k < keyCount; k++) next[k + 1]! += next[k]!;
  for (let i = 0; i < n; i++) {
    const row = before === undefined ? i : before[i]!;
    order[next[key[row]!]!++] = row;
  }
}

/** `to[i] = from[order[i]]`. */
export function gatherInto<T extends Int32Array | Float64Array>(from: T, order: Int32Array, to: T): T {
  for (let i = 0; i < order.length; i++) to[i] = from[order[i]!]!;
  return to;
}

/** [groupCount + 1] where each group of `group` values begins when the values stand in order; values outside do not count. */
export function groupStartsInto(group: Int32Array, firstGroup: number, starts: Int32Array): void {
  starts.fill(0);
  const groupCount = starts.length - 1;
  for (let i = 0; i < group.length; i++) {
    const g = group[i]! - firstGroup;
    if (g >= 0 && g < groupCount) starts[g + 1]!++;
  }
  for (let g = 0; g < groupCount; g++) starts[g + 1]! += starts[g]!;
}
