import { earliestArrivalsInto } from './earliest-arrival.kernel.ts';
import { type ContactGraph, volumeBits } from './graph.ts';
import type { ResolvedQuery } from './query.ts';
import { type Route, timeRoute } from './route.ts';
import type { SearchLimits } from './search-columns.ts';
import { RouteSearch } from './search.ts';

/**
 * Why there is no route:
 *
 * - `same-node`, `unknown-node`, `excluded-node`: nothing to search;
 * - `no-departure`: no contact leaves the source any more; `never-entered`: none enters the destination any more;
 * - `not-connected`: contacts leave the one and enter the other, but none joins what is reached with what leads there in time;
 * - `exclusion`, `too-small`, `booked`, `retention`: there would be a route but for what is excluded, the size of the bundle,
 *   what others have booked, what a node may hold;
 * - `visited`: the list of visited contacts hides the only routes, `exact` finds one; `gave-up`: `maxLabels` was reached.
 */
export type NoRouteKind =
  | 'same-node'
  | 'unknown-node'
  | 'excluded-node'
  | 'no-departure'
  | 'never-entered'
  | 'not-connected'
  | 'exclusion'
  | 'too-small'
  | 'booked'
  | 'retention'
  | 'visited'
  | 'gave-up';

export interface NoRoute {
  readonly kind: NoRouteKind;
  /** One sentence that names nodes, times and sizes. */
  readonly message: string;
}

/** The reason that can be told without a search, if there is one. */
export function obviousReason(graph: ContactGraph, { query, source, target, options }: ResolvedQuery): NoRoute | null {
  const { fromNode, toNode } = query;
  if (fromNode === toNode) return { kind: 'same-node', message: `The bundle is at '${toNode}' already.` };
  for (const [node, name] of [
    [source, fromNode],
    [target, toNode],
  ] as const) {
    if (node < 0) return { kind: 'unknown-node', message: `The plan has no node '${name}'.` };
    if (options.limits.excludedNodes.includes(node)) {
      return { kind: 'excluded-node', message: `Node '${graph.nodes[node]}' is excluded.` };
    }
  }
  return null;
}

/**
 * Why a search found nothing. Searches again without any restriction, then takes them back one by one: the first after which
 * there is no route is the reason.
 */
export function explainNoRoute(graph: ContactGraph, resolved: ResolvedQuery): NoRoute {
  const { limits } = resolved.options;
  const free = { excludedNodes: [], excludedContacts: [], sizeBits: 0, bookedBits: undefined, ignoreRetention: true };
  let route = routeWith(graph, resolved, free);
  if (route === null || route === 'gave-up') return structuralReason(graph, resolved);
  const { excludedNodes, excludedContacts, sizeBits, bookedBits } = limits;
  const steps: readonly (readonly [SearchLimits, (passable: Route) => NoRoute])[] = [
    [{ ...free, excludedNodes, excludedContacts }, (passable) => exclusion(graph, passable, limits)],
    [{ ...limits, bookedBits: undefined, ignoreRetention: true }, (passable) => tooSmall(passable, sizeBits)],
    [{ ...limits, ignoreRetention: true }, (passable) => booked(graph, passable, bookedBits)],
    [limits, (passable) => retention(graph, passable)],
  ];
  for (const [restricted, reason] of steps) {
    const next = routeWith(graph, resolved, restricted);
    if (next === 'gave-up') return gaveUp(resolved);
    if (next === null) return reason(route);
    route = next;
  }
  return { kind: 'visited', message: `The list of visited contacts hides every route; mode exact finds one.` };
}

export function gaveUp({ options }: ResolvedQuery): NoRoute {
  return { kind: 'gave-up', message: `No route among the first ${options.maxLabels} looked at; there may be one.` };
}

function routeWith(graph: ContactGraph, resolved: ResolvedQuery, limits: SearchLimits): Route | null | 'gave-up' {
  const { query, source, target, options } = resolved;
  const search = new RouteSearch(graph, target, { ...options, mode: 'exact', limits });
  const found = search.best({ node: source, atS: query.atS, hops: 0, terminationS: Infinity, entry: -1 });
  if (found === 'none') return null;
  if (found === 'gave-up') return found;
  return timeRoute(graph, search.columns, found, { atS: query.atS, bookedBits: limits.bookedBits });
}

