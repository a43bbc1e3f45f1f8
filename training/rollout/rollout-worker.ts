import { parentPort, workerData } from 'node:worker_threads';
import { SPACE_CLOUD_SPEC } from '../../core/index.ts';
import { createWorldModel } from '../../environment/index.ts';
import { Scorer, createBaseline } from '../../policies/index.ts';
import { answerCalls } from '../executors/worker-calls.ts';
import { Collector, type SavedCollector } from './collector.ts';
import type { RolloutWorkerData } from './collector-pool.ts';

/** A rollout worker: one collector with its worlds; weights and buffer are shared with the learner. */
if (parentPort !== null) {
  const data = workerData as RolloutWorkerData;
  const scorer = new Scorer(SPACE_CLOUD_SPEC, data.architecture, data.weights, data.normaliser);
  const collector = new Collector({
    ...data.collector,
    model: createWorldModel(data.scenario, data.geometry),
    scorer,
    fallback: createBaseline(data.fallback, data.collector.firstSeed),
  });
  answerCalls(parentPort, {
    buffer: () => collector.buffer,
    collect: () => {
      scorer.setWeights(data.weights);
      return collector.collect();
    },
    save: () => collector.save(),
    restore: (saved: SavedCollector) => collector.restore(saved),
  });
}
