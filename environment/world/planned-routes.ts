import { type PlannedRoute, StrictMath } from '../../core/index.ts';
import type { Contact, ContactPlan } from '../contact-graph/contact.ts';
import { earliestArrivalsInto } from '../contact-graph/earliest-arrival.kernel.ts';
import { type ContactGraph, createContactGraph } from '../contact-graph/graph.ts';
import { type SearchColumns, createSearchColumns } from '../contact-graph/search-columns.ts';
import type { Geometry } from '../geometry/index.ts';
import { contactPlan } from '../network/contact-plan.ts';
import type { WorldState } from './state.ts';

/** Contacts that begin later than this are not looked at, s; more than the deadlines of traffic, less than an orbit. */
const HORIZON_S = 600;
/** The part of the plan that is searched is cut anew this often, s. */
const WINDOW_S = 60;
/** Rate of the terrestrial network in the plan: its delay alone counts, as in the world, bit/s. */
const TERRESTRIAL_BPS = 1e15;
/** Sizes are searched in steps of the square root of 2: sending takes between 0.84 and 1.19 of the time shown. */
const STEP_LOG = StrictMath.log(2) / 2;

const PLANS = new WeakMap<Geometry, ContactPlan>();

interface Query {
  readonly from: number;
  readonly to: number;
  readonly sizeBits: number;
}

/** Earliest arrivals from one node for one size. */
interface Arrivals {
  readonly arrivalS: Float64Array;
  readonly via: Int32Array;
}

/** Earliest-arrival routes over the contact plan of a geometry, worked out when asked for and kept for the tick. */
export class PlannedRoutes {
  private readonly geometry: Geometry;
  private readonly plan: ContactPlan;
  private graph: ContactGraph | undefined;
  /** Node of the world -> node of the graph (-1 = has no contact in the window), and back. */
  private graphNode = new Int32Array(0);
  private worldNode = new Int32Array(0);
  private window = -1;
  private tick = -1;
  private knownS = NaN;
  private readonly columns = new Map<number, SearchColumns>();
  private readonly arrivals = new Map<number, Arrivals>();
  private readonly route: MutableRoute = { delayS: 0, hops: 0, fromNode: [], toNode: [], beginS: [], sendS: [] };

  constructor(geometry: Geometry) {
    this.geometry = geometry;
    let plan = PLANS.get(geometry);
    if (plan === undefined) {
      plan = contactPlan(geometry, { terrestrialRateBps: TERRESTRIAL_BPS });
      PLANS.set(geometry, plan);
    }
    this.plan = plan;
  }

  /** The route, valid until the next call; undefined if there is none within the horizon. */
  find(w: WorldState, { from, to, sizeBits }: Query): PlannedRoute | undefined {
    this.renew(w);
    const graph = this.graph as ContactGraph;
    const source = this.graphNode[from] as number;
    const target = this.graphNode[to] as number;
    if (source < 0 || target < 0) return undefined;
    const nowS = this.tick * w.model.scenario.tickS;
    const size = Math.round(StrictMath.log(Math.max(1, sizeBits)) / STEP_LOG);
    const columns = this.columnsOf(w, size);
    const key = size * w.model.nodeCount + from;
    let found = this.arrivals.get(key);
    if (found === undefined) {
      found = { arrivalS: new Float64Array(graph.nodes.length), via: new Int32Array(graph.nodes.length) };
      earliestArrivalsInto(columns, source, nowS, -1, found.arrivalS, found.via);
      this.arrivals.set(key, found);
    }
    if ((found.arrivalS[target] as number) === Infinity) return undefined;
    return this.walk(found, columns, { source, target, nowS });
  }

  private walk(
    found: Arrivals,
    columns: SearchColumns,
    { source, target, nowS }: { source: number; target: number; nowS: number },
  ): PlannedRoute {
    const { route, worldNode } = this;
    const graph = this.graph as ContactGraph;
    let hops = 0;
    for (let node = target; node !== source; node = graph.fromNode[found.via[node] as number] as number) hops++;
    route.delayS = (found.arrivalS[target] as number) - nowS;
    route.hops = hops;
    for (let node = target, h = hops - 1; node !== source; h--) {
      const contact = found.via[node] as number;
      const from = graph.fromNode[contact] as number;
      route.fromNode[h] = worldNode[from] as number;
      route.toNode[h] = worldNode[node] as number;
      route.beginS[h] = Math.max(found.arrivalS[from] as number, columns.openS[contact] as number) - nowS;
      route.sendS[h] = columns.sendS[contact] as number;
      node = from;
    }
    return route;
  }

