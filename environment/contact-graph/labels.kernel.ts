import { firstOpenContact } from './earliest-arrival.kernel.ts';
import type { SearchStart } from './layers.kernel.ts';
import type { SearchColumns } from './search-columns.ts';

/** `LabelSearch.run` found no route. */
export const NO_ROUTE = -1;
/** `LabelSearch.run` gave up at the given number of labels. */
export const GAVE_UP = -2;

export interface LabelOptions {
  readonly target: number;
  /** Routes that arrive later are of no interest, s. */
  readonly byS: number;
  /**
   * true: the first route to use a contact keeps it, and later ones that end in it are dropped (the list of visited contacts in
   * ION). false: a route is dropped only if another to the same node can replace it in all that follows.
   */
  readonly pinContacts: boolean;
  readonly maxLabels: number;
}

/**
 * Best-first search over routes, in the order of CCSDS 734.3-B-1, 3.2.8.1.4: arrival, contacts, latest termination, smallest
 * entry node. Each label is a route from the source; none enters a node twice. No key gets better by going on, so the first
 * route at the target that comes off the heap is the best of all that were not dropped.
 */
export class LabelSearch {
  private readonly columns: SearchColumns;
  private capacity = 1024;
  private contact = new Int32Array(1024);
  private parent = new Int32Array(1024);
  private node = new Int32Array(1024);
  private hops = new Int32Array(1024);
  private entry = new Int32Array(1024);
  /** The next label kept at the same node; -1 ends the list. */
  private nextKept = new Int32Array(1024);
  private heap = new Int32Array(1024);
  private slotOf = new Int32Array(1024);
  private arrivalS = new Float64Array(1024);
  private terminationS = new Float64Array(1024);
  private labelCount = 0;
  private heapSize = 0;
  private readonly firstKept: Int32Array;
  private readonly visited: Uint8Array;
  /** With pinned contacts: the label that ends in a contact, its route replaced by better ones while it waits; -1 for none. */
  private readonly labelOf: Int32Array;

  constructor(columns: SearchColumns) {
    this.columns = columns;
    this.firstKept = new Int32Array(columns.blocked.length);
    this.visited = new Uint8Array(columns.toNode.length);
    this.labelOf = new Int32Array(columns.toNode.length);
  }

  /** Returns the label of the best route, NO_ROUTE or GAVE_UP. */
  run(start: SearchStart, options: LabelOptions): number {
    const { target, pinContacts, maxLabels } = options;
    this.firstKept.fill(-1);
    this.visited.fill(0);
    this.labelOf.fill(-1);
    this.labelCount = 0;
    this.heapSize = 0;
    const root = this.newLabel();
    this.contact[root] = -1;
    this.parent[root] = -1;
    this.node[root] = start.node;
    this.arrivalS[root] = start.atS;
    this.hops[root] = start.hops;
    this.terminationS[root] = start.terminationS;
    this.entry[root] = start.entry;
    this.siftUp(this.heapSize++, root);
    while (this.heapSize > 0) {
      const label = this.pop();
      const contact = this.contact[label]!;
      if (pinContacts && contact >= 0) {
        if (this.visited[contact]! === 1) continue;
        this.visited[contact] = 1;
      }
      if (this.node[label]! === target) return label;
      if (this.isReplaceable(label)) continue;
      this.nextKept[label] = this.firstKept[this.node[label]!]!;
      this.firstKept[this.node[label]!] = label;
      if (this.labelCount > maxLabels) return GAVE_UP;
      this.extend(label, options);
    }
    return NO_ROUTE;
  }

  /** Contacts of the route of a label, in order. */
  contacts(label: number): number[] {
    const contacts: number[] = [];
    for (let at = label; this.contact[at]! >= 0; at = this.parent[at]!) contacts.push(this.contact[at]!);
    return contacts.reverse();
  }

  private extend(label: number, { byS, pinContacts }: LabelOptions): void {
    const { outStart, toNode, startS, openS, queueS, sendS, endS, owltS, blocked, retentionS } = this.columns;
    const node = this.node[label]!;
    const readyS = this.arrivalS[label]!;
    const limitS = retentionS[node]!;
    for (let c = firstOpenContact(this.columns, node, readyS); c < outStart[node + 1]! && startS[c]! <= byS; c++) {
      const to = toNode[c]!;
      if (blocked[to]! === 1 || (pinContacts && this.visited[c]! === 1)) continue;
      const beginS = Math.max(readyS, openS[c]!) + queueS[c]!;
      const sentS = beginS + sendS[c]!;
      if (sentS > endS[c]! || beginS - readyS > limitS) continue;
      const thereS = sentS + owltS[c]!;
      if (thereS > byS) continue;
      const hops = this.hops[label]! + 1;
      const terminationS = Math.min(this.terminationS[label]!, endS[c]!);
      const entry = this.entry[label]! < 0 ? to : this.entry[label]!;
      const waiting = pinContacts ? this.labelOf[c]! : -1;
      if (waiting >= 0 && !this.improves(waiting, thereS, hops, terminationS, entry)) continue;
      if (this.passes(label, to)) continue;
      const next = waiting >= 0 ? waiting : this.newLabel();
      this.contact[next] = c;
      this.parent[next] = label;
      this.node[next] = to;
      this.arrivalS[next] = thereS;
      this.hops[next] = hops;
      this.terminationS[next] = terminationS;
      this.entry[next] = entry;
      if (pinContacts) this.labelOf[c] = next;
      this.siftUp(waiting >= 0 ? this.slotOf[waiting]! : this.heapSize++, next);
    }
  }

