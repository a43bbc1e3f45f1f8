import { parentPort, workerData } from 'node:worker_threads';
import { SPACE_CLOUD_SPEC } from '../../core/index.ts';
import { LearnedPolicy, Scorer, createBaseline } from '../../policies/index.ts';
import { runEpisode } from '../evaluation/episode.ts';
import type { RunRecord } from '../evaluation/run-record.ts';
import { answerCalls } from '../executors/worker-calls.ts';
import { Collector, type SavedCollector } from './collector.ts';
import type { CollectRequest, EvaluateRequest, RolloutWorkerData } from './collector-pool.ts';
import { EpisodeWorlds } from './episode-worlds.ts';

/** Durations for metrics; nothing that is learned depends on them. A worker cannot be handed its caller's clock. */
// eslint-disable-next-line no-restricted-globals
const clockMs = (): number => performance.now();

/** A rollout worker: one collector with its worlds; weights and buffers are shared with the learner. */
if (parentPort !== null) {
  const data = workerData as RolloutWorkerData;
  const scorer = new Scorer(SPACE_CLOUD_SPEC, data.architecture, weightsIn(0), data.normaliser);
  const episodes = new EpisodeWorlds(data.plan);
  const collector = new Collector({
    ...data.collector,
    episodes,
    scorer,
    fallback: createBaseline(data.fallback, data.collector.firstSeed),
    ...(data.teacher === undefined ? {} : { teacher: createBaseline(data.teacher, data.collector.firstSeed) }),
    clockMs,
  });
  answerCalls(parentPort, {
    buffers: () => collector.buffers,
    collect: ({ weights, stage, buffer }: CollectRequest) => {
      scorer.setWeights(weightsIn(weights));
      return collector.collect(stage, buffer);
    },
    evaluate: (request: EvaluateRequest) => evaluate(request, episodes),
    save: () => collector.save(),
    restore: (saved: SavedCollector) => collector.restore(saved),
  });
}

function weightsIn(slot: number): Float32Array {
  return (workerData as RolloutWorkerData).weights[slot] as Float32Array;
}

/** Episodes on scenarios as they are, one after another, acting greedily. */
async function evaluate({ weights, jobs, episode }: EvaluateRequest, { models }: EpisodeWorlds): Promise<RunRecord[]> {
  const { architecture, normaliser, fallback } = workerData as RolloutWorkerData;
  const scorer = new Scorer(SPACE_CLOUD_SPEC, architecture, weightsIn(weights), normaliser);
  const records: RunRecord[] = [];
  for (const { scenario, seed } of jobs) {
    const policy = new LearnedPolicy(scorer, { name: 'learner', mode: 'greedy' });
    const model = models[scenario];
    if (model === undefined) throw new RangeError(`There is no scenario ${scenario}.`);
    records.push(await runEpisode(model, policy, { ...episode, fallback, seed, role: 'learned' }));
  }
  return records;
}
