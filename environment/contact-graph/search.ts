import { earliestArrivalsInto } from './earliest-arrival.kernel.ts';
import type { ContactGraph } from './graph.ts';
import { GAVE_UP, LabelSearch, NO_ROUTE } from './labels.kernel.ts';
import { LayeredSearch, type SearchStart } from './layers.kernel.ts';
import { type SearchColumns, type SearchLimits, createSearchColumns } from './search-columns.ts';

/**
 * How a route is chosen among those that arrive first: `exact` takes the best of all routes by the four keys of CCSDS
 * 734.3-B-1, `deployed` that of a search with a list of visited contacts, as ION's: it arrives as early, but may take more
 * contacts.
 */
export type SearchMode = 'exact' | 'deployed';

/** How a search ended: contacts of the graph in order, or why there are none. */
export type SearchResult = readonly number[] | 'none' | 'gave-up';

/** Searches over one graph with one set of limits. */
export class RouteSearch {
  readonly columns: SearchColumns;
  private readonly graph: ContactGraph;
  private readonly target: number;
  private readonly options: RouteSearchOptions;
  private readonly limited: boolean;
  private layered: LayeredSearch | undefined;
  private labelled: LabelSearch | undefined;

  constructor(graph: ContactGraph, target: number, options: RouteSearchOptions) {
    this.graph = graph;
    this.target = target;
    this.options = options;
    this.columns = createSearchColumns(graph, options.limits);
    this.limited = graph.limited && !options.limits.ignoreRetention;
  }

  /** The best route from a start that goes on to the target. */
  best(start: SearchStart): SearchResult {
    if (this.limited) return this.byLabels(start, Infinity);
    const arrivalS = new Float64Array(this.graph.nodes.length);
    earliestArrivalsInto(this.columns, start.node, start.atS, this.target, arrivalS);
    const byS = arrivalS[this.target] as number;
    if (byS === Infinity) return 'none';
    return this.options.mode === 'deployed' ? this.byLabels(start, byS) : this.byLayers(start, byS);
  }

  private byLabels(start: SearchStart, byS: number): SearchResult {
    this.labelled ??= new LabelSearch(this.columns);
    const { mode, maxLabels } = this.options;
    const pinContacts = mode === 'deployed';
    const label = this.labelled.run(start, { target: this.target, byS, pinContacts, maxLabels });
    if (label === NO_ROUTE) return 'none';
    return label === GAVE_UP ? 'gave-up' : this.labelled.contacts(label);
  }

  /**
   * The four keys one after the other: earliest arrival (given), then fewest contacts, then, by halving over the ends of
   * contacts, the latest termination, then, by halving over nodes, the smallest entry.
   */
  private byLayers(start: SearchStart, byS: number): SearchResult {
    const search = (this.layered ??= new LayeredSearch(this.columns));
    const { sortedEndS, nodes } = this.graph;
    const target = this.target;
    const free = { target, byS, maxHops: nodes.length, minEndS: -Infinity, maxEntry: Infinity };
    const maxHops = search.fewestHops(start, free);
    // A contact that ends later than the part of the route before it does not make the route end later.
    let high = countUpTo(sortedEndS, start.terminationS);
    let low = 0; // Every contact ends at sortedEndS[0] or later.
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const minEndS = sortedEndS[middle] as number;
      if (search.fewestHops(start, { ...free, maxHops, minEndS }) > 0) low = middle;
      else high = middle;
    }
    const latest = { ...free, maxHops, minEndS: sortedEndS[low] as number };
    if (start.entry >= 0) {
      search.fewestHops(start, latest);
      return search.contacts();
    }
    let smallest = 0;
    let enough = nodes.length - 1;
    while (smallest < enough) {
      const middle = (smallest + enough) >> 1;
      if (search.fewestHops(start, { ...latest, maxEntry: middle }) > 0) enough = middle;
      else smallest = middle + 1;
    }
    search.fewestHops(start, { ...latest, maxEntry: enough });
    return search.contacts();
  }
}

export interface RouteSearchOptions {
  readonly mode: SearchMode;
  readonly limits: SearchLimits;
  /** Routes to look at before giving up; see `RouteQuery.maxLabels`. */
  readonly maxLabels: number;
}

/** How many of the sorted values are at most `limit`. */
function countUpTo(sorted: Float64Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
