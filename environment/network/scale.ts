/** What works on bare positions and links at the size of whole constellations, without a world. */
export {
  type DelayTable,
  type Exits,
  chargeEmptyLinks,
  clearColumns,
  createDelayTable,
  createExits,
  openColumn,
  settleColumn,
} from './delays.kernel.ts';
export { type LinkColumns, createLinks } from './links.kernel.ts';
export { siteEcef } from './ground-site.ts';
export { walkerGridPlan } from './isl-plan.ts';
export {
  type NeighbourGrid,
  type SatellitePairs,
  createNeighbourGrid,
  createSatellitePairs,
  pairsInRangeInto,
  sortIntoGrid,
} from './neighbours.kernel.ts';
export { type PathNetwork, type PathSearch, createPathSearch, pathInto, shortestPath } from './shortest-path.kernel.ts';
export { type SpanningTree, createSpanningTree, spanningTreeInto } from './spanning-tree.kernel.ts';
export { islRangeKm, slantRangesInto } from './visibility.kernel.ts';
