import type { Scenario } from '../scenario/schema.ts';
import { type FairState, scheduleFair } from './antenna-fair.kernel.ts';
import { scheduleLongest } from './antenna-longest.kernel.ts';
import { scheduleNearest } from './antenna-nearest.kernel.ts';
import type { AntennaTick } from './antenna-tick.kernel.ts';

/** Decides which satellite each ground antenna tracks. Deterministic; may keep state from tick to tick. */
export interface AntennaScheduler {
  assign(tick: AntennaTick): void;
}

export type AntennaSchedulerKind = Scenario['antennaScheduler'];

export interface AntennaSchedulerOptions {
  readonly satelliteCount: number;
  /** Antennas in all, Q. */
  readonly antennaCount: number;
  /** A satellite is left for another only when its range is more than this many times the other's. */
  readonly handoverFactor: number;
  /** `fair`: ticks of service in a row that an antenna is sure of while others wait. */
  readonly serviceTicks: number;
}

/** Service that the `fair` scheduler grants while others wait, s; project choice. */
const SERVICE_S = 60;

export function antennaSchedulerOptions(
  scenario: Scenario,
  counts: Pick<AntennaSchedulerOptions, 'satelliteCount' | 'antennaCount'>,
): AntennaSchedulerOptions {
  return {
    ...counts,
    handoverFactor: scenario.handoverFactor,
    serviceTicks: Math.max(1, Math.ceil(SERVICE_S / scenario.tickS - 1e-9)),
  };
}

/**
 * The schedulers. In all of them antennas of one node track different satellites, an antenna keeps its satellite before others
 * choose, and no satellite serves more antennas than it has beams.
 *
 * - `nearest`: the nearest usable satellite with a free beam, with hysteresis: an antenna changes only to one better by
 *   `handoverFactor`. Antennas choose in index order.
 * - `longest`: the satellite that stays usable longest, kept until it sets: the fewest handovers an antenna can have (each
 *   stretch reaches as far as any could). Antennas choose in index order.
 * - `fair`: as `nearest`, but antennas without satellite choose first, those whose node has waited longest before others. A node
 *   waits while none of its antennas has a satellite though it sees one. If all beams it sees are taken, a waiting antenna takes
 *   over that of the antenna served longest in a row, once this has had `serviceTicks`; after a wait of ten times that, at once.
 *   So with m antennas on one beam each that keeps seeing the satellite is served after (m - 1) `serviceTicks` at most, and one
 *   with short passes cannot be locked out for ever.
 */
export function createAntennaScheduler(kind: AntennaSchedulerKind, options: AntennaSchedulerOptions): AntennaScheduler {
  const { handoverFactor } = options;
  switch (kind) {
    case 'nearest':
      return { assign: (tick) => scheduleNearest(tick, handoverFactor) };
    case 'longest':
      return { assign: (tick) => scheduleLongest(tick) };
    case 'fair': {
      const state = createFairState(options);
      return { assign: (tick) => scheduleFair(state, tick) };
    }
  }
}

function createFairState(options: AntennaSchedulerOptions): FairState {
  const { antennaCount, satelliteCount, handoverFactor, serviceTicks } = options;
  return {
    handoverFactor,
    serviceTicks,
    served: new Int32Array(antennaCount),
    waited: new Int32Array(antennaCount),
    idle: new Int32Array(antennaCount),
    nextHolder: new Int32Array(antennaCount),
    firstHolder: new Int32Array(satelliteCount),
  };
}
