import { SpaceCloudError } from '../../core/index.ts';
import type { CollectorPool, Rollout } from './collector-pool.ts';
import type { SavedCollector } from './collector.ts';

export interface RolloutScheduleOptions {
  readonly pool: CollectorPool;
  /** [2] shared weights; each slot is written after every other update. */
  readonly slots: readonly [Float32Array, Float32Array];
  readonly lag: 0 | 1;
  /** Rollouts of the whole run, and those that are done. */
  readonly total: number;
  readonly done: number;
  /** Whether a checkpoint is due after an iteration. */
  readonly isCheckpoint: (iteration: number) => boolean;
}

/**
 * Which weights each rollout is collected with, when it is asked for, and when collectors are saved. Rollout i reads the weights
 * after update i - 1 - lag, from a slot that is not written meanwhile, and fills buffer i mod (lag + 1). It is asked for as
 * soon as those weights are there: a worker that is done with its part of one rollout goes on with the next, without waiting
 * for the others, up to `lag` rollouts ahead of the learner. What is collected does not depend on who was faster.
 */
export class RolloutSchedule {
  private readonly options: RolloutScheduleOptions;
  private readonly rollouts = new Map<number, Promise<Rollout>>();
  private readonly saves = new Map<number, Promise<SavedCollector[]>>();
  private readonly stages = new Map<number, number>();

  constructor(options: RolloutScheduleOptions) {
    this.options = options;
  }

  /** Puts the weights after an update where the rollouts that need them look. */
  publish(update: number, weights: Float32Array): void {
    (this.options.slots[update % 2] as Float32Array).set(weights);
  }

  /** The weights that rollout `done + 1` is collected with, when `done` are done. */
  actingWeights(done: number): Float32Array {
    return this.options.slots[this.slotOf(done + 1)] as Float32Array;
  }

  /** Settles the curriculum's stage of a rollout, whether it is asked for in this process or after a resume. */
  settle(rollout: number, stage: number): void {
    this.stages.set(rollout, stage);
  }

  /** Stages that are settled for rollouts after `done`. */
  stagesAfter(done: number): number[] {
    return Array.from({ length: 1 + this.options.lag }, (_, i) => this.stageOf(done + 1 + i));
  }

  /** Asks for a rollout; where a checkpoint is due before it, the collectors are saved first. */
  ask(rollout: number): void {
    const { pool, lag, total, done, isCheckpoint } = this.options;
    if (rollout > total) return;
    const before = rollout - 1;
    if (before > done && isCheckpoint(before)) this.saves.set(before, handled(pool.save()));
    const request = { weights: this.slotOf(rollout), stage: this.stageOf(rollout), buffer: rollout % (1 + lag) };
    this.rollouts.set(rollout, handled(pool.collect(request)));
  }

  /** The rollout, once it is there; undefined when it was not asked for. */
  async take(rollout: number): Promise<Rollout | undefined> {
    const taken = await this.rollouts.get(rollout);
    if (taken === undefined) return undefined;
    this.rollouts.delete(rollout);
    this.stages.delete(rollout);
    return taken;
  }

  /** The collectors as they are after rollout `done`. Call when it was taken, and saved or the last. */
  async savedAfter(done: number): Promise<SavedCollector[]> {
    const saved = await (this.saves.get(done) ?? this.options.pool.save());
    this.saves.delete(done);
    return saved;
  }

  private stageOf(rollout: number): number {
    const stage = this.stages.get(rollout);
    if (stage !== undefined) return stage;
    throw new SpaceCloudError('MISUSE', `Expected the stage of rollout ${rollout} to be settled, got none.`);
  }

  private slotOf(rollout: number): number {
    return Math.max(0, rollout - 1 - this.options.lag) % 2;
  }
}

/** A promise whose failure is met by whoever awaits it later, and is not unhandled until then. */
function handled<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
