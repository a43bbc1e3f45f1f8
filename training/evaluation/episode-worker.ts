import { parentPort, workerData } from 'node:worker_threads';
import { createWorldModel } from '../../environment/index.ts';
import { answerCalls } from '../executors/worker-calls.ts';
import { runEpisode } from './episode.ts';
import { createPolicy } from './policy-source.ts';
import type { EpisodeJob, EpisodeWorkerData } from './run.ts';

/** An evaluation worker: runs the episodes it is asked for, one after another. */
if (parentPort !== null) {
  const data = workerData as EpisodeWorkerData;
  const model = createWorldModel(data.scenario, data.geometry);
  answerCalls(parentPort, {
    run: ({ source, seed }: EpisodeJob) =>
      runEpisode(model, createPolicy(source, seed), { ...data.episode, seed, role: source.role }),
  });
}
