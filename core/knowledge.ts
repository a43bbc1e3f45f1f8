/**
 * What a satellite may know beyond the features of its decisions. The world implements it. Node indices: satellites
 * [0, satelliteCount), then gateways, data centres and terminals.
 */
export interface LocalKnowledge {
  readonly satelliteCount: number;
  readonly nodeCount: number;
  /** Shortest delay over the links that exist now, empty queues: propagation + transmission of a mean bundle, s; Infinity if none. */
  snapshotDelayS(from: number, to: number): number;
  /** The same with the queues of the last flooded link-state report added; as old as `linkStateAgeS`. */
  linkStateDelayS(from: number, to: number): number;
  /** Age of the link-state report in use, s. */
  linkStateAgeS(): number;
}

/** The global truth. Only evaluation hands it out, and only to oracle baselines; central critics get features of it. */
export interface OracleView {
  /** Shortest delay for `sizeBits` now, with every queue as it is, s; Infinity if none. */
  trueDelayS(from: number, to: number, sizeBits: number): number;
  /** Time until a new job would start at an executor, as it is now, s. */
  trueBacklogS(node: number): number;
}
