import { SpaceCloudError } from '../../core/index.ts';
import type { Bookings } from './bookings.ts';
import type { ContactGraph } from './graph.ts';
import type { SearchLimits } from './search-columns.ts';
import type { RouteSearchOptions, SearchMode } from './search.ts';

/** A bundle that looks for its way. */
export interface RouteQuery {
  readonly fromNode: string;
  readonly toNode: string;
  /** When the bundle is ready at `fromNode`, s of the plan's clock. */
  readonly atS: number;
  /** Default 0: light time alone. */
  readonly sizeBits?: number;
  /** Default `exact`. */
  readonly mode?: SearchMode;
  /** What other bundles have been given; made for the same graph. */
  readonly bookings?: Bookings;
  /** Nodes that the route may not enter. */
  readonly excludeNodes?: readonly string[];
  /** Contacts that the route may not use, by their position in `plan.contacts`. */
  readonly excludeContacts?: readonly number[];
  /**
   * Routes to look at before giving up, default 2,000,000. Only plans in which nodes may not hold bundles need it: the best
   * route over such nodes is hard to find, as one that comes later may be better.
   */
  readonly maxLabels?: number;
}

/** A query whose names are resolved. */
export interface ResolvedQuery {
  readonly query: RouteQuery;
  readonly source: number;
  readonly target: number;
  readonly options: RouteSearchOptions;
}

/**
 * Checks a query. Nodes that the plan does not name are -1.
 *
 * @throws SpaceCloudError MISUSE
 */
export function resolveQuery(graph: ContactGraph, query: RouteQuery): ResolvedQuery {
  const { sizeBits = 0, bookings, excludeNodes = [], excludeContacts = [], maxLabels = 2_000_000 } = query;
  if (!Number.isFinite(query.atS)) throw misuse('a time in s', query.atS);
  if (!(Number.isFinite(sizeBits) && sizeBits >= 0)) throw misuse('a size from 0 bits', sizeBits);
  if (bookings !== undefined && bookings.graph !== graph) throw misuse('bookings of this graph', 'those of another');
  const indexOf = (node: string): number => graph.nodeIndex.get(node) ?? -1;
  const limits: SearchLimits = {
    sizeBits,
    bookedBits: bookings?.bookedBits,
    excludedNodes: excludeNodes.map(indexOf).filter((node) => node >= 0),
    excludedContacts: excludeContacts.map((index) => {
      const contact = graph.graphIndex[index];
      if (contact === undefined) throw misuse('positions of contacts in the plan', index);
      return contact;
    }),
    ignoreRetention: false,
  };
  const options = { mode: query.mode ?? 'exact', limits, maxLabels };
  return { query, source: indexOf(query.fromNode), target: indexOf(query.toNode), options };
}

function misuse(expected: string, got: string | number): SpaceCloudError {
  return new SpaceCloudError('MISUSE', `Expected ${expected} to search a route with, got ${got}.`, {
    hint: 'Times are s of the plan, sizes bits.',
  });
}
