type Column = Int32Array | Float64Array;

/**
 * `columns` when they hold `needed` rows, else copies at least twice as long; new rows hold `fill`. Doubling keeps the cost of
 * n appended rows linear in n.
 */
export function grown<T extends Readonly<Record<string, Column>>>(columns: T, needed: number, fill = 0): T {
  const length = Object.values(columns)[0]?.length ?? 0;
  if (needed <= length) return columns;
  const larger = Math.max(needed, 2 * length);
  const entries = Object.entries(columns).map(([name, column]) => {
    const copy = column instanceof Int32Array ? new Int32Array(larger) : new Float64Array(larger);
    copy.set(column);
    if (fill !== 0) copy.fill(fill, length);
    return [name, copy] as const;
  });
  return Object.fromEntries(entries) as T;
}

/** Zeroed column in memory that threads share. */
export function sharedInt32(length: number): Int32Array<SharedArrayBuffer> {
  return new Int32Array(new SharedArrayBuffer(4 * length));
}

/** Zeroed column in memory that threads share. */
export function sharedFloat64(length: number): Float64Array<SharedArrayBuffer> {
  return new Float64Array(new SharedArrayBuffer(8 * length));
}
