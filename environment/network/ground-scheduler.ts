import { scheduleNearest } from './ground-nearest.kernel.ts';
import type { GroundTick } from './ground-tick.ts';

/** Decides which satellite each ground antenna tracks. Deterministic; may keep state from tick to tick. */
export interface GroundScheduler {
  assign(tick: GroundTick): void;
}

export interface NearestSchedulerOptions {
  readonly satelliteCount: number;
  /** Antennas one satellite serves at most. */
  readonly beams: number;
  /** A satellite is left for another only when its range is more than this many times the other's. */
  readonly handoverFactor: number;
}

/**
 * Nearest usable satellite with a free beam, with hysteresis: an antenna keeps its satellite while usable unless another is
 * better by `handoverFactor`. Antennas of one node track different satellites. Antennas choose in index order (gateways before
 * terminals), those that keep theirs before all others.
 */
export function createNearestScheduler(options: NearestSchedulerOptions): GroundScheduler {
  const freeBeams = new Int32Array(options.satelliteCount);
  return {
    assign(tick) {
      scheduleNearest(tick, options.beams, options.handoverFactor, freeBeams);
    },
  };
}
