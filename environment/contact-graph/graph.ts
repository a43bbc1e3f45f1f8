import { SpaceCloudError } from '../../core/index.ts';
import { type Contact, type ContactPlan, QUEUE_RULES, nodesOf } from './contact.ts';

/** A contact plan in columns, for many searches. Index `c`: contacts by sender, then start; index `v`: nodes by name. */
export interface ContactGraph {
  readonly plan: ContactPlan;
  /** Names in the order of ties. [nodes] */
  readonly nodes: readonly string[];
  readonly nodeIndex: ReadonlyMap<string, number>;
  /** Contacts of node `v` are `outStart[v]` to `outStart[v + 1]`, exclusive. [nodes + 1] */
  readonly outStart: Int32Array;
  /** Position in `plan.contacts`. [contacts] */
  readonly planIndex: Int32Array;
  /** The inverse of `planIndex`. [contacts] */
  readonly graphIndex: Int32Array;
  readonly fromNode: Int32Array;
  readonly toNode: Int32Array;
  /** s. [contacts] */
  readonly startS: Float64Array;
  readonly endS: Float64Array;
  readonly owltS: Float64Array;
  /** bit/s. [contacts] */
  readonly rateBps: Float64Array;
  /** Position in `QUEUE_RULES`. [contacts] */
  readonly queueRule: Uint8Array;
  /** Latest end of the contacts of the same sender up to this one, s: contacts before it are over. [contacts] */
  readonly latestEndS: Float64Array;
  /** All ends in ascending order, s. [contacts] */
  readonly sortedEndS: Float64Array;
  /** Longest time for which a node may hold a bundle, s; Infinity without limit. [nodes] */
  readonly retentionS: Float64Array;
  /** Whether any node has a limit. */
  readonly limited: boolean;
}

/**
 * Prepares a contact plan for searches; 100,000 contacts take some tenths of a second.
 *
 * @throws SpaceCloudError MISUSE for a contact that cannot be, such as one that ends before it starts
 */
export function createContactGraph(plan: ContactPlan): ContactGraph {
  const { contacts } = plan;
  contacts.forEach(expectPossible);
  const nodes = nodesOf(plan);
  const nodeIndex = new Map(nodes.map((name, index) => [name, index]));
  const fromOf = Int32Array.from(contacts, ({ fromNode }) => nodeIndex.get(fromNode) as number);
  const startOf = Float64Array.from(contacts, ({ startS }) => startS);
  const order = Int32Array.from(contacts.keys()).sort(
    (a, b) => (fromOf[a] as number) - (fromOf[b] as number) || (startOf[a] as number) - (startOf[b] as number) || a - b,
  );
  const inOrder = Array.from(order, (index) => contacts[index] as Contact);
  const fromNode = fromOf.map((_, c) => fromOf[order[c] as number] as number);
  const endS = Float64Array.from(inOrder, (contact) => contact.endS);
  const graphIndex = new Int32Array(order.length);
  order.forEach((index, c) => (graphIndex[index] = c));
  const retentionS = Float64Array.from(nodes, (name) => plan.retentionS?.[name] ?? Infinity);
  return {
    plan,
    nodes,
    nodeIndex,
    outStart: rowStarts(fromNode, nodes.length),
    planIndex: order,
    graphIndex,
    fromNode,
    toNode: Int32Array.from(inOrder, ({ toNode }) => nodeIndex.get(toNode) as number),
    startS: Float64Array.from(inOrder, ({ startS }) => startS),
    endS,
    owltS: Float64Array.from(inOrder, ({ owltS }) => owltS),
    rateBps: Float64Array.from(inOrder, ({ rateBps }) => rateBps),
    queueRule: Uint8Array.from(inOrder, ({ queueRule }) => QUEUE_RULES.indexOf(queueRule ?? 'evl')),
    latestEndS: runningMaximum(endS, fromNode),
    sortedEndS: endS.slice().sort(),
    retentionS,
    limited: retentionS.some((limitS) => limitS < Infinity),
  };
}

/** Bits that a contact can carry, by its position in the graph. */
export function volumeBits(graph: ContactGraph, contact: number): number {
  const { startS, endS, rateBps } = graph;
  return ((endS[contact] as number) - (startS[contact] as number)) * (rateBps[contact] as number);
}

function rowStarts(rowOf: Int32Array, rows: number): Int32Array {
  const starts = new Int32Array(rows + 1);
  for (const row of rowOf) starts[row + 1] = (starts[row + 1] as number) + 1;
  for (let row = 0; row < rows; row++) starts[row + 1] = (starts[row + 1] as number) + (starts[row] as number);
  return starts;
}

function runningMaximum(values: Float64Array, rowOf: Int32Array): Float64Array {
  const highest = values.slice();
  for (let i = 1; i < highest.length; i++) {
    if (rowOf[i] === rowOf[i - 1]) highest[i] = Math.max(highest[i] as number, highest[i - 1] as number);
  }
  return highest;
}

function expectPossible(contact: Contact, index: number): void {
  const { fromNode, toNode, startS, endS, rateBps, owltS } = contact;
  const problem =
    (!(Number.isFinite(startS) && Number.isFinite(endS) && startS <= endS) && `start ${startS} s, end ${endS} s`) ||
    (!(Number.isFinite(rateBps) && rateBps > 0) && `a rate of ${rateBps} bit/s`) ||
    (!(Number.isFinite(owltS) && owltS >= 0) && `a light time of ${owltS} s`) ||
    (fromNode === toNode && `one node, '${fromNode}', at both ends`);
  if (problem === false) return;
  throw new SpaceCloudError(
    'MISUSE',
    `Expected contact ${index} (${fromNode} -> ${toNode}) to be possible, got ${problem}.`,
    {
      hint: 'A contact joins two nodes, ends no earlier than it starts and has a rate above 0 and a light time from 0.',
    },
  );
}
