import { SPACE_CLOUD_SPEC, SpaceCloudError, VERSION, decisionSpecHash, hashJson } from '../../core/index.ts';
import { type Geometry, type Scenario, createWorldModel } from '../../environment/index.ts';
import { nextTurn } from '../executors/next-turn.ts';
import { WorkerCalls } from '../executors/worker-calls.ts';
import { siblingModule, startWorker } from '../executors/worker-thread.ts';
import { type EpisodeOptions, runEpisode } from './episode.ts';
import {
  type BaselineSource,
  type NetworkSource,
  type PolicySource,
  createPolicy,
  policyHash,
} from './policy-source.ts';
import type { RecordKey, RecordStore } from './record-store.ts';
import type { RunRecord } from './run-record.ts';
import { type SeedPurpose, expectSeeds } from './seed-ranges.ts';

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
  /** Those of one name are training runs of one policy. */
  readonly policies: readonly PolicySource[];
  /** The same for every policy. */
  readonly seeds: readonly number[];
  /** What the seeds are for; default: a report. */
  readonly purpose?: SeedPurpose;
  /** Worker threads. */
  readonly workers: number;
  /** Keeps records as they are made; what it has already is not run again. */
  readonly store?: RecordStore;
  /** `done` of `total` runs, those found in the store included; `last` is the one just made. */
  readonly onProgress?: (done: number, total: number, last: RunRecord) => void;
  readonly signal?: AbortSignal;
}

/**
 * Runs every policy on every seed: custom policies in this thread, all others in workers. Records come in the order of
 * policies, then seeds, whichever was faster. An abort ends it after the episodes under way, with the records so far (whole
 * seeds only).
 */
export async function runEvaluation(options: EvaluationRunOptions): Promise<RunRecord[]> {
  const { scenario, geometry, episode, policies, seeds, signal, store } = options;
  expectSeeds(seeds, options.purpose ?? 'report');
  checkNames(policies);
  // By seed, so that an aborted evaluation has whole pairs.
  const jobs = seeds.flatMap((seed) => policies.map((source): RunJob => ({ source, seed })));
  const records = new Map<RunJob, RunRecord>();
  const keyOf = store === undefined ? undefined : recordKeys(options);
  for (const job of jobs) {
    const key = keyOf?.(job);
    const record = key === undefined ? undefined : store?.get(key);
    if (record !== undefined) records.set(job, named(record, job));
  }
  const keep = (job: RunJob, made: RunRecord): void => {
    const record = named(made, job);
    records.set(job, record);
    const key = keyOf?.(job);
    if (key !== undefined) store?.add(key, record);
    options.onProgress?.(records.size, jobs.length, record);
  };
  const missing = jobs.filter((job) => !records.has(job));
  const own = missing.filter(({ source }) => source.kind === 'custom');
  const sent = missing.filter((job): job is EpisodeJob => job.source.kind !== 'custom');
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
      keep(job, await runEpisode(model, createPolicy(source, seed), { ...episode, seed, role: source.role }));
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
  const bySource = new Map(policies.map((source) => [source, new Map<number, RunRecord>()]));
  for (const [{ source, seed }, record] of records) bySource.get(source)?.set(seed, record);
  return policies.flatMap((source) => whole.map((seed) => bySource.get(source)?.get(seed) as RunRecord));
}

/** A record under the names of its job and no others: a kept one may have been made under another name, or as part of a group. */
function named({ run: _before, ...record }: RunRecord, { source }: RunJob): RunRecord {
  const { name, role, run } = source;
  return { ...record, policy: name, role, ...(run === undefined ? {} : { run }) };
}

function recordKeys({ scenario, geometry, episode }: EpisodeWorkerData): (job: RunJob) => RecordKey | undefined {
  const episodeHash = hashJson({
    version: VERSION,
    decisionSpec: decisionSpecHash(SPACE_CLOUD_SPEC),
    scenario: hashJson(scenario),
    geometry: geometry.key,
    episode,
  });
  const hashes = new Map<PolicySource, string | undefined>();
  return ({ source, seed }) => {
    if (!hashes.has(source)) hashes.set(source, policyHash(source));
    const policy = hashes.get(source);
    return policy === undefined ? undefined : { policy, episode: episodeHash, seed };
  };
}

function checkNames(policies: readonly PolicySource[]): void {
  const names = policies.map(({ name, run }) => (run === undefined ? `'${name}'` : `run '${run}' of '${name}'`));
  const double = names.find((name, i) => names.indexOf(name) !== i);
  if (policies.length > 0 && double === undefined) return;
  throw new SpaceCloudError(
    'MISUSE',
    `Expected policies of different names, got ${double === undefined ? 'none' : `${double} twice`}.`,
    { hint: 'Name each policy once; two bundles or runs need names of their own.' },
  );
}