  private renew(w: WorldState): void {
    const { clock, reportTimes, model } = w;
    if (clock.tick === this.tick && reportTimes.knownS === this.knownS) return;
    this.tick = clock.tick;
    this.knownS = reportTimes.knownS;
    this.arrivals.clear();
    const nowS = clock.tick * model.scenario.tickS;
    const window = Math.floor(nowS / WINDOW_S);
    if (window !== this.window) {
      this.window = window;
      this.cut(window * WINDOW_S);
    } else if (!model.canFail) return;
    this.columns.clear();
  }

  /** The contacts of a window and its horizon. */
  private cut(fromS: number): void {
    const untilS = fromS + WINDOW_S + HORIZON_S;
    const contacts = this.plan.contacts.filter((contact) => contact.endS > fromS && contact.startS < untilS);
    const graph = createContactGraph({ contacts });
    this.graph = graph;
    this.graphNode = Int32Array.from(this.geometry.nodeNames, (name) => graph.nodeIndex.get(name) ?? -1);
    this.worldNode = new Int32Array(graph.nodes.length);
    this.graphNode.forEach((node, i) => {
      if (node >= 0) this.worldNode[node] = i;
    });
  }

  private columnsOf(w: WorldState, size: number): SearchColumns {
    let columns = this.columns.get(size);
    if (columns === undefined) {
      const limits = {
        sizeBits: StrictMath.exp(size * STEP_LOG),
        bookedBits: undefined,
        excludedNodes: [],
        excludedContacts: w.model.canFail ? this.knownCut(w) : [],
        ignoreRetention: true,
      };
      columns = createSearchColumns(this.graph as ContactGraph, limits);
      this.columns.set(size, columns);
    }
    return columns;
  }

  /** Contacts of pairs that should be in contact now and by the last report are not, and of nodes reported down. */
  private knownCut(w: WorldState): number[] {
    const graph = this.graph as ContactGraph;
    const { worldNode } = this;
    const { links } = w.view;
    const { knownNodeDown } = w.outages;
    const pair = (from: number, to: number): number => from * w.model.nodeCount + to;
    const up = new Set<number>();
    for (let l = 0; l < links.count; l++) {
      if ((links.to[l] as number) >= 0) up.add(pair(links.from[l] as number, links.to[l] as number));
    }
    const nowS = this.tick * w.model.scenario.tickS;
    const isRadio = (contact: Contact): boolean => contact.rateBps < TERRESTRIAL_BPS;
    const cut = new Set<number>();
    const pairOf = (c: number): number =>
      pair(worldNode[graph.fromNode[c] as number] as number, worldNode[graph.toNode[c] as number] as number);
    for (let c = 0; c < graph.planIndex.length; c++) {
      const isNow = (graph.startS[c] as number) <= nowS && (graph.endS[c] as number) > nowS;
      if (isNow && isRadio(contactOf(graph, c)) && !up.has(pairOf(c))) cut.add(pairOf(c));
    }
    const excluded: number[] = [];
    for (let c = 0; c < graph.planIndex.length; c++) {
      const from = worldNode[graph.fromNode[c] as number] as number;
      const to = worldNode[graph.toNode[c] as number] as number;
      if (knownNodeDown[from] !== 0 || knownNodeDown[to] !== 0 || cut.has(pairOf(c))) excluded.push(c);
    }
    return excluded;
  }
}

function contactOf(graph: ContactGraph, c: number): Contact {
  return graph.plan.contacts[graph.planIndex[c] as number] as Contact;
}

interface MutableRoute extends PlannedRoute {
  delayS: number;
  hops: number;
  readonly fromNode: number[];
  readonly toNode: number[];
  readonly beginS: number[];
  readonly sendS: number[];
}
