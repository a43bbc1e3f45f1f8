import { firstOpenContact } from './earliest-arrival.kernel.ts';
import type { SearchColumns } from './search-columns.ts';

/** Where a search starts: at the source, or where the given part of a route ends. */
export interface SearchStart {
  readonly node: number;
  readonly atS: number;
  readonly hops: number;
  /** Earliest end of the contacts so far, s; Infinity at the source. */
  readonly terminationS: number;
  /** The node that the first contact enters; -1 at the source. */
  readonly entry: number;
}

/** What a route must keep to. */
export interface LayerLimits {
  readonly target: number;
  /** The route must arrive by then, s. */
  readonly byS: number;
  readonly maxHops: number;
  /** Contacts that end earlier are left out, s. */
  readonly minEndS: number;
  /** The first contact may enter nodes up to this one only. */
  readonly maxEntry: number;
}

/**
 * Searches by number of contacts: layer h holds the earliest arrival at each node over at most h contacts. One node keeps one
 * arrival per layer, so the work is bounded by contacts times layers. Scratch for one graph, used over and over.
 */
export class LayeredSearch {
  private readonly columns: SearchColumns;
  private readonly arrivalS: Float64Array;
  private readonly layerOf: Int32Array;
  private readonly slotOf: Int32Array;
  private nodes: Int32Array;
  private readyS: Float64Array;
  private labels: Int32Array;
  private nextNodes: Int32Array;
  private nextReadyS: Float64Array;
  private nextLabels: Int32Array;
  private labelContact = new Int32Array(1024);
  private labelParent = new Int32Array(1024);
  private labelCount = 0;
  private found = -1;

  constructor(columns: SearchColumns) {
    const n = columns.blocked.length;
    this.columns = columns;
    this.arrivalS = new Float64Array(n);
    this.layerOf = new Int32Array(n);
    this.slotOf = new Int32Array(n);
    this.nodes = new Int32Array(n);
    this.readyS = new Float64Array(n);
    this.labels = new Int32Array(n);
    this.nextNodes = new Int32Array(n);
    this.nextReadyS = new Float64Array(n);
    this.nextLabels = new Int32Array(n);
  }

  /** Fewest contacts over which the target is reached within the limits; -1 where it is not. */
  fewestHops(start: SearchStart, limits: LayerLimits): number {
    const { target, byS, maxHops } = limits;
    this.arrivalS.fill(Infinity);
    this.layerOf.fill(0);
    this.arrivalS[start.node] = start.atS;
    this.nodes[0] = start.node;
    this.readyS[0] = start.atS;
    this.labels[0] = -1;
    this.labelCount = 0;
    let count = 1;
    for (let hop = 1; hop <= maxHops && count > 0; hop++) {
      count = this.addLayer(hop, count, limits);
      if (this.arrivalS[target]! <= byS) {
        this.found = this.nextLabels[this.slotOf[target]!]!;
        return hop;
      }
      this.swap();
    }
    return -1;
  }

  /** Contacts of the route that `fewestHops` found, in order. */
  contacts(): number[] {
    const contacts: number[] = [];
    for (let label = this.found; label >= 0; label = this.labelParent[label]!) contacts.push(this.labelContact[label]!);
    return contacts.reverse();
  }

  /** Goes on from the nodes whose arrival the last layer improved; returns how many this one improves. */
  private addLayer(hop: number, count: number, limits: LayerLimits): number {
    const { byS, minEndS } = limits;
    const maxEntry = hop === 1 ? limits.maxEntry : Infinity;
    const { outStart, toNode, startS, openS, queueS, sendS, endS, owltS, blocked } = this.columns;
    const { arrivalS, layerOf, slotOf, nodes, readyS, nextNodes, nextReadyS, nextLabels } = this;
    let improved = 0;
    for (let i = 0; i < count; i++) {
      const node = nodes[i]!;
      const atS = readyS[i]!;
      const parent = this.labels[i]!;
      for (let c = firstOpenContact(this.columns, node, atS); c < outStart[node + 1]! && startS[c]! <= byS; c++) {
        const to = toNode[c]!;
        if (endS[c]! < minEndS || blocked[to]! === 1 || to > maxEntry) continue;
        const sentS = Math.max(atS, openS[c]!) + queueS[c]! + sendS[c]!;
        if (sentS > endS[c]!) continue;
        const thereS = sentS + owltS[c]!;
        if (thereS > byS || thereS >= arrivalS[to]!) continue;
        arrivalS[to] = thereS;
        if (layerOf[to]! !== hop) {
          layerOf[to] = hop;
          slotOf[to] = improved++;
        }
        const slot = slotOf[to]!;
        nextNodes[slot] = to;
        nextReadyS[slot] = thereS;
        nextLabels[slot] = this.addLabel(c, parent);
      }
    }
    return improved;
  }

  private addLabel(contact: number, parent: number): number {
    if (this.labelCount === this.labelContact.length) {
      const [contacts, parents] = [this.labelContact, this.labelParent];
      this.labelContact = new Int32Array(2 * contacts.length);
      this.labelContact.set(contacts);
      this.labelParent = new Int32Array(2 * parents.length);
      this.labelParent.set(parents);
    }
    this.labelContact[this.labelCount] = contact;
    this.labelParent[this.labelCount] = parent;
    return this.labelCount++;
  }

  private swap(): void {
    [this.nodes, this.nextNodes] = [this.nextNodes, this.nodes];
    [this.readyS, this.nextReadyS] = [this.nextReadyS, this.readyS];
    [this.labels, this.nextLabels] = [this.nextLabels, this.labels];
  }
}
