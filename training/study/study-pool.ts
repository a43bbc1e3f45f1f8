import type { Geometry, Scenario } from '../../environment/index.ts';
import type { EpisodeOptions } from '../evaluation/episode.ts';
import type { BaselineSource, NetworkSource } from '../evaluation/policy-source.ts';
import type { RunRecord } from '../evaluation/run-record.ts';
import { WorkerCalls } from '../executors/worker-calls.ts';
import { siblingModule, startWorker } from '../executors/worker-thread.ts';

/** Options of an episode that can be sent to a worker. */
export type StudyEpisode = Pick<EpisodeOptions, 'arrivalsS' | 'drainS' | 'startS' | 'part' | 'fallback'>;

export interface StageScenario {
  readonly scenario: Scenario;
  /** Its columns are in shared memory: sending it copies names only. */
  readonly geometry: Geometry;
}

export interface WorkerRun {
  readonly source: BaselineSource | NetworkSource;
  readonly seed: number;
  readonly episode: StudyEpisode;
}

/**
 * Worker threads that live as long as a study: starting one costs more than many a run. A worker is sent a scenario when it
 * takes a run of another than its last.
 */
export class StudyPool {
  private readonly workers: { readonly calls: WorkerCalls; staged: Scenario | undefined }[] = [];
  readonly size: number;

  constructor(size: number) {
    this.size = size;
  }

  /** One run, in worker `index` from 0 to `size` - 1, which must be idle. Workers start with their first run. */
  async run(index: number, stage: StageScenario, run: WorkerRun): Promise<RunRecord> {
    let worker = this.workers[index];
    if (worker === undefined) {
      worker = {
        calls: new WorkerCalls(startWorker(siblingModule(import.meta.url, 'study-worker'), null)),
        staged: undefined,
      };
      this.workers[index] = worker;
    }
    if (worker.staged !== stage.scenario) {
      await worker.calls.call('stage', stage);
      worker.staged = stage.scenario;
    }
    return worker.calls.call<RunRecord>('run', run);
  }

  async close(): Promise<void> {
    // A worker that was never started leaves a hole.
    await Promise.all(this.workers.filter((worker) => worker !== undefined).map(({ calls }) => calls.close()));
  }
}
