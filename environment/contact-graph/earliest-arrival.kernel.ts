import type { SearchColumns } from './search-columns.ts';

/**
 * First contact of `node` that may not be over at `atS`: all before it end earlier.
 *
 * `latestEndS` never falls within a node's contacts, so halving finds it.
 */
export function firstOpenContact(columns: SearchColumns, node: number, atS: number): number {
  const { outStart, latestEndS } = columns;
  let low = outStart[node]!;
  let high = outStart[node + 1]!;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (latestEndS[middle]! < atS) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * Earliest arrival at every node that is reached before `target` is (all that are reached, with `target` -1); Infinity
 * elsewhere. Waiting is free, so a Dijkstra search by time is exact: who comes first can do all that who comes later can.
 *
 * Writes `arrivalS` [nodes], and if given `via` [nodes]: the contact by which each node is reached, of the nodes that are.
 */
export function earliestArrivalsInto(
  columns: SearchColumns,
  source: number,
  atS: number,
  target: number,
  arrivalS: Float64Array,
  via?: Int32Array,
): void {
  const { outStart, toNode, startS, openS, queueS, sendS, endS, owltS, blocked } = columns;
  const heap = new Int32Array(arrivalS.length);
  const slotOf = new Int32Array(arrivalS.length).fill(-1);
  arrivalS.fill(Infinity);
  arrivalS[source] = atS;
  heap[0] = source;
  slotOf[source] = 0;
  let size = 1;
  while (size > 0) {
    const node = heap[0];
    if (node === target) return;
    slotOf[node] = -2; // final
    const last = heap[--size]!;
    if (size > 0) siftDown(heap, slotOf, arrivalS, size, last);
    const readyS = arrivalS[node]!;
    const limitS = target < 0 ? Infinity : arrivalS[target]!;
    for (let c = firstOpenContact(columns, node, readyS); c < outStart[node + 1]! && startS[c]! <= limitS; c++) {
      const to = toNode[c]!;
      if (blocked[to]! === 1 || slotOf[to]! === -2) continue;
      const sentS = Math.max(readyS, openS[c]!) + queueS[c]! + sendS[c]!;
      if (sentS > endS[c]!) continue;
      const thereS = sentS + owltS[c]!;
      if (thereS >= arrivalS[to]!) continue;
      arrivalS[to] = thereS;
      if (via !== undefined) via[to] = c;
      siftUp(heap, slotOf, arrivalS, slotOf[to]! < 0 ? size++ : slotOf[to]!, to);
    }
  }
}

function siftUp(heap: Int32Array, slotOf: Int32Array, key: Float64Array, slot: number, node: number): void {
  while (slot > 0) {
    const above = (slot - 1) >> 1;
    if (key[heap[above]!]! <= key[node]!) break;
    heap[slot] = heap[above]!;
    slotOf[heap[slot]!] = slot;
    slot = above;
  }
  heap[slot] = node;
  slotOf[node] = slot;
}

function siftDown(heap: Int32Array, slotOf: Int32Array, key: Float64Array, size: number, node: number): void {
  let slot = 0;
  for (;;) {
    let below = 2 * slot + 1;
    if (below >= size) break;
    if (below + 1 < size && key[heap[below + 1]!]! < key[heap[below]!]!) below++;
    if (key[node]! <= key[heap[below]!]!) break;
    heap[slot] = heap[below]!;
    slotOf[heap[slot]!] = slot;
    slot = below;
  }
  heap[slot] = node;
  slotOf[node] = slot;
}
