import type { Geometry, Scenario } from '../../environment/index.ts';
import type { Architecture, Normaliser } from '../../policies/index.ts';
import { WorkerCalls } from '../executors/worker-calls.ts';
import { siblingModule, startWorker } from '../executors/worker-thread.ts';
import type { RolloutBuffer } from './buffer.ts';
import type { CollectSummary, CollectorOptions, SavedCollector } from './collector.ts';

export interface RolloutWorkerData {
  readonly scenario: Scenario;
  readonly geometry: Geometry;
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  /** Shared: the learner writes, workers read at the start of a rollout. */
  readonly weights: Float32Array;
  /** Name of the baseline satellites fall back to. */
  readonly fallback: string;
  readonly collector: Omit<CollectorOptions, 'model' | 'scorer' | 'fallback'>;
}

/** Collectors in worker threads, always in the same order, so that results do not depend on which is faster. */
export class CollectorPool {
  private readonly workers: readonly WorkerCalls[];
  private readonly buffers: RolloutBuffer[];

  /** Starts one worker per entry. */
  static async start(workers: readonly RolloutWorkerData[]): Promise<CollectorPool> {
    const calls = workers.map(
      (data) => new WorkerCalls(startWorker(siblingModule(import.meta.url, 'rollout-worker'), data)),
    );
    try {
      const buffers = await Promise.all(calls.map((worker) => worker.call<RolloutBuffer>('buffer', undefined)));
      return new CollectorPool(calls, buffers);
    } catch (error) {
      await Promise.all(calls.map((worker) => worker.close()));
      throw error;
    }
  }

  private constructor(workers: readonly WorkerCalls[], buffers: RolloutBuffer[]) {
    this.workers = workers;
    this.buffers = buffers;
  }

  /** Collects one rollout per worker. The buffers are valid until the next call. */
  async collect(): Promise<{
    readonly buffers: readonly RolloutBuffer[];
    readonly summaries: readonly CollectSummary[];
  }> {
    const summaries = await Promise.all(
      this.workers.map((worker) => worker.call<CollectSummary>('collect', undefined)),
    );
    summaries.forEach(({ rows, finals }, i) => {
      const buffer = this.buffers[i] as RolloutBuffer;
      buffer.n = rows;
      buffer.finals = finals;
    });
    return { buffers: this.buffers, summaries };
  }

  save(): Promise<SavedCollector[]> {
    return Promise.all(this.workers.map((worker) => worker.call<SavedCollector>('save', undefined)));
  }

  async restore(saved: readonly SavedCollector[]): Promise<void> {
    await Promise.all(this.workers.map((worker, i) => worker.call('restore', saved[i])));
  }

  async close(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.close()));
  }
}
