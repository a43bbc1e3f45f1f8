import { Observable, type OperatorFunction } from 'rxjs';
import { type DecisionBatch, type Policy, SpaceCloudError } from '../../core/index.ts';
import { type PickedRows, createPickedRows, pickRows, putBack } from '../batch-rows.kernel.ts';
import { type Decider, toDecider } from '../decider.ts';
import type { DecidedBatch } from './frames.ts';

/** Who decides: read once per batch, then per row only while some satellite is in fallback. */
export interface DecisionRights {
  /** Satellites in fallback, over all worlds. */
  readonly fallbackSatellites: number;
  isLearned(world: number, satellite: number): boolean;
}

export interface DecideOptions {
  readonly rights: DecisionRights;
  /** Decides for satellites whose autonomy is learned. */
  readonly policy: Policy | Decider;
  /** Decides for the others; always answers at once. */
  readonly fallback: Policy;
}

/**
 * Decides batches: rows of satellites whose autonomy is learned go to the policy, the others to the fallback. While no
 * satellite is in fallback the batch is handed on untouched, without copies. An answer that comes at once is emitted at once
 * (no promise is made); one that comes later is emitted when it is there. A batch that arrives before the last one is
 * answered ends the stream with MISUSE.
 */
export function decide({ rights, policy, fallback }: DecideOptions): OperatorFunction<DecisionBatch, DecidedBatch> {
  const decider = toDecider(policy);
  return (source) =>
    new Observable((subscriber) => {
      const router = new RowRouter(rights, decider, fallback);
      let waiting = false;
      let completed = false;
      const emit = (): void => {
        subscriber.next(router.frame as DecidedBatch);
        if (completed) subscriber.complete();
      };
      return source.subscribe({
        next(batch) {
          if (waiting) return subscriber.error(overlapping(batch));
          let answer: Promise<void> | undefined;
          try {
            answer = router.route(batch);
          } catch (error) {
            return subscriber.error(error);
          }
          if (answer === undefined) return emit();
          waiting = true;
          answer.then(
            () => {
              waiting = false;
              router.finish();
              emit();
            },
            (error: unknown) => subscriber.error(error),
          );
        },
        error: (error) => subscriber.error(error),
        complete() {
          completed = true;
          if (!waiting) subscriber.complete();
        },
      });
    });
}

interface MutableFrame {
  batch: DecisionBatch;
  choices: Uint8Array;
  byFallback: Uint8Array;
  fallbackRows: number;
}

/** Splits a batch by who decides, and joins the choices. Its columns are reused from batch to batch. */
class RowRouter {
  frame: MutableFrame | undefined;
  private readonly rights: DecisionRights;
  private readonly decider: Decider;
  private readonly fallback: Policy;
  private learnedRows: PickedRows | undefined;
  private fallbackRows: PickedRows | undefined;
  /** Whether the batch under way was split. */
  private split = false;

  constructor(rights: DecisionRights, decider: Decider, fallback: Policy) {
    this.rights = rights;
    this.decider = decider;
    this.fallback = fallback;
  }

  /** Returns undefined when the frame is complete, or a promise after which `finish` completes it. */
  route(batch: DecisionBatch): Promise<void> | undefined {
    const frame = this.frameFor(batch);
    const { rights } = this;
    if (frame.fallbackRows > 0) frame.byFallback.fill(0);
    frame.fallbackRows = 0;
    this.split = false;
    if (rights.fallbackSatellites === 0) {
      return this.decider(batch, frame.choices) as Promise<void> | undefined;
    }
    for (let row = 0; row < batch.n; row++) {
      const learned = rights.isLearned(batch.world[row] as number, batch.agent[row] as number);
      frame.byFallback[row] = learned ? 0 : 1;
      frame.fallbackRows += learned ? 0 : 1;
    }
    if (frame.fallbackRows === 0) return this.decider(batch, frame.choices) as Promise<void> | undefined;
    if (frame.fallbackRows === batch.n) return void this.fallback.choose(batch, frame.choices);
    return this.routeSplit(batch, frame);
  }

  /** Joins the choices of a split batch. */
  finish(): void {
    const { frame, learnedRows } = this;
    if (this.split && frame !== undefined && learnedRows !== undefined) putBack(learnedRows, frame.choices);
  }

  private routeSplit(batch: DecisionBatch, frame: MutableFrame): Promise<void> | undefined {
    this.split = true;
    const learned = (this.learnedRows = roomFor(this.learnedRows, batch));
    const fallback = (this.fallbackRows = roomFor(this.fallbackRows, batch));
    for (let first = 0, end = 0; first < batch.n; first = end) {
      const flag = frame.byFallback[first];
      while (end < batch.n && frame.byFallback[end] === flag) end++;
      pickRows(batch, first, end, flag === 1 ? fallback : learned);
    }
    this.fallback.choose(fallback.batch, fallback.choices);
    putBack(fallback, frame.choices);
    const answer = this.decider(learned.batch, learned.choices) as Promise<void> | undefined;
    if (answer === undefined) this.finish();
    return answer;
  }

  private frameFor(batch: DecisionBatch): MutableFrame {
    const { frame } = this;
    if (frame !== undefined && frame.choices.length >= batch.capacity) {
      frame.batch = batch;
      return frame;
    }
    const { capacity } = batch;
    return (this.frame = {
      batch,
      choices: new Uint8Array(capacity),
      byFallback: new Uint8Array(capacity),
      fallbackRows: 0,
    });
  }
}

function roomFor(rows: PickedRows | undefined, batch: DecisionBatch): PickedRows {
  const fits = rows !== undefined && rows.batch.capacity >= batch.capacity && rows.batch.knowledge === batch.knowledge;
  const room = fits ? rows : createPickedRows(batch);
  room.batch.n = 0;
  return room;
}

function overlapping(batch: DecisionBatch): SpaceCloudError {
  return new SpaceCloudError(
    'MISUSE',
    `Expected one batch at a time, got ${batch.n} rows while the batch before still waits for its answer.`,
    { hint: 'Wait for the decided batch before sending the next.' },
  );
}
