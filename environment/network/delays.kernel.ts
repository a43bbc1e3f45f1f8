import { C_KM_S } from '../../core/index.ts';
import { heapPop, heapPush } from './heap.kernel.ts';
import type { LinkColumns } from './links.kernel.ts';

/** What searches read of a network: the network itself, or what is known of it. */
export type NetworkLinks = Pick<LinkColumns, 'count' | 'from' | 'to' | 'rangeStartKm' | 'rateBps'>;

/**
 * Shortest delays from satellites to nodes, one column of satellites per key `label * nodeCount + node`, in a pool of bounded
 * size. One table per view of the network: today's snapshot with empty queues, the flooded link-state report, or the truth.
 *
 * A column is opened when its key is first asked for and searched only as far as somebody asks (`settleColumn`); it holds
 * until the network changes (`clearColumns`). When the pool is full, the column asked for longest ago makes room, so a base
 * offset stays good for at least 63 openings of other columns.
 */
export interface DelayTable {
  readonly satelliteCount: number;
  readonly islSlots: number;
  readonly nodeCount: number;
  /** [links] delay charged per link, s, above 0; the owner writes it and then clears the columns. */
  readonly costS: Float64Array;
  /** [labels * S] 1 = the satellite may hold data of the label; no way leads over others. Written as `costS` is. */
  readonly allowed: Uint8Array;
  /** Most columns the pool may have. */
  readonly capacity: number;
  /** Columns in use, counting those of a network that has changed. */
  columns: number;
  /** Stamps: the present network, and the last time anything was asked for. */
  epoch: number;
  asked: number;
  /** [labels * nodes] column of the key, -1 = never had one; it counts only if `keyOf` and `epochOf` agree. */
  readonly columnOf: Int32Array;
  /** [capacity] key, network, and time last asked for. */
  readonly keyOf: Int32Array;
  readonly epochOf: Float64Array;
  readonly askedAt: Float64Array;
  /** [capacity] satellites settled; satellites reached and not yet settled, 0 = the search is complete. */
  readonly settledCount: Int32Array;
  readonly frontierCount: Int32Array;
  /** [columns * S] delay from satellite to node, s; Infinity = no way. This and the next two hold for settled satellites. */
  delayS: Float64Array;
  /** [columns * S] links on that way. */
  hops: Uint16Array;
  /** [columns * S] first link of that way; -1 = none. */
  firstLink: Int32Array;
  /** [columns * S] time that each bit takes to be sent over all links of that way: the sum of 1 / rate, s. */
  sPerBit: Float64Array;
  /** [columns * S] 1 = settled. */
  settled: Uint8Array;
  /** [columns * S] the satellites reached: the frontier from the front, the settled ones from the back. */
  reached: Int32Array;
  /** Scratch heap. Each exit and each directed ISL enters it at most once: [links + nodes + 8] covers both. */
  readonly heapKey: Float64Array;
  readonly heapNode: Int32Array;
}

const BYTES_PER_SATELLITE =
  2 * Int32Array.BYTES_PER_ELEMENT +
  2 * Float64Array.BYTES_PER_ELEMENT +
  Uint16Array.BYTES_PER_ELEMENT +
  Uint8Array.BYTES_PER_ELEMENT;
const DEFAULT_MAX_BYTES = 64e6;
const LEAST_COLUMNS = 64;
/** Up to this many satellites a column is searched to its end at once: that costs less than asking again. */
const SMALL_NETWORK = 256;
/** From this share of settled satellites on, filling a column anew beats going through the list of those reached. */
const SPARSE_FRAC = 1 / 8;

export interface DelayTableOptions {
  /** Label classes, at least 1 (the default); `allowed` has a row for each. */
  readonly labelCount?: number;
  /** [labels * S] shared with other tables; default: own, all 1. */
  readonly allowed?: Uint8Array;
  /** Bound of the pool, bytes; at least 64 columns are kept whatever they take. Default 64e6. */
  readonly maxBytes?: number;
}

export function createDelayTable(
  satelliteCount: number,
  islSlots: number,
  nodeCount: number,
  linkCount: number,
  options: DelayTableOptions = {},
): DelayTable {
  const { labelCount = 1, maxBytes = DEFAULT_MAX_BYTES } = options;
  const keys = labelCount * nodeCount;
  const fitting = Math.floor(maxBytes / (BYTES_PER_SATELLITE * satelliteCount));
  const capacity = Math.min(keys, Math.max(LEAST_COLUMNS, fitting));
  const size = Math.min(capacity, LEAST_COLUMNS) * satelliteCount;
  const heapSize = linkCount + nodeCount + 8;
  return {
    satelliteCount,
    islSlots,
    nodeCount,
    costS: new Float64Array(linkCount),
    allowed: options.allowed ?? new Uint8Array(labelCount * satelliteCount).fill(1),
    capacity,
    columns: 0,
    epoch: 0,
    asked: 0,
    columnOf: new Int32Array(keys).fill(-1),
    keyOf: new Int32Array(capacity).fill(-1),
    epochOf: new Float64Array(capacity),
    askedAt: new Float64Array(capacity),
    settledCount: new Int32Array(capacity),
    frontierCount: new Int32Array(capacity),
    delayS: new Float64Array(size).fill(Infinity),
    hops: new Uint16Array(size),
    firstLink: new Int32Array(size).fill(-1),
    sPerBit: new Float64Array(size),
    settled: new Uint8Array(size),
    reached: new Int32Array(size),
    heapKey: new Float64Array(heapSize),
    heapNode: new Int32Array(heapSize),
  };
}

