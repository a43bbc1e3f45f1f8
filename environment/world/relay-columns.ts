/**
 * Least delay from each gateway to a terminal over the terrestrial network and up again, by each of the world's delay tables:
 * snapshot, report, truth. Block b = (table, label, terminal) stands at [b * G, (b + 1) * G).
 */
export interface RelayColumns {
  /** [3 * labels * T] network of the table that the block is of, -1 = none. */
  readonly epoch: Float64Array;
  /** [3 * labels * T * G] delay, s, Infinity = no way; the part of it per bit, s. */
  readonly delayS: Float64Array;
  readonly sPerBit: Float64Array;
  /** [G] the same from a gateway's own antennas up; scratch. */
  readonly upS: Float64Array;
  readonly upSPerBit: Float64Array;
}

/** Blocks per table, and gateways. */
export function createRelays(blocks: number, gateways: number): RelayColumns {
  return {
    epoch: new Float64Array(3 * blocks).fill(-1),
    delayS: new Float64Array(3 * blocks * gateways),
    sPerBit: new Float64Array(3 * blocks * gateways),
    upS: new Float64Array(gateways),
    upSPerBit: new Float64Array(gateways),
  };
}
