/** What a scheduler sees of one tick. Ground node `g` counts gateways, data centres and terminals from 0. */
export interface GroundTick {
  readonly satelliteCount: number;
  /** [Q] ground node that owns the antenna; antennas of one node stand together. */
  readonly antennaGround: Int32Array;
  /** [ground nodes * S] slant range at the start of the tick, km; Infinity = not usable throughout the tick. */
  readonly rangeKm: Float64Array;
  /** [Q] in: satellite each antenna served in the last tick; out: the one it serves in this tick; -1 = none. */
  readonly assignment: Int32Array;
}
