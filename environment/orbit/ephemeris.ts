/** Satellites that move: positions of all of them at any time of the scenario. */
export interface Ephemeris {
  /** [count] names. */
  readonly names: readonly string[];
  readonly count: number;
  /**
   * Writes the positions at `timeS` (s since scenario start) to `rTemeKm[3 * first ..]`, [count * 3], km.
   * Returns the index of the first satellite that has no position then, or -1 when all have.
   */
  positionsInto(timeS: number, rTemeKm: Float64Array, first: number): number;
  /** The same with velocities, km/s, in the same (inertial) axes; positions are those of `positionsInto` to the last bit. */
  statesInto(timeS: number, rTemeKm: Float64Array, vTemeKmS: Float64Array, first: number): number;
}
