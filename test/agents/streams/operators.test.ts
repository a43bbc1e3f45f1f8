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
      contextStd: new Float32Array(context.length).fill(1),
      candidateMean: new Float32Array(candidate.length),
      candidateStd: new Float32Array(candidate.length).fill(1),
    })),
  };
  /** One row of satellite 6 and a kind: all context features at their mean, 2, but the fourth at `value`. */
  const observation = (value: number, kind = 0): DecisionBatch => {
    const batch = createDecisionBatch(SPACE_CLOUD_SPEC, 1);
    batch.n = 1;
    batch.agent[0] = 6;
    batch.kind[0] = kind;
    batch.context.fill(2);
    batch.context[3] = value;
    return batch;
  };

  it('reports after so many strikes in a row, and again on return', () => {
    scheduler().run(({ cold, expectObservable }) => {
      // Limit 4 standard deviations of 1 about 2: 6 is known (4.0), 6.1 is not (4.1); NaN never is.
      const batches = { n: observation(6), f: observation(6.1), x: observation(NaN) };
      const source = cold('ffnfxffnfnnn|', batches);
      const reports = source.pipe(watchObservations({ normaliser, limit: 4, strikes: 3 }));
      expectObservable(reports).toBe('-----o-----r|', {
        o: { world: 0, satellite: 6, event: { type: 'observation.out-of-distribution' } },
        r: { world: 0, satellite: 6, event: { type: 'observation.normal' } },
      });
    });
  });

  it('counts each decision kind by itself, so that frequent known ones do not hide rare unknown ones', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const batches = { F: observation(2, 0), p: observation(9, 1), P: observation(2, 1) };
      const reports = cold('FpFFpFPFFP|', batches).pipe(watchObservations({ normaliser, limit: 4, strikes: 2 }));
      expectObservable(reports).toBe('----o----r|', {
        o: { world: 0, satellite: 6, event: { type: 'observation.out-of-distribution' } },
        r: { world: 0, satellite: 6, event: { type: 'observation.normal' } },
      });
    });
  });

  it('takes a satellite for normal again when the kind at fault no longer comes up', () => {
    scheduler().run(({ cold, expectObservable }) => {
      const batches = { F: observation(2, 0), p: observation(9, 1) };
      // One strike, then 10 known ones of another kind; a single unknown one reports anew.
      const reports = cold('pFFFFFFFFFFp|', batches).pipe(watchObservations({ normaliser, limit: 4, strikes: 1 }));
      expectObservable(reports).toBe('o---------ro|', {
        o: { world: 0, satellite: 6, event: { type: 'observation.out-of-distribution' } },
        r: { world: 0, satellite: 6, event: { type: 'observation.normal' } },
      });
    });
  });

  it('has defaults: 16 in a row above 60', () => {
    scheduler().run(({ cold, expectObservable }) => {
      // ageS has mean 2 and spread 1 at least: 62 is 60 away, 62.5 is not known.
      const source = cold(`${'k'.repeat(20)}${'u'.repeat(17)}|`, { k: observation(62), u: observation(62.5) });
      expectObservable(source.pipe(watchObservations({ normaliser }))).toBe(`${'-'.repeat(35)}o-|`, {
        o: { world: 0, satellite: 6, event: { type: 'observation.out-of-distribution' } },
      });
    });
  });

  it('takes a feature that hardly varied in training for unknown beyond its resolution only', () => {
    const still: Normaliser = {
      kinds: normaliser.kinds.map((kind) => ({
        ...kind,
        contextStd: new Float32Array(kind.contextStd.length).fill(1e-4),
      })),
    };
    scheduler().run(({ cold, expectObservable }) => {
      // Seconds count as 1 at least: 5.9 is 3.9 away from 2, 6.1 is 4.1.
      const source = cold('ab|', { a: observation(5.9), b: observation(6.1) });
      expectObservable(source.pipe(watchObservations({ normaliser: still, limit: 4, strikes: 1 }))).toBe('-o|', {
        o: { world: 0, satellite: 6, event: { type: 'observation.out-of-distribution' } },
      });
    });
  });
});
