import { heapPop, heapPush } from '../network/heap.kernel.ts';

/**
 * Links as columns: pairs of nodes, and per pair the stretches in which the first may send to the second, in order of time and
 * without overlap.
 */
export interface DeliveryColumns {
  readonly nodeCount: number;
  /** [nodes + 1] pairs of sender `u` are [pairStart[u], pairStart[u + 1]). */
  readonly pairStart: Int32Array;
  /** [pairs] receiver. */
  readonly toNode: Int32Array;
  /** [pairs + 1] stretches of pair `p` are [stretchStart[p], stretchStart[p + 1]). */
  readonly stretchStart: Int32Array;
  /** [stretches] s. */
  readonly startS: Float64Array;
  readonly endS: Float64Array;
  /** [stretches] bit/s. */
  readonly rateBps: Float64Array;
  /** [stretches] s. */
  readonly owltS: Float64Array;
}

/**
 * Arrival of the last bit over one pair when the sender has the object at `readyS`; Infinity when its stretches do not suffice.
 * `resume`: bits add up over stretches; otherwise all go within one. Sending may begin later than it could, which is earlier in the end
 * only where a later stretch has a shorter light time: every stretch is tried as the first.
 */
export function pairArrivalS(
  columns: DeliveryColumns,
  pair: number,
  readyS: number,
  sizeBits: number,
  resume: boolean,
): number {
  const { stretchStart, startS, endS, rateBps, owltS } = columns;
  const last = stretchStart[pair + 1]!;
  let low = stretchStart[pair]!;
  let high = last;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (endS[middle]! < readyS) low = middle + 1;
    else high = middle;
  }
  let best = Infinity;
  for (let first = low; first < last && startS[first]! < best; first++) {
    let leftBits = sizeBits;
    for (let k = first; k < last && startS[k]! < best; k++) {
      const beginS = Math.max(readyS, startS[k]!);
      const sentS = beginS + leftBits / rateBps[k]!;
      if (sentS <= endS[k]!) {
        best = Math.min(best, sentS + owltS[k]!);
        break;
      }
      if (!resume) break;
      leftBits -= (endS[k]! - beginS) * rateBps[k]!;
    }
  }
  return best;
}

/**
 * Earliest arrival of an object at every node, by Dijkstra's search over time: who has it earlier can do all that who has it later can.
 *
 * `arrivalS` [nodes] in: when the holders have it, Infinity elsewhere; out: earliest arrivals. `via` [nodes] out: from whom each node has
 * it, -1 for holders and nodes that are not reached. Ends when `target` is reached; -1: when all are that can be.
 */
export function deliverInto(
  columns: DeliveryColumns,
  object: { readonly sizeBits: number; readonly resume: boolean },
  target: number,
  arrivalS: Float64Array,
  via: Int32Array,
): void {
  const { nodeCount, pairStart, toNode } = columns;
  const { sizeBits, resume } = object;
  const keys = new Float64Array(nodeCount + toNode.length);
  const nodes = new Int32Array(nodeCount + toNode.length);
  const done = new Uint8Array(nodeCount);
  let n = 0;
  via.fill(-1);
  for (let node = 0; node < nodeCount; node++) {
    if (arrivalS[node]! < Infinity) n = heapPush(keys, nodes, n, arrivalS[node]!, node);
  }
  while (n > 0) {
    const node = nodes[0]!;
    n = heapPop(keys, nodes, n);
    if (done[node] === 1) continue;
    done[node] = 1;
    if (node === target) return;
    const readyS = arrivalS[node]!;
    for (let pair = pairStart[node]!; pair < pairStart[node + 1]!; pair++) {
      const to = toNode[pair]!;
      if (done[to] === 1) continue;
      const thereS = pairArrivalS(columns, pair, readyS, sizeBits, resume);
      if (thereS >= arrivalS[to]!) continue;
      arrivalS[to] = thereS;
      via[to] = node;
      n = heapPush(keys, nodes, n, thereS, to);
    }
  }
}
