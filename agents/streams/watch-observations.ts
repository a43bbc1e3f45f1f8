import { Observable, type OperatorFunction } from 'rxjs';
import type { DecisionBatch } from '../../core/index.ts';
import type { Normaliser } from '../../policies/index.ts';
import type { AgentReport } from './frames.ts';
import { isKnown, knownRanges } from './known-range.kernel.ts';

export interface WatchOptions {
  /** Mean and standard deviation of the observations the policy was trained on. */
  readonly normaliser: Normaliser;
  /** Standard deviations beyond which an observation counts as unknown to the policy. */
  readonly limit: number;
  /** Decisions in a row of one satellite that must be unknown (known) before it is reported (reported normal). */
  readonly strikes: number;
}

/** Per world: strikes of each satellite; positive counts unknown, negative known observations in a row. */
interface Strikes {
  readonly count: Int32Array;
  /** [satellites] 1 = reported out of distribution. */
  readonly reported: Uint8Array;
}

/**
 * Watches the context features of every decision and reports satellites whose observations lie far outside what the policy
 * was trained on, and their return. Candidates are not watched: they are many, and their spread is the world's, not the
 * satellite's.
 */
export function watchObservations(options: WatchOptions): OperatorFunction<DecisionBatch, AgentReport> {
  const { strikes } = options;
  const ranges = knownRanges(options.normaliser, options.limit);
  return (source) =>
    new Observable((subscriber) => {
      const worlds: Strikes[] = [];
      return source.subscribe({
        next(batch) {
          for (let row = 0; row < batch.n; row++) {
            const world = batch.world[row] as number;
            const satellite = batch.agent[row] as number;
            const known = (worlds[world] ??= createStrikes(batch.knowledge[world]?.satelliteCount ?? satellite + 1));
            const before = known.count[satellite] as number;
            const count = isKnown(batch, row, ranges) ? Math.min(before, 0) - 1 : Math.max(before, 0) + 1;
            known.count[satellite] = count;
            if (count === strikes && known.reported[satellite] === 0) {
              known.reported[satellite] = 1;
              subscriber.next({ world, satellite, event: { type: 'observation.out-of-distribution' } });
            } else if (count === -strikes && known.reported[satellite] === 1) {
              known.reported[satellite] = 0;
              subscriber.next({ world, satellite, event: { type: 'observation.normal' } });
            }
          }
        },
        error: (error) => subscriber.error(error),
        complete: () => subscriber.complete(),
      });
    });
}

function createStrikes(satelliteCount: number): Strikes {
  return { count: new Int32Array(satelliteCount), reported: new Uint8Array(satelliteCount) };
}
