import { SpaceCloudError } from '../../core/index.ts';
import { type Geometry, type Scenario, createWorldModel } from '../../environment/index.ts';
import { nextTurn } from '../executors/next-turn.ts';
import { WorkerCalls } from '../executors/worker-calls.ts';
import { siblingModule, startWorker } from '../executors/worker-thread.ts';
import { type EpisodeOptions, runEpisode } from './episode.ts';
import { type BaselineSource, type NetworkSource, type PolicySource, createPolicy } from './policy-source.ts';
import type { RunRecord } from './run-record.ts';
import { type SeedPurpose, expectSeeds } from './seed-ranges.ts';

export { FIRST_TRAINING_SEED } from './seed-ranges.ts';

interface RunJob {
  readonly source: PolicySource;
  readonly seed: number;
}

/** A run that can be sent to a worker. */
export interface EpisodeJob extends RunJob {
  readonly source: BaselineSource | NetworkSource;
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
  /** What the seeds are for; default: a report. */
  readonly purpose?: SeedPurpose;
  /** Worker threads. */
  readonly workers: number;
  readonly onProgress?: (done: number, total: number, last: RunRecord) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs every policy on every seed: custom policies in this thread, all others in workers. Records come in the order of
 * policies, then seeds, whichever was faster. An abort ends it after the episodes under way, with the records so far (whole
 * seeds only).
 */
export async function runEvaluation(options: EvaluationRunOptions): Promise<RunRecord[]> {
  const { scenario, geometry, episode, policies, seeds, signal } = options;
  expectSeeds(seeds, options.purpose ?? 'report');
  checkNames(policies);
  // By seed, so that an aborted evaluation has whole pairs.
  const jobs = seeds.flatMap((seed) => policies.map((source): RunJob => ({ source, seed })));
  const own = jobs.filter(({ source }) => source.kind === 'custom');
  const sent = jobs.filter((job): job is EpisodeJob => job.source.kind !== 'custom');
  const records = new Map<RunJob, RunRecord>();
  const keep = (job: RunJob, record: RunRecord): void => {
    records.set(job, record);
    options.onProgress?.(records.size, jobs.length, record);
  };
  let next = 0;
  const feed = async (worker: WorkerCalls): Promise<void> => {
    while (next < sent.length && signal?.aborted !== true) {
      const job = sent[next++] as EpisodeJob;
      keep(job, await worker.call<RunRecord>('run', job));
    }
  };
  const runOwn = async (): Promise<void> => {
    if (own.length === 0) return;
    const model = createWorldModel(scenario, geometry);
    for (const job of own) {
      await nextTurn();
      if (signal?.aborted === true) return;
      const { source, seed } = job;
      const record = await runEpisode(model, createPolicy(source, seed), { ...episode, seed, role: source.role });
      keep(job, { ...record, policy: source.name });
    }
  };
  const data: EpisodeWorkerData = { scenario, geometry, episode };
  const workers = Array.from(
    { length: Math.min(options.workers, sent.length) },
    () => new WorkerCalls(startWorker(siblingModule(import.meta.url, 'episode-worker'), data)),
  );
  try {
    await Promise.all([...workers.map(feed), runOwn()]);
  } finally {
    await Promise.all(workers.map((worker) => worker.close()));
  }
  const whole = seeds.filter((seed) => jobs.every((job) => job.seed !== seed || records.has(job)));
  return policies.flatMap((source) =>
    whole.map(
      (seed) => records.get(jobs.find((job) => job.source === source && job.seed === seed) as RunJob) as RunRecord,
    ),
  );
}

function checkNames(policies: readonly PolicySource[]): void {
  const names = policies.map(({ name }) => name);
  const double = names.find((name, i) => names.indexOf(name) !== i);
  if (policies.length > 0 && double === undefined) return;
  throw new SpaceCloudError(
    'MISUSE',
    `Expected policies of different names, got ${double === undefined ? 'none' : `'${double}' twice`}.`,
    { hint: 'Name each policy once; two bundles or runs need names of their own.' },
  );
}
