import type { ContactGraph } from './graph.ts';
import { volumeBits } from './graph.ts';

/**
 * One question's view of a graph. A bundle ready at `t` begins on contact `c` at `max(t, openS[c]) + queueS[c]`, takes
 * `sendS[c]`, must be sent by `endS[c]` (inclusive) and has arrived `owltS[c]` later.
 */
export interface SearchColumns {
  readonly outStart: Int32Array;
  readonly toNode: Int32Array;
  readonly startS: Float64Array;
  readonly latestEndS: Float64Array;
  readonly owltS: Float64Array;
  /** Earliest instant of sending: the start, and with `qd` what is booked before. */
  readonly openS: Float64Array;
  /** Time for which the queue goes first, with `eto`. */
  readonly queueS: Float64Array;
  /** Time the bundle takes at the contact's rate. */
  readonly sendS: Float64Array;
  /** End of the contact; -Infinity for one that is excluded or has not enough volume left. */
  readonly endS: Float64Array;
  /** 1: the route may not enter the node. Set back by who sets it. [nodes] */
  readonly blocked: Uint8Array;
  /** Longest wait before sending on; Infinity where nothing limits it. [nodes] */
  readonly retentionS: Float64Array;
}

export interface SearchLimits {
  readonly sizeBits: number;
  /** By the graph's contact order. */
  readonly bookedBits: Float64Array | undefined;
  /** Nodes of the graph. */
  readonly excludedNodes: readonly number[];
  /** Contacts of the graph. */
  readonly excludedContacts: readonly number[];
  readonly ignoreRetention: boolean;
}

const QD = 1; // positions in QUEUE_RULES
const ETO = 2;

/** Works out once what a search looks at for every contact. */
export function createSearchColumns(graph: ContactGraph, limits: SearchLimits): SearchColumns {
  const { sizeBits, bookedBits } = limits;
  const count = graph.planIndex.length;
  const openS = graph.startS.slice();
  const endS = graph.endS.slice();
  const queueS = new Float64Array(count);
  const sendS = graph.rateBps.map((rateBps) => sizeBits / rateBps);
  for (let c = 0; c < count; c++) {
    const booked = bookedBits === undefined ? 0 : (bookedBits[c] as number);
    if (booked > 0) {
      const bookedS = booked / (graph.rateBps[c] as number);
      if (graph.queueRule[c] === QD) openS[c] = (openS[c] as number) + bookedS;
      else if (graph.queueRule[c] === ETO) queueS[c] = bookedS;
    }
    if (sizeBits > 0 && sizeBits > volumeBits(graph, c) - booked) endS[c] = -Infinity;
  }
  const blocked = new Uint8Array(graph.nodes.length);
  for (const node of limits.excludedNodes) blocked[node] = 1;
  for (const contact of limits.excludedContacts) endS[contact] = -Infinity;
  const { outStart, toNode, startS, latestEndS, owltS } = graph;
  const retentionS = limits.ignoreRetention ? new Float64Array(graph.nodes.length).fill(Infinity) : graph.retentionS;
  return { outStart, toNode, startS, latestEndS, owltS, openS, queueS, sendS, endS, blocked, retentionS };
}
