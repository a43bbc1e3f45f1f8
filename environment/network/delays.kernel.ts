import { C_KM_S } from '../../core/index.ts';
import type { LinkColumns } from './links.kernel.ts';

/**
 * Shortest delays from every satellite to one node, as columns per destination, computed when first asked for and thrown
 * away when the network changes (`clear`). One instance per view of the network: today's snapshot with empty queues, the
 * flooded link-state report, or the truth.
 */
export interface DelayTable {
  readonly satelliteCount: number;
  readonly islSlots: number;
  /** [links] delay charged per link, s; the owner writes it. */
  readonly costS: Float64Array;
  /** [nodes] 1 = the destination's column is valid. */
  readonly valid: Uint8Array;
  /** [nodes * S] delay from satellite to node, s; Infinity = no way. */
  readonly delayS: Float64Array;
  /** [nodes * S] links on that way. */
  readonly hops: Uint8Array;
  /** [nodes * S] first link of that way; -1 = none. */
  readonly firstLink: Int32Array;
  /** Scratch heap. Each exit and each directed ISL enters it at most once: [links + nodes + 8] covers both. */
  readonly heapKey: Float64Array;
  readonly heapNode: Int32Array;
}

export function createDelayTable(
  satelliteCount: number,
  islSlots: number,
  nodeCount: number,
  linkCount: number,
): DelayTable {
  const heapSize = linkCount + nodeCount + 8;
  return {
    satelliteCount,
    islSlots,
    costS: new Float64Array(linkCount),
    valid: new Uint8Array(nodeCount),
    delayS: new Float64Array(nodeCount * satelliteCount),
    hops: new Uint8Array(nodeCount * satelliteCount),
    firstLink: new Int32Array(nodeCount * satelliteCount),
    heapKey: new Float64Array(heapSize),
    heapNode: new Int32Array(heapSize),
  };
}

/** Where ways to a ground node end: exits `satellite[i]` by link `link[i]` at an extra delay. */
export interface Exits {
  n: number;
  satellite: Int32Array;
  link: Int32Array;
  delayS: Float64Array;
}

export function createExits(capacity: number): Exits {
  return {
    n: 0,
    satellite: new Int32Array(capacity),
    link: new Int32Array(capacity),
    delayS: new Float64Array(capacity),
  };
}

/** Propagation at the start of the tick plus transmission of `bits`, per link that is up, s. Writes `table.costS`. */
export function chargeEmptyLinks(table: DelayTable, links: LinkColumns, bits: number): void {
  const { costS } = table;
  const { count, to, from, rangeStartKm, rateBps } = links;
  for (let l = 0; l < count; l++) {
    costS[l] = to[l]! >= 0 && from[l]! >= 0 ? rangeStartKm[l]! / C_KM_S + bits / rateBps[l]! : Infinity;
  }
}

/**
 * Fills the column of `node` by Dijkstra from the exits against the direction of the links (Dijkstra 1959; binary heap
 * with lazy deletion). `reverse[l]` is the link in the other direction.
 */
export function fillColumn(
  table: DelayTable,
  links: LinkColumns,
  reverse: Int32Array,
  node: number,
  exits: Exits,
): void {
  const { satelliteCount: S, islSlots: D, costS, delayS, hops, firstLink, heapKey, heapNode } = table;
  const { to } = links;
  const base = node * S;
  delayS.fill(Infinity, base, base + S);
  hops.fill(0, base, base + S);
  firstLink.fill(-1, base, base + S);
  let n = 0;
  for (let e = 0; e < exits.n; e++) {
    const s = exits.satellite[e]!;
    const d = exits.delayS[e]!;
    if (d >= delayS[base + s]!) continue;
    delayS[base + s] = d;
    hops[base + s] = exits.link[e]! < 0 ? 0 : 1;
    firstLink[base + s] = exits.link[e]!;
    n = heapPush(heapKey, heapNode, n, d, s);
  }
  while (n > 0) {
    const d = heapKey[0]!;
    const v = heapNode[0]!;
    n = heapPop(heapKey, heapNode, n);
    if (d > delayS[base + v]!) continue;
    for (let slot = 0; slot < D; slot++) {
      const out = v * D + slot;
      const u = to[out]!;
      if (u < 0) continue;
      const inward = reverse[out]!;
      if (inward < 0) continue;
      const through = d + costS[inward]!;
      if (through < delayS[base + u]!) {
        delayS[base + u] = through;
        hops[base + u] = hops[base + v]! + 1;
        firstLink[base + u] = inward;
        n = heapPush(heapKey, heapNode, n, through, u);
      }
    }
  }
  table.valid[node] = 1;
}

function heapPush(keys: Float64Array, nodes: Int32Array, n: number, key: number, node: number): number {
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

function heapPop(keys: Float64Array, nodes: Int32Array, n: number): number {
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
