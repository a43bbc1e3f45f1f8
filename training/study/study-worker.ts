import { parentPort } from 'node:worker_threads';
import { type WorldModel, createWorldModel } from '../../environment/index.ts';
import { runEpisode } from '../evaluation/episode.ts';
import { createPolicy } from '../evaluation/policy-source.ts';
import { answerCalls } from '../executors/worker-calls.ts';
import type { StageScenario, WorkerRun } from './study-pool.ts';

/** A worker of a study: it keeps the model of one scenario and runs in it what it is asked for, until it is given another. */
if (parentPort !== null) {
  let model: WorldModel | undefined;
  answerCalls(parentPort, {
    stage: ({ scenario, geometry }: StageScenario) => {
      model = createWorldModel(scenario, geometry);
    },
    run: ({ source, seed, episode }: WorkerRun) => {
      if (model === undefined) throw new RangeError('Expected a scenario before the first run.');
      return runEpisode(model, createPolicy(source, seed), { ...episode, seed, role: source.role });
    },
  });
}
