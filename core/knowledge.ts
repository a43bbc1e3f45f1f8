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
  /** The network as it is planned; absent where a world has no plan. */
  readonly planned?: PlannedNetwork;
  /** What became of bundles that satellites put into queues of their links; absent where a world does not tell. */
  readonly departures?: Departures;
  /** Start of the run, and time between two beacons of a satellite, s. */
  readonly startS?: number;
  readonly beaconPeriodS?: number;
}

/** What was known to be out of service at one time. Opaque: the plan it came from understands it. */
export interface KnownOutages {
  /** When the report was taken, s; -Infinity for none at all. */
  readonly sampledS: number;
}

/**
 * The contact plan as satellites and the ground carry it, less what is known to be out of service. Nothing here depends on
 * queues, or on faults that no report has told of.
 */
export interface PlannedNetwork {
  /** What the last flooded report says is out of service. A copy: it stays as it is. */
  knownOutages(): KnownOutages;
  /**
   * First node of the shortest way over the links planned for now less `outages`, propagation and transmission of a mean bundle
   * charged; `from` itself if the way begins with waiting for a planned contact, -1 if there is none.
   */
  nextNode(from: number, to: number, outages: KnownOutages): number;
  /**
   * Earliest arrivals over the contact plan of now and later, less what the last flooded report says is out of service, as a
   * route per satellite and size: waiting for contacts included, each bundle sent within one contact. `from` is a satellite.
   * Undefined if there is no way within the horizon. Routes are worked out once per tick; the object is valid until the next call.
   */
  earliestRoute(from: number, to: number, sizeBits: number): PlannedRoute | undefined;
}

/** One way over the contact plan, hop by hop. */
export interface PlannedRoute {
  /** From now until the last bit has arrived, s. */
  readonly delayS: number;
  /** Links on the way, not counting the terrestrial network. */
  readonly hops: number;
  /** [hops] the nodes that send and receive. */
  readonly fromNode: ArrayLike<number>;
  readonly toNode: ArrayLike<number>;
  /** [hops] when the bundle could begin to be sent, counted from now, s; and how long sending takes. */
  readonly beginS: ArrayLike<number>;
  readonly sendS: ArrayLike<number>;
}

/** Ends of waiting in a link's queue; see `Departures`. */
export const SENT = 0;
export const ENDED = 1;
export const ASKED_AGAIN = 2;

/**
 * What became of bundles after the choice of a link, as columns; the world appends from the first `watch` on, whoever reads sets
 * `n` to 0. Each choice of a link ends in exactly one row: the bundle was sent, its task ended where it waited, or it is decided
 * anew. A satellite may act on rows of its own decisions only, and on what others tell it after the light time between them.
 */
export interface Departures {
  /** Begins to record; calling it again changes nothing. */
  watch(): void;
  n: number;
  /** [n] sequence number of the decision in its world. */
  readonly decision: Int32Array;
  /** [n] `SENT`, `ENDED` or `ASKED_AGAIN`. */
  readonly fate: Uint8Array;
  /** [n] when it happened, s since scenario start; in order. */
  readonly timeS: Float64Array;
  /** [n] when the last bit reaches the other end, s; of what was not sent NaN. */
  readonly reachS: Float64Array;
}

/** The global truth. Only evaluation hands it out, and only to oracle baselines; central critics get features of it. */
export interface OracleView {
  /** Shortest delay for `sizeBits` of the lowest priority now, with every queue as it is, s; Infinity if none. */
  trueDelayS(from: number, to: number, sizeBits: number): number;
  /** Time until a new job would start at an executor, as it is now, s. */
  trueBacklogS(node: number): number;
  /**
   * Time until a satellite will next be asked for what a slot of its cache holds, or (slot -1) for `object`, s; Infinity if that is not
   * within ten minutes. Absent where a world has no caches.
   */
  nextRequestS?(satellite: number, slot: number, object: number): number;
}