/** Where ways to a ground node end: exits `satellite[i]` by link `link[i]` at an extra delay, `sPerBit[i]` of it per bit. */
export interface Exits {
  n: number;
  satellite: Int32Array;
  link: Int32Array;
  delayS: Float64Array;
  sPerBit: Float64Array;
  /** [S] 1 + exit by which a satellite waits for a contact of its own, 0 = none; scratch of who collects exits. */
  waiting: Int32Array;
}

export function createExits(capacity: number, satellites = 0): Exits {
  return {
    n: 0,
    satellite: new Int32Array(capacity),
    link: new Int32Array(capacity),
    delayS: new Float64Array(capacity),
    sPerBit: new Float64Array(capacity),
    waiting: new Int32Array(satellites),
  };
}

/** Propagation at the start of the tick plus transmission of `bits`, per link that is up, s. Writes `table.costS`. */
export function chargeEmptyLinks(table: DelayTable, links: NetworkLinks, bits: number): void {
  const { costS } = table;
  const { count, to, from, rangeStartKm, rateBps } = links;
  for (let l = 0; l < count; l++) {
    costS[l] = to[l]! >= 0 && from[l]! >= 0 ? rangeStartKm[l]! / C_KM_S + bits / rateBps[l]! : Infinity;
  }
}

/** Makes all columns invalid: costs, links or `allowed` have changed. */
export function clearColumns(table: DelayTable): void {
  table.epoch++;
}

/** Base offset of the column of a key, -1 = it has none. What is read at `base + satellite` must be settled first. */
export function columnBase(table: DelayTable, key: number): number {
  const column = table.columnOf[key]!;
  if (column < 0 || table.keyOf[column] !== key || table.epochOf[column] !== table.epoch) return -1;
  table.askedAt[column] = ++table.asked;
  return column * table.satelliteCount;
}

/** Opens a column for a key that has none; ways end at the exits. Returns its base offset. Nothing is settled yet. */
export function openColumn(table: DelayTable, key: number, exits: Exits): number {
  const column = takeColumn(table, key);
  const { satelliteCount: S, nodeCount, allowed, delayS, hops, firstLink, sPerBit, reached } = table;
  const base = column * S;
  const label = Math.floor(key / nodeCount) * S;
  emptyColumn(table, column);
  let n = 0;
  for (let e = 0; e < exits.n; e++) {
    const s = exits.satellite[e]!;
    const link = exits.link[e]!;
    const through = exits.delayS[e]!;
    if (allowed[label + s] === 0 || through === Infinity) continue;
    const at = base + s;
    if (delayS[at] === Infinity) reached[base + n++] = s;
    const count = link < 0 ? 0 : 1;
    if (!isBetter(through, count, link, delayS[at]!, hops[at]!, firstLink[at]!)) continue;
    delayS[at] = through;
    hops[at] = count;
    firstLink[at] = link;
    sPerBit[at] = exits.sPerBit[e]!;
  }
  table.frontierCount[column] = n;
  table.keyOf[column] = key;
  table.columnOf[key] = column;
  table.epochOf[column] = table.epoch;
  table.askedAt[column] = ++table.asked;
  return base;
}

/**
 * Settles `satellite` in the column at `base`, -1 every satellite; and with `neighbours` [S * D] all that its slots lead to by
 * that column, which need not be the links that are searched: satellites may know less of the network than of their own links.
 *
 * Dijkstra (1959) from the exits against the direction of the links, with lazy deletion, stopped when what is asked for is
 * settled and taken up again from the frontier when somebody asks for more. `reverse[l]` is the link in the other direction.
 * Of equal delays the way of fewer links counts as shorter, then that whose first link has the lower index: the result is
 * the same whoever asks first.
 */
export function settleColumn(
  table: DelayTable,
  links: NetworkLinks,
  reverse: Int32Array,
  base: number,
  satellite: number,
  neighbours?: Int32Array,
): void {
  const { satelliteCount: S, islSlots: D, settled, frontierCount } = table;
  const column = base / S;
  if (frontierCount[column] === 0) return;
  if (S <= SMALL_NETWORK || satellite < 0) {
    search(table, links, reverse, column, -1);
    return;
  }
  if (settled[base + satellite] === 0) {
    search(table, links, reverse, column, satellite, neighbours);
    return;
  }
  if (neighbours === undefined) return;
  for (let slot = satellite * D; slot < (satellite + 1) * D; slot++) {
    const next = neighbours[slot]!;
    if (next < 0 || settled[base + next] === 1) continue;
    search(table, links, reverse, column, satellite, neighbours);
    return;
  }
}

