/**
 * The geometry of a scenario: where everything is, who can link to whom, when and how fast. A function of the scenario alone,
 * never of decisions, weather or faults; computed once, shared by all worlds and workers.
 *
 * Node indices: satellites [0, S), gateways, data centres, terminals, up to N. Tick k covers [k tickS, (k+1) tickS); positions
 * stand at the T + 1 tick boundaries. Within a tick ranges are interpolated linearly. At 10 s ticks in LEO that is off by at
 * most 0.1 km (0.3 us of light) between satellites that fly side by side, 1 km (3 us) on ground links as a satellite passes
 * overhead, and 10 km (30 us) on links across the seam of a star as two satellites meet; it falls with the square of the tick
 * (test/environment/geometry/interpolation.test.ts).
 *
 * Plain data: it can be posted to worker threads, which then share its memory.
 */
export interface Geometry {
  /** Hash of the parts of the scenario that geometry depends on, and of the format; the cache's key. */
  readonly key: string;
  readonly tickS: number;
  /** T, number of ticks. */
  readonly tickCount: number;
  readonly satelliteCount: number;
  readonly gatewayCount: number;
  readonly dataCentreCount: number;
  readonly terminalCount: number;
  readonly nodeCount: number;
  /** [N] names, unique. */
  readonly nodeNames: readonly string[];
  /** Objects of element-set files left out, with the reason. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  /** What a user should know about choices made, one sentence each: old element sets, antennas that never get a satellite. */
  readonly notes: readonly string[];
  /** [S] index of the constellation in the scenario. */
  readonly constellation: Int32Array;

  /**
   * Laser terminals per satellite D, those for relays included (the most of any satellite). Track `s * D + d` is terminal d of
   * satellite s and, as a directed link, what it sends.
   */
  readonly islSlots: number;
  /** [S * D] power of a working terminal, W; 0 where there is none. */
  readonly islPowerW: Float64Array;

  /** Ground radios at a node: site u = (node, radio). U sites in node order; a node's sites stand together. */
  readonly siteCount: number;
  /** [U] ground node; radio as an index into `radiosOf(scenario)`. */
  readonly siteNode: Int32Array;
  readonly siteRadio: Int32Array;
  /** Antennas Q in order of sites; [Q] site and ground node of each. Track `S * D + q` is antenna q. */
  readonly antennaCount: number;
  readonly antennaSite: Int32Array;
  readonly antennaNode: Int32Array;
  /** [S] antennas a satellite serves at once. */
  readonly beams: Int32Array;

  /** What terminals and antennas do when nothing fails. */
  readonly contacts: ContactColumns;
  /** What antennas could do: every stretch in which a site sees a satellite that serves its radio. */
  readonly passes: PassColumns;
  readonly sky: Sky;
  /** [gatewayCount * dataCentreCount] one-way terrestrial delay, s. */
  readonly wanDelayS: Float64Array;
}

/**
 * Stretches of whole ticks [startTick, endTick) in which a track points at one partner at one rate, usable throughout: in
 * order of startTick, then track. Where only the rate changes, one row ends and the next begins. Both ends of a laser link
 * have a row.
 */
export interface ContactColumns {
  readonly n: number;
  /** [n] track (see `islSlots`, `antennaCount`). */
  readonly track: Int32Array;
  /** [n] satellite at the other end; for laser links, its track. */
  readonly peer: Int32Array;
  readonly peerTrack: Int32Array;
  readonly startTick: Int32Array;
  readonly endTick: Int32Array;
  /** [n] end of the stretch with this partner, whatever the rates; T + 1 when it lasts beyond the horizon. */
  readonly untilTick: Int32Array;
  /** [n] bit/s, each way. */
  readonly rateBps: Float64Array;
  /** [n] range fixed for the stretch, km, as where contacts come without positions; undefined: from the positions. */
  readonly rangeKm: Float64Array | undefined;
  /** [n] rows in order of endTick, then row. */
  readonly byEnd: Int32Array;
  /** [Q + 1] and rows of each antenna in order of time: [antennaFirst[q], antennaFirst[q + 1]) of `ofAntenna`. */
  readonly antennaFirst: Int32Array;
  readonly ofAntenna: Int32Array;
}

/** Stretches of whole ticks [startTick, endTick) in which a site could use a satellite; in order of site, then startTick. */
export interface PassColumns {
  readonly n: number;
  /** [U + 1] passes of site u: [siteFirst[u], siteFirst[u + 1]). */
  readonly siteFirst: Int32Array;
  readonly satellite: Int32Array;
  readonly startTick: Int32Array;
  /** [n] T + 1 when it lasts beyond the horizon. */
  readonly endTick: Int32Array;
}

/**
 * Positions and light at tick boundaries, in chunks of rows. Row k: [N * 3] Earth-fixed positions, km, of all nodes, then [S]
 * share of the Sun's disc each satellite sees, 0..1. Float32: 0.25 m at 7,000 km, 16 m at the Moon.
 */
export interface Sky {
  /** Boundaries per chunk (the last chunk may be shorter) and in all, T + 1. */
  readonly chunkRows: number;
  readonly rows: number;
  /** Numbers per row: 3 N + S. */
  readonly rowLength: number;
  /** Chunks in memory, shared among threads; or, when they are too many, the file they are read from as needed. */
  readonly chunks: readonly Float32Array[] | undefined;
  readonly file: { readonly path: string; readonly offset: number } | undefined;
}
