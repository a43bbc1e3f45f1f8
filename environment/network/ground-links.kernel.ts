import { type RateSteps, rateAtRangeBps } from './ground-rate.ts';
import type { GroundScheduler } from './ground-scheduler.ts';
import type { GroundTick } from './ground-tick.ts';
import { slantRangesInto } from './visibility.kernel.ts';

/** Elevation mask of a node without antennas: no sine reaches it. */
export const NO_ANTENNA = 2;

/** Ground nodes `g` (gateways, data centres, terminals), their antennas `q`, and what they see at the latest boundary. */
export interface GroundState {
  readonly groundCount: number;
  readonly satelliteCount: number;
  /** [G] position and vertical of each node, as of `siteEcef`. */
  readonly sites: readonly Float64Array[];
  /** [G] sine of the elevation mask. */
  readonly sinMask: Float64Array;
  /** [G] rate against range. */
  readonly steps: readonly RateSteps[];
  readonly tick: GroundTick;
  /** [G * S] slant ranges at the start and end of the tick; Infinity below the mask. */
  readonly startKm: Float64Array;
  readonly endKm: Float64Array;
  /** [G] greatest sine of elevation so far; 1 = some satellite was usable for a whole tick; 1 = an antenna was served. */
  readonly bestSinElevation: Float64Array;
  readonly reached: Uint8Array;
  readonly served: Uint8Array;
}

export interface GroundNode {
  readonly site: Float64Array;
  readonly sinMask: number;
  readonly steps: RateSteps;
  readonly antennas: number;
}

export function createGroundState(nodes: readonly GroundNode[], satelliteCount: number): GroundState {
  const groundCount = nodes.length;
  const antennaGround = Int32Array.from(nodes.flatMap((node, g) => new Array<number>(node.antennas).fill(g)));
  const pairs = (): Float64Array => new Float64Array(groundCount * satelliteCount).fill(Infinity);
  return {
    groundCount,
    satelliteCount,
    sites: nodes.map((node) => node.site),
    sinMask: Float64Array.from(nodes, (node) => node.sinMask),
    steps: nodes.map((node) => node.steps),
    tick: {
      satelliteCount,
      antennaGround,
      rangeKm: pairs(),
      assignment: new Int32Array(antennaGround.length).fill(-1),
    },
    startKm: pairs(),
    endKm: pairs(),
    bestSinElevation: new Float64Array(groundCount).fill(-1),
    reached: new Uint8Array(groundCount),
    served: new Uint8Array(groundCount),
  };
}

/** Moves to the next boundary: what was the end becomes the start; new ends are seen from `rEcefKm` [S * 3]. */
export function observeGround(state: GroundState, rEcefKm: Float64Array): void {
  const { groundCount, satelliteCount, sites, sinMask, startKm, endKm, bestSinElevation } = state;
  startKm.set(endKm);
  for (let g = 0; g < groundCount; g++) {
    if (sinMask[g] === NO_ANTENNA) continue;
    const best = slantRangesInto(rEcefKm, satelliteCount, sites[g]!, sinMask[g]!, endKm, g * satelliteCount);
    if (best > bestSinElevation[g]!) bestSinElevation[g] = best;
  }
}

/** Columns over all ticks that ground links are written to, as in `Geometry`. */
export interface GroundColumns {
  readonly gslSatellite: Int32Array;
  readonly gslRangeStartKm: Float32Array;
  readonly gslRangeEndKm: Float32Array;
  readonly gslRateBps: Float32Array;
}

/** Schedules the tick between the last two boundaries and writes it; the rate is that of the farther end of the tick. */
export function writeGroundTick(state: GroundState, k: number, scheduler: GroundScheduler, out: GroundColumns): void {
  const { groundCount, satelliteCount, steps, startKm, endKm, tick } = state;
  const { rangeKm, assignment, antennaGround } = tick;
  for (let g = 0; g < groundCount; g++) {
    const farthest = steps[g]!.maxRangeKm[steps[g]!.maxRangeKm.length - 1]!;
    for (let i = g * satelliteCount; i < (g + 1) * satelliteCount; i++) {
      const usable = startKm[i]! <= farthest && endKm[i]! <= farthest;
      rangeKm[i] = usable ? startKm[i]! : Infinity;
      if (usable) state.reached[g] = 1;
    }
  }
  scheduler.assign(tick);
  for (let q = 0; q < assignment.length; q++) {
    const satellite = assignment[q]!;
    if (satellite < 0) continue;
    const g = antennaGround[q]!;
    const pair = g * satelliteCount + satellite;
    const row = k * assignment.length + q;
    out.gslSatellite[row] = satellite;
    out.gslRangeStartKm[row] = startKm[pair]!;
    out.gslRangeEndKm[row] = endKm[pair]!;
    out.gslRateBps[row] = rateAtRangeBps(steps[g]!, Math.max(startKm[pair]!, endKm[pair]!));
    state.served[g] = 1;
  }
}

/**
 * Fills `untilS` [T * stride]: the time at which each track (column of `partner` [T * stride]) leaves the partner it has in the
 * tick; Infinity when it still has it at the horizon, 0 where it has none.
 */
export function contactEndsInto(partner: Int32Array, stride: number, tickS: number, untilS: Float32Array): void {
  const ticks = stride === 0 ? 0 : partner.length / stride;
  for (let k = ticks - 1; k >= 0; k--) {
    for (let row = k * stride; row < (k + 1) * stride; row++) {
      const here = partner[row]!;
      if (here < 0) untilS[row] = 0;
      else if (k === ticks - 1) untilS[row] = Infinity;
      else untilS[row] = partner[row + stride] === here ? untilS[row + stride]! : (k + 1) * tickS;
    }
  }
}