function search(
  table: DelayTable,
  links: NetworkLinks,
  reverse: Int32Array,
  column: number,
  satellite: number,
  neighbours?: Int32Array,
): void {
  const { satelliteCount: S, islSlots: D, costS, allowed, delayS, hops, firstLink, sPerBit } = table;
  const { settled, reached, heapKey, heapNode } = table;
  const { to, rateBps } = links;
  const base = column * S;
  const label = Math.floor(table.keyOf[column]! / table.nodeCount) * S;
  let back = base + S - table.settledCount[column]!;
  let n = 0;
  for (let i = 0; i < table.frontierCount[column]!; i++) {
    const s = reached[base + i]!;
    n = heapPush(heapKey, heapNode, n, delayS[base + s]!, s);
  }
  const slots = neighbours === undefined ? 0 : D;
  for (let t = -1; t < slots; t++) {
    const target = t < 0 || neighbours === undefined ? satellite : neighbours[satellite * D + t]!;
    if (t >= 0 && target < 0) continue;
    while (n > 0 && (target < 0 || settled[base + target] === 0)) {
      const d = heapKey[0]!;
      const v = heapNode[0]!;
      n = heapPop(heapKey, heapNode, n);
      if (settled[base + v] === 1) continue;
      settled[base + v] = 1;
      reached[--back] = v;
      const count = hops[base + v]! + 1;
      for (let out = v * D; out < (v + 1) * D; out++) {
        const u = to[out]!;
        if (u < 0) continue;
        const inward = reverse[out]!;
        if (inward < 0) continue;
        const through = d + costS[inward]!;
        const known = delayS[base + u]!;
        if (through > known || through === Infinity) continue;
        if (allowed[label + u] === 0 || settled[base + u] === 1) continue;
        if (through < known) n = heapPush(heapKey, heapNode, n, through, u);
        else if (!isBetter(through, count, inward, known, hops[base + u]!, firstLink[base + u]!)) continue;
        delayS[base + u] = through;
        hops[base + u] = count;
        firstLink[base + u] = inward;
        sPerBit[base + u] = sPerBit[base + v]! + 1 / rateBps[inward]!;
      }
    }
  }
  table.settledCount[column] = base + S - back;
  let frontier = 0;
  for (let i = 0; i < n; i++) {
    const s = heapNode[i]!;
    // Entries that a shorter way has overtaken are dropped; each satellite has one with its present delay.
    if (settled[base + s] === 0 && heapKey[i] === delayS[base + s]) reached[base + frontier++] = s;
  }
  table.frontierCount[column] = frontier;
}

function isBetter(
  delayS: number,
  hops: number,
  link: number,
  knownS: number,
  knownHops: number,
  knownLink: number,
): boolean {
  if (delayS !== knownS) return delayS < knownS;
  return hops !== knownHops ? hops < knownHops : link < knownLink;
}

/** A column for the key: the one it had in the former network, a new one, or the one asked for longest ago. */
function takeColumn(table: DelayTable, key: number): number {
  const { columnOf, keyOf, askedAt, capacity } = table;
  const former = columnOf[key]!;
  if (former >= 0 && keyOf[former] === key) return former;
  if (table.columns < capacity) {
    if ((table.columns + 1) * table.satelliteCount > table.delayS.length) growPool(table);
    return table.columns++;
  }
  let oldest = 0;
  for (let c = 1; c < capacity; c++) if (askedAt[c]! < askedAt[oldest]!) oldest = c;
  return oldest;
}

function growPool(table: DelayTable): void {
  const size = Math.min(2 * table.columns, table.capacity) * table.satelliteCount;
  const delayS = new Float64Array(size).fill(Infinity, table.delayS.length);
  delayS.set(table.delayS);
  const hops = new Uint16Array(size);
  hops.set(table.hops);
  const firstLink = new Int32Array(size).fill(-1, table.firstLink.length);
  firstLink.set(table.firstLink);
  const sPerBit = new Float64Array(size);
  sPerBit.set(table.sPerBit);
  const settled = new Uint8Array(size);
  settled.set(table.settled);
  const reached = new Int32Array(size);
  reached.set(table.reached);
  Object.assign(table, { delayS, hops, firstLink, sPerBit, settled, reached });
}

function emptyColumn(table: DelayTable, column: number): void {
  const { satelliteCount: S, delayS, hops, firstLink, settled, reached, settledCount, frontierCount } = table;
  const base = column * S;
  const end = base + S;
  if (settledCount[column]! > S * SPARSE_FRAC) {
    delayS.fill(Infinity, base, end);
    hops.fill(0, base, end);
    firstLink.fill(-1, base, end);
    settled.fill(0, base, end);
  } else {
    const frontierEnd = base + frontierCount[column]!;
    for (let i = base; i < end; i++) {
      if (i === frontierEnd) i = end - settledCount[column]!;
      if (i === end) break;
      const at = base + reached[i]!;
      delayS[at] = Infinity;
      hops[at] = 0;
      firstLink[at] = -1;
      settled[at] = 0;
    }
  }
  settledCount[column] = 0;
  frontierCount[column] = 0;
}
