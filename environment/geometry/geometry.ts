/**
 * The geometry of a scenario: where everything is, who sees whom, at what range and rate. A function of the scenario alone,
 * never of decisions; computed once, kept in `SharedArrayBuffer`s, shared by all worlds and workers.
 *
 * Node indices: satellites [0, S), gateways, data centres, terminals. Tick k covers [k tickS, (k+1) tickS); samples at tick
 * boundaries have T + 1 rows. Within a tick ranges are interpolated linearly. At 10 s ticks in LEO that is off by at most 0.1 km
 * (0.3 us of light) between satellites that fly side by side, 1 km (3 us) on ground links as a satellite passes overhead, and
 * 10 km (30 us) on links across the seam of a star as two satellites meet; it falls with the square of the tick
 * (test/environment/geometry/interpolation.test.ts).
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
  /** [nodeCount] names, unique. */
  readonly nodeNames: readonly string[];
  /** Objects of element-set files left out, with the reason. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  /** What a user should know about choices made, one sentence each: old element sets, antennas that never get a satellite. */
  readonly notes: readonly string[];

  /** ISL slots per satellite D (the most of any constellation). Directed link `s * D + d` goes from satellite s. */
  readonly islSlots: number;
  /** [T * S * D] satellite at the other end during the tick, -1 = no usable link (out of range, blocked, still acquiring). */
  readonly islNeighbour: Int32Array;
  /** [T * S * D] range at the start and at the end of the tick, km. */
  readonly islRangeStartKm: Float32Array;
  readonly islRangeEndKm: Float32Array;
  /** [S] rate of the satellite's ISLs, bit/s, and power of one working terminal, W. */
  readonly islRateBps: Float64Array;
  readonly islTerminalPowerW: Float64Array;
  /** [T * S * D] s, since scenario start, at which the link, usable in this tick, will close; Infinity past the horizon. */
  readonly islUntilS: Float32Array;

  /** Ground antennas Q: one per terminal, `antennas` per gateway, in node order. */
  readonly antennaCount: number;
  /** [Q] ground node that owns the antenna. */
  readonly antennaNode: Int32Array;
  /** [T * Q] satellite served during the tick, -1 = none. */
  readonly gslSatellite: Int32Array;
  /** [T * Q] range at the start and end of the tick, km; rate in either direction, bit/s; end of the contact, s. */
  readonly gslRangeStartKm: Float32Array;
  readonly gslRangeEndKm: Float32Array;
  readonly gslRateBps: Float32Array;
  readonly gslUntilS: Float32Array;

  /** [(T + 1) * S] share of the Sun's disc seen, 0..1. */
  readonly sunlitFrac: Float32Array;
  /** [(T + 1) * S * 3] Earth-fixed positions, km. */
  readonly rSatEcefKm: Float32Array;
  /** [(nodeCount - S) * 3] Earth-fixed positions of ground nodes, km. */
  readonly rGroundEcefKm: Float64Array;
  /** [gatewayCount * dataCentreCount] one-way terrestrial delay, s. */
  readonly wanDelayS: Float64Array;
}
