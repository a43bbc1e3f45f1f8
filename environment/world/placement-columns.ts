/**
 * What each satellite remembers of the work it has lately sent to others: a ring of `PLACEMENTS` entries per satellite, the
 * oldest overwritten.
 */
export interface PlacementColumns {
  /** [S] entries ever written. */
  placed: Int32Array;
  /** [S * PLACEMENTS] executor (-1 = none), expected arrival of the data there, s, work, TFLOP. */
  executor: Int32Array;
  arriveS: Float64Array;
  workTflop: Float64Array;
}

/** Beacons come twice a second by default, and work is placed a few times a second at most. */
export const PLACEMENTS = 32;

export function createPlacements(satelliteCount: number): PlacementColumns {
  const n = satelliteCount * PLACEMENTS;
  return {
    placed: new Int32Array(satelliteCount),
    executor: new Int32Array(n).fill(-1),
    arriveS: new Float64Array(n),
    workTflop: new Float64Array(n),
  };
}
