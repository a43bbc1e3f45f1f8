import type { ContactGraph } from './graph.ts';
import { type NoRoute, explainNoRoute, gaveUp, obviousReason } from './no-route.ts';
import { type ResolvedQuery, type RouteQuery, resolveQuery } from './query.ts';
import { type Route, timeRoute } from './route.ts';
import { RouteSearch } from './search.ts';

/** The best route, or why there is none. */
export type RouteAnswer =
  { readonly route: Route; readonly reason: null } | { readonly route: null; readonly reason: NoRoute };

/**
 * The best route for a bundle by the order of CCSDS 734.3-B-1, 3.2.8.1.4: earliest arrival, fewest contacts, latest
 * termination (earliest end among its contacts), smallest entry node (where the first contact leads, as a number if it is one).
 * A contact may be used up to and including its end: sending must end by then.
 *
 * @throws SpaceCloudError MISUSE for a query that makes no sense; no route is an answer, not an error
 * @example
 * const graph = createContactGraph(readContactPlan(text, 'plan.cp').plan);
 * const { route, reason } = findRoute(graph, { fromNode: '0', toNode: '3', atS: 0, sizeBits: 160 });
 * console.log(route === null ? reason.message : route.arrivalS);
 */
export function findRoute(graph: ContactGraph, query: RouteQuery): RouteAnswer {
  const resolved = resolveQuery(graph, query);
  const obvious = obviousReason(graph, resolved);
  if (obvious !== null) return { route: null, reason: obvious };
  const search = new RouteSearch(graph, resolved.target, resolved.options);
  const found = search.best({
    node: resolved.source,
    atS: query.atS,
    hops: 0,
    terminationS: Infinity,
    entry: -1,
  });
  if (found === 'gave-up') return { route: null, reason: gaveUp(resolved) };
  if (found === 'none') return { route: null, reason: explainNoRoute(graph, resolved) };
  const { bookedBits } = resolved.options.limits;
  return { route: timeRoute(graph, search.columns, found, { atS: query.atS, bookedBits }), reason: null };
}

/**
 * All routes that enter no node twice, best first, one at a time. What follows a route is found by leaving each of its contacts
 * out in turn, with the part before kept (J. Y. Yen, Management Science 17(11), 1971).
 *
 * Routes equal in all four keys come in an order of no meaning, but always the same. In plans with limits of retention the list
 * ends where a search gives up.
 *
 * @throws SpaceCloudError MISUSE as {@link findRoute}
 */
export function* routesInOrder(graph: ContactGraph, query: RouteQuery): Generator<Route, void, undefined> {
  const resolved = resolveQuery(graph, query);
  if (obviousReason(graph, resolved) !== null) return;
  const search = new RouteSearch(graph, resolved.target, resolved.options);
  const { bookedBits } = resolved.options.limits;
  const candidates: Candidate[] = [];
  const propose = (prefix: readonly number[], banned: readonly number[]): void => {
    const contacts = continueFrom(graph, search, resolved, { prefix, banned });
    if (contacts === null) return;
    const route = timeRoute(graph, search.columns, contacts, { atS: query.atS, bookedBits });
    const candidate = { contacts, kept: prefix.length, banned, route };
    const at = candidates.findIndex((other) => compareCandidates(graph, candidate, other) < 0);
    candidates.splice(at < 0 ? candidates.length : at, 0, candidate);
  };
  propose([], []);
  for (let best = candidates.shift(); best !== undefined; best = candidates.shift()) {
    yield best.route;
    for (let kept = best.kept; kept < best.contacts.length; kept++) {
      const left = best.contacts[kept] as number;
      propose(best.contacts.slice(0, kept), kept === best.kept ? [...best.banned, left] : [left]);
    }
  }
}

interface Candidate {
  /** Contacts of the graph, in order. */
  readonly contacts: readonly number[];
  /** The first contacts that this candidate shares with the route it was derived from. */
  readonly kept: number;
  /** Contacts that may not come next after those. */
  readonly banned: readonly number[];
  readonly route: Route;
}

/** The best route that begins with `prefix` and does not go on with a banned contact. */
function continueFrom(
  graph: ContactGraph,
  search: RouteSearch,
  resolved: ResolvedQuery,
  { prefix, banned }: { readonly prefix: readonly number[]; readonly banned: readonly number[] },
): number[] | null {
  const { columns } = search;
  const bookedBits = undefined;
  const before = timeRoute(graph, columns, prefix, { atS: resolved.query.atS, bookedBits });
  const passed = prefix.map((contact) => graph.fromNode[contact] as number);
  const last = prefix.at(-1);
  const first = prefix[0];
  const endS = banned.map((contact) => columns.endS[contact] as number);
  for (const node of passed) columns.blocked[node] = 1;
  for (const contact of banned) columns.endS[contact] = -Infinity;
  const found = search.best({
    node: last === undefined ? resolved.source : (graph.toNode[last] as number),
    atS: before.arrivalS,
    hops: prefix.length,
    terminationS: before.terminationS,
    entry: first === undefined ? -1 : (graph.toNode[first] as number),
  });
  banned.forEach((contact, i) => (columns.endS[contact] = endS[i] as number));
  for (const node of passed) columns.blocked[node] = 0;
  return found === 'none' || found === 'gave-up' ? null : [...prefix, ...found];
}

function compareCandidates(graph: ContactGraph, a: Candidate, b: Candidate): number {
  const entryOf = ({ contacts }: Candidate): number => graph.toNode[contacts[0] as number] as number;
  const byKeys =
    a.route.arrivalS - b.route.arrivalS ||
    a.contacts.length - b.contacts.length ||
    b.route.terminationS - a.route.terminationS ||
    entryOf(a) - entryOf(b);
  if (byKeys !== 0) return byKeys;
  for (const [i, hop] of a.route.hops.entries()) {
    const difference = hop.contactIndex - (b.route.hops[i]?.contactIndex ?? -1);
    if (difference !== 0) return difference;
  }
  return 0;
}
