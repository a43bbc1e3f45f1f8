import { SpaceCloudError } from '../../core/index.ts';
import type { Geometry, Scenario } from '../../environment/index.ts';
import { WorkerCalls } from '../executors/worker-calls.ts';
import { siblingModule, startWorker } from '../executors/worker-thread.ts';
import type { EpisodeOptions } from './episode.ts';
import type { PolicySource } from './policy-source.ts';
import type { RunRecord } from './run-record.ts';

/** Seeds from here on belong to training: evaluation never sees the arrivals and windows that training saw. */
export const FIRST_TRAINING_SEED = 1_000_000;

export interface EpisodeJob {
  readonly source: PolicySource;
  readonly seed: number;
}

export interface EpisodeWorkerData {
  readonly scenario: Scenario;
  readonly geometry: Geometry;
  readonly episode: Omit<EpisodeOptions, 'seed' | 'role' | 'onBatch'>;
}

export interface EvaluationRunOptions extends EpisodeWorkerData {
  readonly policies: readonly PolicySource[];
  /** The same for every policy. */
  readonly seeds: readonly number[];
  /** Worker threads. */
  readonly workers: number;
  readonly onProgress?: (done: number, total: number, last: RunRecord) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs every policy on every seed. Records come in the order of policies, then seeds, whichever worker was faster. An abort
 * ends it after the episodes under way, with the records so far (whole seeds only).
 */
export async function runEvaluation(options: EvaluationRunOptions): Promise<RunRecord[]> {
  const { scenario, geometry, episode, policies, seeds, signal } = options;
  checkSeeds(seeds);
  // By seed, so that an aborted evaluation has whole pairs.
  const jobs = seeds.flatMap((seed) => policies.map((source): EpisodeJob => ({ source, seed })));
  const records = new Map<EpisodeJob, RunRecord>();
  let next = 0;
  const work = async (worker: WorkerCalls): Promise<void> => {
    while (next < jobs.length && signal?.aborted !== true) {
      const job = jobs[next++] as EpisodeJob;
      const record = await worker.call<RunRecord>('run', job);
      records.set(job, record);
      options.onProgress?.(records.size, jobs.length, record);
    }
  };
  const data: EpisodeWorkerData = { scenario, geometry, episode };
  const count = Math.min(options.workers, jobs.length);
  const workers = Array.from(
    { length: count },
    () => new WorkerCalls(startWorker(siblingModule(import.meta.url, 'episode-worker'), data)),
  );
  try {
    await Promise.all(workers.map(work));
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
  const whole = seeds.filter((seed) => jobs.every((job) => job.seed !== seed || records.has(job)));
  return policies.flatMap((source) =>
    whole.map(
      (seed) => records.get(jobs.find((job) => job.source === source && job.seed === seed) as EpisodeJob) as RunRecord,
    ),
  );
}

function checkSeeds(seeds: readonly number[]): void {
  const bad = seeds.find((seed) => !Number.isInteger(seed) || seed < 1 || seed >= FIRST_TRAINING_SEED);
  if (seeds.length > 0 && bad === undefined && new Set(seeds).size === seeds.length) return;
  throw new SpaceCloudError(
    'MISUSE',
    `Expected different evaluation seeds from 1 to ${FIRST_TRAINING_SEED - 1}, got ${bad ?? (seeds.join(', ') || 'none')}.`,
    {
      hint: 'Larger seeds are those of training.',
    },
  );
}
