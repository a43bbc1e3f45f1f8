import { Observable, Subject, map } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { type DecisionRights, decide } from '../../../agents/streams/decide.ts';
import type { DecidedBatch } from '../../../agents/streams/frames.ts';
import {
  type DecisionBatch,
  FORWARD,
  type Policy,
  SPACE_CLOUD_SPEC,
  createDecisionBatch,
} from '../../../core/index.ts';

/** A batch with one row per agent named; every candidate allowed. The context's first column holds 100 + agent. */
function batchFor(agents: readonly number[]): DecisionBatch {
  const batch = createDecisionBatch(SPACE_CLOUD_SPEC, 8);
  agents.forEach((agent, row) => {
    batch.kind[row] = FORWARD;
    batch.agent[row] = agent;
    batch.context[row * batch.contextStride] = 100 + agent;
    batch.candidateCount[row] = 8;
    batch.actionMask.fill(1, row * 8, row * 8 + 8);
  });
  batch.n = agents.length;
  return batch;
}

/** Always chooses one candidate; keeps the agents it was asked for, as the context says. */
function constant(choice: number): Policy & { readonly asked: number[][]; readonly batches: DecisionBatch[] } {
  const asked: number[][] = [];
  const batches: DecisionBatch[] = [];
  return {
    name: `always ${choice}`,
    asked,
    batches,
    choose(batch, out) {
      batches.push(batch);
      asked.push(
        Array.from({ length: batch.n }, (_, row) => (batch.context[row * batch.contextStride] as number) - 100),
      );
      out.fill(choice, 0, batch.n);
    },
  };
}

const rightsWithout = (fallback: readonly number[]): DecisionRights => ({
  fallbackSatellites: fallback.length,
  isLearned: (_, satellite) => !fallback.includes(satellite),
});

const copyOf = ({ batch, choices, byFallback, fallbackRows }: DecidedBatch) => ({
  choices: [...choices.subarray(0, batch.n)],
  byFallback: [...byFallback.subarray(0, batch.n)],
  fallbackRows,
});

describe('decide', () => {
  it('emits each batch decided, in the same frame, and passes the end on', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ cold, expectObservable }) => {
      const source = cold('-a--b-|', { a: batchFor([1, 2]), b: batchFor([3]) });
      const decided = source.pipe(
        decide({ rights: rightsWithout([2]), policy: constant(5), fallback: constant(7) }),
        map(copyOf),
      );
      expectObservable(decided).toBe('-a--b-|', {
        a: { choices: [5, 7], byFallback: [0, 1], fallbackRows: 1 },
        b: { choices: [5], byFallback: [0], fallbackRows: 0 },
      });
    });
  });

  it('passes errors on, and ends with the error of a policy', () => {
    new TestScheduler((actual, expected) => expect(actual).toEqual(expected)).run(({ cold, expectObservable }) => {
      const noWeights = new RangeError('no weights');
      const failing: Policy = {
        name: 'failing',
        choose() {
          throw noWeights;
        },
      };
      const options = { rights: rightsWithout([]), policy: constant(5), fallback: constant(7) };
      expectObservable(cold<DecisionBatch>('--#', {}, 'gone').pipe(decide(options))).toBe('--#', {}, 'gone');
      const source = cold('-a-b-|', { a: batchFor([1]), b: batchFor([1]) });
      expectObservable(source.pipe(decide({ ...options, policy: failing }))).toBe('-#', {}, noWeights);
    });
  });

  it('hands the batch itself on while nobody is in fallback', () => {
    const policy = constant(1);
    const source = new Subject<DecisionBatch>();
    const frames: DecidedBatch[] = [];
    source
      .pipe(decide({ rights: rightsWithout([]), policy, fallback: constant(7) }))
      .subscribe((frame) => frames.push(frame));
    const batch = batchFor([0, 1, 2]);
    source.next(batch);
    source.next(batch);
    expect(policy.batches[0]).toBe(batch);
    expect(frames[0]?.batch).toBe(batch);
    // One frame, reused: no allocation per batch.
    expect(frames[1]).toBe(frames[0]);
  });

  it('splits rows by satellite, keeps their contents, and joins the choices in order', () => {
    const policy = constant(1);
    const fallback = constant(7);
    const source = new Subject<DecisionBatch>();
    const decided: unknown[] = [];
    source
      .pipe(decide({ rights: rightsWithout([0, 3]), policy, fallback }))
      .subscribe((frame) => decided.push(copyOf(frame)));
    source.next(batchFor([3, 1, 0, 2, 3]));
    source.next(batchFor([1, 2]));
    source.next(batchFor([0, 3]));
    expect(policy.asked).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(fallback.asked).toEqual([
      [3, 0, 3],
      [0, 3],
    ]);
    expect(decided).toEqual([
      { choices: [7, 1, 7, 1, 7], byFallback: [1, 0, 1, 0, 1], fallbackRows: 3 },
      { choices: [1, 1], byFallback: [0, 0], fallbackRows: 0 },
      { choices: [7, 7], byFallback: [1, 1], fallbackRows: 2 },
    ]);
  });

  it('clears the marks of the batch before when the last satellite recovers', () => {
    let fallback = [0];
    const rights: DecisionRights = {
      get fallbackSatellites() {
        return fallback.length;
      },
      isLearned: (_, satellite) => !fallback.includes(satellite),
    };
    const source = new Subject<DecisionBatch>();
    const marks: number[][] = [];
    source
      .pipe(decide({ rights, policy: constant(1), fallback: constant(7) }))
      .subscribe((frame) => marks.push(copyOf(frame).byFallback));
    source.next(batchFor([1, 0]));
    fallback = [];
    source.next(batchFor([1, 0]));
    expect(marks).toEqual([
      [0, 1],
      [0, 0],
    ]);
  });

  it('waits for a policy that answers later, and joins its rows then', async () => {
    let answer = (): void => undefined;
    const policy = (batch: DecisionBatch, out: Uint8Array): Promise<void> =>
      new Promise((resolve) => {
        answer = () => {
          out.fill(2, 0, batch.n);
          resolve();
        };
      });
    const source = new Subject<DecisionBatch>();
    const decided: unknown[] = [];
    let completed = false;
    source.pipe(decide({ rights: rightsWithout([4]), policy, fallback: constant(7) })).subscribe({
      next: (frame) => decided.push(copyOf(frame)),
      complete: () => (completed = true),
    });
    source.next(batchFor([4, 5]));
    source.complete();
    await Promise.resolve();
    expect([decided, completed]).toEqual([[], false]);
    answer();
    await new Promise((resolve) => setImmediate(resolve));
    expect(decided).toEqual([{ choices: [7, 2], byFallback: [1, 0], fallbackRows: 1 }]);
    expect(completed).toBe(true);
  });

  it('refuses a second batch while the first waits', () => {
    const source = new Subject<DecisionBatch>();
    let refusal: unknown;
    source
      .pipe(
        decide({ rights: rightsWithout([]), policy: () => new Promise<void>(() => undefined), fallback: constant(7) }),
      )
      .subscribe({ error: (error: unknown) => (refusal = error) });
    source.next(batchFor([1]));
    source.next(batchFor([1]));
    expect(refusal).toMatchObject({ code: 'MISUSE' });
  });

  it('leaves its source when it is left', () => {
    let left = 0;
    const source = new Observable<DecisionBatch>(() => () => left++);
    source
      .pipe(decide({ rights: rightsWithout([]), policy: constant(1), fallback: constant(7) }))
      .subscribe()
      .unsubscribe();
    expect(left).toBe(1);
  });
});
