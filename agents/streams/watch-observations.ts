import { Observable, type OperatorFunction } from 'rxjs';
import type { DecisionBatch } from '../../core/index.ts';
import {
  type Normaliser,
  type ObservationScale,
  observationScales,
  observationScoresInto,
} from '../../policies/index.ts';
import type { AgentReport } from './frames.ts';
import { Strikes } from './strikes.ts';

/**
 * Limits for policies whose normaliser was measured as training does it. `npx tsx bench/observation-scores.bench.ts` measures
 * what they rest on; docs/LIMITS.md has the figures: a satellite's 16 decisions in a row of one kind did not go above 34 in the
 * minute an evaluation runs for, in the nine shipped scenarios measured; percent for fractions gives 89, kelvin for degrees 273,
 * milliseconds for seconds 500, worlds of another sort thousands.
 */
export const WATCH_DEFAULTS = { limit: 60, strikes: 16 } as const;

export interface WatchOptions {
  /** Mean and standard deviation of the observations the policy was trained on. */
  readonly normaliser: Normaliser;
  /** Score (`observationScoresInto`) beyond which an observation counts as unknown to the policy; default `WATCH_DEFAULTS`. */
  readonly limit?: number;
  /**
   * Decisions in a row of one satellite and kind that must be unknown (known) before it is reported (reported normal);
   * default `WATCH_DEFAULTS`.
   */
  readonly strikes?: number;
}

/**
 * Watches the context features of every decision and reports satellites whose observations lie far outside what the policy
 * was trained on, and their return. Each decision kind counts by itself: what is strange in the rare placements of a satellite does
 * not hide between its many forwards. See `Strikes`.
 */
export function watchObservations(options: WatchOptions): OperatorFunction<DecisionBatch, AgentReport> {
  const { normaliser, limit = WATCH_DEFAULTS.limit, strikes = WATCH_DEFAULTS.strikes } = options;
  return (source) =>
    new Observable((subscriber) => {
      const worlds: Strikes[] = [];
      let scales: readonly ObservationScale[] | undefined;
      let scores = new Float32Array(0);
      return source.subscribe({
        next(batch) {
          scales ??= observationScales(batch.spec, normaliser);
          if (scores.length < batch.n) scores = new Float32Array(batch.capacity);
          observationScoresInto(scales, batch, scores);
          for (let row = 0; row < batch.n; row++) {
            const world = batch.world[row] as number;
            const satellite = batch.agent[row] as number;
            const satellites = batch.knowledge[world]?.satelliteCount ?? satellite + 1;
            const seen = (worlds[world] ??= new Strikes({ satellites, kinds: batch.spec.kinds.length, strikes }));
            const change = seen.note(satellite, batch.kind[row] as number, (scores[row] as number) <= limit);
            if (change === undefined) continue;
            subscriber.next({ world, satellite, event: { type: `observation.${change}` } });
          }
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}
