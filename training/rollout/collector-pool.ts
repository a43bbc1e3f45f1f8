import type { Architecture, Normaliser } from '../../policies/index.ts';
import type { EpisodeOptions } from '../evaluation/episode.ts';
import type { RunRecord } from '../evaluation/run-record.ts';
import { WorkerCalls } from '../executors/worker-calls.ts';
import { siblingModule, startWorker } from '../executors/worker-thread.ts';
import type { RolloutBuffer } from './buffer.ts';
import type { CollectSummary, CollectorOptions, SavedCollector } from './collector.ts';
import type { EpisodePlan } from './episode-worlds.ts';

export interface RolloutWorkerData {
  readonly plan: EpisodePlan;
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  /** Shared slots: the learner writes one while workers may still read another, at the start of a rollout. */
  readonly weights: readonly Float32Array[];
  /** Name of the baseline satellites fall back to. */
  readonly fallback: string;
  /** Name of the baseline that acts instead of the network, for behaviour cloning. */
  readonly teacher?: string;
  readonly collector: Omit<CollectorOptions, 'episodes' | 'scorer' | 'fallback' | 'teacher' | 'clockMs'>;
}

export interface CollectRequest {
  /** Slot of the weights to act with. */
  readonly weights: number;
  /** Stage of the curriculum for episodes that begin. */
  readonly stage: number;
  /** Which of its buffers each worker fills. */
  readonly buffer: number;
}

export interface EvaluateRequest {
  readonly weights: number;
  /** Index of the scenario, and seed. */
  readonly jobs: readonly { readonly scenario: number; readonly seed: number }[];
  readonly episode: Pick<EpisodeOptions, 'arrivalsS' | 'drainS' | 'part'>;
}

export interface Rollout {
  /** By worker; valid until the next rollout into the same buffers. */
  readonly buffers: readonly RolloutBuffer[];
  readonly summaries: readonly CollectSummary[];
}

const FIRST: CollectRequest = { weights: 0, stage: 0, buffer: 0 };

/**
 * Collectors in worker threads, always in the same order, so that results do not depend on which is faster. Calls queue up in
 * each worker: a rollout asked for early starts as soon as the worker is done with the one before, whatever the others do.
 */
export class CollectorPool {
  private readonly workers: readonly WorkerCalls[];
  /** [workers][buffers] */
  private readonly buffers: readonly (readonly RolloutBuffer[])[];

  /** Starts one worker per entry. */
  static async start(workers: readonly RolloutWorkerData[]): Promise<CollectorPool> {
    const calls = workers.map(
      (data) => new WorkerCalls(startWorker(siblingModule(import.meta.url, 'rollout-worker'), data)),
    );
    try {
      const buffers = await Promise.all(calls.map((worker) => worker.call<RolloutBuffer[]>('buffers', undefined)));
      return new CollectorPool(calls, buffers);
    } catch (error) {
      await Promise.all(calls.map((worker) => worker.close()));
      throw error;
    }
  }

  private constructor(workers: readonly WorkerCalls[], buffers: readonly (readonly RolloutBuffer[])[]) {
    this.workers = workers;
    this.buffers = buffers;
  }

  /** Collects one rollout per worker. */
  async collect(request: CollectRequest = FIRST): Promise<Rollout> {
    const summaries = await Promise.all(this.workers.map((worker) => worker.call<CollectSummary>('collect', request)));
    const buffers = this.buffers.map((ofWorker) => ofWorker[request.buffer] as RolloutBuffer);
    summaries.forEach(({ rows, finals }, i) => {
      const buffer = buffers[i] as RolloutBuffer;
      buffer.n = rows;
      buffer.finals = finals;
    });
    return { buffers, summaries };
  }

  /** Runs episodes on scenarios as they are, dealt out to the workers; records come in the order of the jobs. */
  async evaluate(request: EvaluateRequest): Promise<RunRecord[]> {
    const { jobs } = request;
    const n = this.workers.length;
    const dealt = await Promise.all(
      this.workers.map((worker, i) =>
        worker.call<RunRecord[]>('evaluate', { ...request, jobs: jobs.filter((_, job) => job % n === i) }),
      ),
    );
    return jobs.map((_, job) => (dealt[job % n] as RunRecord[])[Math.floor(job / n)] as RunRecord);
  }

  /** The collectors as they are once the rollouts asked for so far are done. */
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
