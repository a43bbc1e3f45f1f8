/** Element `i` of a list or column; a RangeError where there is none, so that a test fails at the cause. */
export function at<T>(list: ArrayLike<T>, i: number): T {
  const value = list[i];
  if (value === undefined) throw new RangeError(`Expected an element ${i}, got a list of ${list.length}.`);
  return value;
}

/** The value itself; a TypeError where there is none. */
export function must<T>(value: T | null | undefined): T {
  if (value === null || value === undefined) throw new TypeError(`Expected a value, got ${String(value)}.`);
  return value;
}
