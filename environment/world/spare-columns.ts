import { type AntennaScheduler, createAntennaScheduler } from '../network/antenna-scheduler.ts';
import { type PassIndex, type PassesInView, indexPasses } from '../network/pass-index.kernel.ts';
import type { WorldModel } from './model.ts';

/**
 * Finds other satellites for antennas whose planned one has failed or is in quarantine, tick by tick, among those in sight with
 * a beam to spare. Derived anew in each tick, so it is no state of the world.
 */
export interface SpareAntennas {
  readonly scheduler: AntennaScheduler;
  readonly passes: PassIndex;
  readonly inView: PassesInView;
  /** Columns of `AntennaTick`; [Q], [Q + 1] or [Q * most in view] long. */
  readonly antenna: Int32Array;
  readonly node: Int32Array;
  readonly list: Int32Array;
  readonly first: Int32Array;
  readonly satellite: Int32Array;
  readonly rangeKm: Float64Array;
  readonly untilTick: Int32Array;
  readonly assignment: Int32Array;
  readonly freeBeams: Int32Array;
}

/** `fair` has a memory of who waited; spare antennas have none and choose as `nearest`. */
export function createSpareAntennas(model: WorldModel): SpareAntennas {
  const { satelliteCount, antennaCount: Q, scenario } = model;
  const passes = indexPasses(model.geometry.passes);
  const room = passes.mostInView;
  const kind = scenario.antennaScheduler === 'longest' ? 'longest' : 'nearest';
  const { handoverFactor } = scenario;
  return {
    scheduler: createAntennaScheduler(kind, { satelliteCount, antennaCount: Q, handoverFactor, serviceTicks: 1 }),
    passes,
    inView: { satellite: new Int32Array(room), untilTick: new Int32Array(room) },
    antenna: new Int32Array(Q),
    node: new Int32Array(Q),
    list: new Int32Array(Q),
    first: new Int32Array(Q + 1),
    satellite: new Int32Array(Q * room),
    rangeKm: new Float64Array(Q * room),
    untilTick: new Int32Array(Q * room),
    assignment: new Int32Array(Q),
    freeBeams: new Int32Array(satelliteCount),
  };
}
