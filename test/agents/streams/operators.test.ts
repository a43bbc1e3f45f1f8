import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { everySimulatedS } from '../../../agents/streams/every-simulated-s.ts';
import { watchObservations } from '../../../agents/streams/watch-observations.ts';
import { type DecisionBatch, SPACE_CLOUD_SPEC, createDecisionBatch } from '../../../core/index.ts';
import type { Normaliser } from '../../../policies/index.ts';

const scheduler = (): TestScheduler => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

describe('everySimulatedS', () => {
  it('lets one emission per period of simulated time through, counted from the first', () => {
    scheduler().run(({ cold, expectObservable }) => {
      // Periods of 10 s from 3 s on: [3, 13), [13, 23), [23, 33), [33, 43).
      const times = { a: 3, b: 12.9, c: 13, d: 13, e: 40, f: 42 };
      const source = cold('-abcdef-|', times);
      expectObservable(source.pipe(everySimulatedS(10, (timeS) => timeS))).toBe('-a-c-e--|', times);
    });
  });

  it('starts anew for each subscriber', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const sampled = cold('ab|', { a: 0, b: 5 }).pipe(everySimulatedS(10, (timeS) => timeS));
      expectObservable(sampled).toBe('a-|', { a: 0 });
      expectObservable(sampled, '-^').toBe('-a-|', { a: 0 });
    });
  });
});

describe('watchObservations', () => {
  const normaliser: Normaliser = {
    kinds: SPACE_CLOUD_SPEC.kinds.map(({ context, candidate }) => ({
      contextMean: new Float32Array(context.length).fill(2),
      contextStd: new Float32Array(context.length).fill(0.5),
      candidateMean: new Float32Array(candidate.length),
      candidateStd: new Float32Array(candidate.length).fill(1),
    })),
  };
  /** One row of satellite 6 with all context features at `value`. */
  const observation = (value: number): DecisionBatch => {
    const batch = createDecisionBatch(SPACE_CLOUD_SPEC, 1);
    batch.n = 1;
    batch.agent[0] = 6;
    batch.context.fill(2);
    batch.context[3] = value;
    return batch;
  };

  it('reports after so many strikes in a row, and again on return', () => {
    scheduler().run(({ cold, expectObservable }) => {
      // Limit 4 standard deviations of 0.5 about 2: 4 is known (4.0), 4.1 is not (4.2); NaN never is.
      const batches = { n: observation(4), f: observation(4.1), x: observation(NaN) };
      const source = cold('ffnfxffnfnnn|', batches);
      const reports = source.pipe(watchObservations({ normaliser, limit: 4, strikes: 3 }));
      expectObservable(reports).toBe('-----o-----r|', {
        o: { world: 0, satellite: 6, event: { type: 'observation.out-of-distribution' } },
        r: { world: 0, satellite: 6, event: { type: 'observation.normal' } },
      });
    });
  });

  it('takes a feature that never varied in training for unknown as soon as it does', () => {
    const still: Normaliser = {
      kinds: normaliser.kinds.map((kind) => ({ ...kind, contextStd: new Float32Array(kind.contextStd.length) })),
    };
    scheduler().run(({ cold, expectObservable }) => {
      const source = cold('ab|', { a: observation(2), b: observation(2.001) });
      expectObservable(source.pipe(watchObservations({ normaliser: still, limit: 4, strikes: 1 }))).toBe('-o|', {
        o: { world: 0, satellite: 6, event: { type: 'observation.out-of-distribution' } },
      });
    });
  });
});