  /** Whether a route with these keys comes before that of a label. */
  private improves(label: number, arrivalS: number, hops: number, terminationS: number, entry: number): boolean {
    if (arrivalS !== this.arrivalS[label]!) return arrivalS < this.arrivalS[label]!;
    if (hops !== this.hops[label]!) return hops < this.hops[label]!;
    if (terminationS !== this.terminationS[label]!) return terminationS > this.terminationS[label]!;
    return entry < this.entry[label]!;
  }

  private passes(label: number, node: number): boolean {
    for (let at = label; at >= 0; at = this.parent[at]!) if (this.node[at]! === node) return true;
    return false;
  }

  /** Whether a label kept at the same node is as good in every key and can go wherever this one can. */
  private isReplaceable(label: number): boolean {
    const limited = this.columns.retentionS[this.node[label]!]! < Infinity;
    for (let other = this.firstKept[this.node[label]!]!; other >= 0; other = this.nextKept[other]!) {
      if (
        // Where waiting is limited, who comes earlier must also leave earlier.
        (limited ? this.arrivalS[other]! === this.arrivalS[label]! : this.arrivalS[other]! <= this.arrivalS[label]!) &&
        this.hops[other]! <= this.hops[label]! &&
        this.terminationS[other]! >= this.terminationS[label]! &&
        this.entry[other]! <= this.entry[label]! &&
        this.limitedNodesAreAmongThoseOf(other, label)
      ) {
        return true;
      }
    }
    return false;
  }

  /**
   * A node that `other` has passed is closed to it. It does not need it, as going on from there was open to it before; except
   * where waiting is limited, since it may have been too early.
   */
  private limitedNodesAreAmongThoseOf(other: number, label: number): boolean {
    const { retentionS } = this.columns;
    for (let at = other; at >= 0; at = this.parent[at]!) {
      if (retentionS[this.node[at]!]! < Infinity && !this.passes(label, this.node[at]!)) return false;
    }
    return true;
  }

  private newLabel(): number {
    if (this.labelCount === this.capacity) this.grow();
    return this.labelCount++;
  }

  private grow(): void {
    this.capacity *= 2;
    this.contact = largerInts(this.contact);
    this.parent = largerInts(this.parent);
    this.node = largerInts(this.node);
    this.hops = largerInts(this.hops);
    this.entry = largerInts(this.entry);
    this.nextKept = largerInts(this.nextKept);
    this.heap = largerInts(this.heap);
    this.slotOf = largerInts(this.slotOf);
    this.arrivalS = largerFloats(this.arrivalS);
    this.terminationS = largerFloats(this.terminationS);
  }

  /** Ties in all four keys are settled by the contact, then by age, so that the order of a plan's file decides. */
  private isBefore(a: number, b: number): boolean {
    if (this.arrivalS[a]! !== this.arrivalS[b]!) return this.arrivalS[a]! < this.arrivalS[b]!;
    if (this.hops[a]! !== this.hops[b]!) return this.hops[a]! < this.hops[b]!;
    if (this.terminationS[a]! !== this.terminationS[b]!) return this.terminationS[a]! > this.terminationS[b]!;
    if (this.entry[a]! !== this.entry[b]!) return this.entry[a]! < this.entry[b]!;
    if (this.contact[a]! !== this.contact[b]!) return this.contact[a]! < this.contact[b]!;
    return a < b;
  }

  private siftUp(from: number, label: number): void {
    const { heap, slotOf } = this;
    let slot = from;
    while (slot > 0) {
      const above = (slot - 1) >> 1;
      if (!this.isBefore(label, heap[above]!)) break;
      heap[slot] = heap[above]!;
      slotOf[heap[slot]!] = slot;
      slot = above;
    }
    heap[slot] = label;
    slotOf[label] = slot;
  }

  private pop(): number {
    const { heap, slotOf } = this;
    const first = heap[0]!;
    const last = heap[--this.heapSize]!;
    const size = this.heapSize;
    let slot = 0;
    for (;;) {
      let below = 2 * slot + 1;
      if (below >= size) break;
      if (below + 1 < size && this.isBefore(heap[below + 1]!, heap[below]!)) below++;
      if (!this.isBefore(heap[below]!, last)) break;
      heap[slot] = heap[below]!;
      slotOf[heap[slot]!] = slot;
      slot = below;
    }
    heap[slot] = last;
    slotOf[last] = slot;
    return first;
  }
}

function largerInts(column: Int32Array): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * column.length);
  larger.set(column);
  return larger;
}

function largerFloats(column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(2 * column.length);
  larger.set(column);
  return larger;
}