function structuralReason(graph: ContactGraph, { query, source, target, options }: ResolvedQuery): NoRoute {
  const { fromNode, toNode, atS } = query;
  const { contacts } = graph.plan;
  const none = (kind: NoRouteKind, verb: string, node: string, ends: readonly number[]): NoRoute => {
    const last = ends.reduce((a, b) => Math.max(a, b), -Infinity);
    const when = ends.length === 0 ? 'in this plan' : `at or after ${atS} s; the last one ends at ${last} s`;
    return { kind, message: `No contact ${verb} '${node}' ${when}.` };
  };
  const leaving = contacts.filter((contact) => contact.fromNode === fromNode).map(({ endS }) => endS);
  if (!leaving.some((endS) => endS >= atS)) return none('no-departure', 'leaves', fromNode, leaving);
  const entering = contacts.filter((contact) => contact.toNode === toNode).map(({ endS }) => endS);
  if (!entering.some((endS) => endS >= atS)) return none('never-entered', 'enters', toNode, entering);
  const arrivalS = new Float64Array(graph.nodes.length);
  const limits = { excludedNodes: [], excludedContacts: [], sizeBits: 0, bookedBits: undefined, ignoreRetention: true };
  earliestArrivalsInto(new RouteSearch(graph, target, { ...options, limits }).columns, source, atS, -1, arrivalS);
  const reached = graph.nodes.filter((_, node) => node !== source && (arrivalS[node] as number) < Infinity);
  const last = contacts
    .filter((contact) => contact.toNode === toNode)
    .reduce((latest, contact) => (contact.endS > latest.endS ? contact : latest));
  const fromLast = arrivalS[graph.nodeIndex.get(last.fromNode) as number] as number;
  const there = fromLast < Infinity ? `is first reached at ${micro(fromLast)} s` : 'is not reached at all';
  return {
    kind: 'not-connected',
    message:
      `From '${fromNode}' at ${atS} s ${reached.length} other nodes are reached, '${toNode}' is not: the last contact into it, ` +
      `from '${last.fromNode}', ends at ${last.endS} s, and '${last.fromNode}' ${there}.`,
  };
}

function exclusion(graph: ContactGraph, route: Route, { excludedNodes, excludedContacts }: SearchLimits): NoRoute {
  const names = excludedNodes.map((node) => graph.nodes[node] as string);
  const indices = excludedContacts.map((contact) => graph.planIndex[contact] as number);
  const hop = route.hops.find(({ contact, contactIndex }) => {
    return names.includes(contact.toNode) || indices.includes(contactIndex);
  });
  const what = hop === undefined ? 'what is excluded' : named(hop);
  return { kind: 'exclusion', message: `Every route needs what is excluded; the best one would use ${what}.` };
}

function tooSmall(route: Route, sizeBits: number): NoRoute {
  const tightest = route.hops.reduce((least, hop) => (roomBits(hop) < roomBits(least) ? hop : least));
  return {
    kind: 'too-small',
    message:
      `No route carries ${sizeBits} bits; the best one for an empty bundle has room for ${Math.floor(roomBits(tightest))} ` +
      `on ${named(tightest)}.`,
  };
}

function booked(graph: ContactGraph, route: Route, bookedBits: Float64Array | undefined): NoRoute {
  const bitsOf = (hop: Route['hops'][number]): number =>
    bookedBits?.[graph.graphIndex[hop.contactIndex] as number] ?? 0;
  const fullest = route.hops.reduce((most, hop) => (bitsOf(hop) > bitsOf(most) ? hop : most));
  const left = volumeBits(graph, graph.graphIndex[fullest.contactIndex] as number) - bitsOf(fullest);
  return {
    kind: 'booked',
    message:
      `Other bundles are in the way: ${bitsOf(fullest)} bits are booked on ${named(fullest)}, which leaves room for ` +
      `${left} and, where it queues, makes this one late.`,
  };
}

function retention(graph: ContactGraph, route: Route): NoRoute {
  const limitOf = (hop: Route['hops'][number]): number => graph.plan.retentionS?.[hop.contact.fromNode] ?? Infinity;
  const hop = route.hops.find((candidate) => candidate.beginS - candidate.readyS > limitOf(candidate));
  if (hop === undefined) return { kind: 'retention', message: 'A node would have to hold the bundle for too long.' };
  const { fromNode } = hop.contact;
  return {
    kind: 'retention',
    message:
      `Node '${fromNode}' may hold a bundle for ${limitOf(hop)} s; on the best route it would hold it for ` +
      `${micro(hop.beginS - hop.readyS)} s, from ${micro(hop.readyS)} s, until ${named(hop)}.`,
  };
}

function roomBits({ contact, beginS }: Route['hops'][number]): number {
  return (contact.endS - beginS) * contact.rateBps;
}

function named({ contact }: Route['hops'][number]): string {
  return `'${contact.fromNode}' -> '${contact.toNode}' (${micro(contact.startS)} to ${micro(contact.endS)} s)`;
}

/** s to the microsecond, as people read them. */
function micro(timeS: number): number {
  return Math.round(timeS * 1e6) / 1e6 + 0;
}
