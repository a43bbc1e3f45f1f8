/** A binary heap over two columns, least key first. The caller keeps the count; `keys` and `nodes` must have room. */

/** Adds an entry to a heap of `n`; returns the new count. */
export function heapPush(keys: Float64Array, nodes: Int32Array, n: number, key: number, node: number): number {
  let i = n;
  while (i > 0) {
    const parent = (i - 1) >> 1;
    if (keys[parent]! <= key) break;
    keys[i] = keys[parent]!;
    nodes[i] = nodes[parent]!;
    i = parent;
  }
  keys[i] = key;
  nodes[i] = node;
  return n + 1;
}

/** Removes the first entry (`keys[0]`, `nodes[0]`) of a heap of `n` >= 1; returns the new count. */
export function heapPop(keys: Float64Array, nodes: Int32Array, n: number): number {
  const last = n - 1;
  const key = keys[last]!;
  const node = nodes[last]!;
  let i = 0;
  for (;;) {
    let child = 2 * i + 1;
    if (child >= last) break;
    if (child + 1 < last && keys[child + 1]! < keys[child]!) child++;
    if (keys[child]! >= key) break;
    keys[i] = keys[child]!;
    nodes[i] = nodes[child]!;
    i = child;
  }
  keys[i] = key;
  nodes[i] = node;
  return last;
}
