import { type DecisionBatch, SPACE_CLOUD_SPEC, createDecisionBatch } from '../core/index.ts';
import { LearnedPolicy, createBaseline } from '../policies/index.ts';
import type { Figure } from './figures.ts';
import { HEURISTIC, createConstellation, createNetwork, createScorer, createWorlds, loadFixture } from './fixture.ts';
import { type Lap, lap } from './stopwatch.ts';

const RECORDED = 4096;
const PASSES = 10;
const WARM_UPS = 3;
const SAMPLES = 15;

/** Decisions one at a time, as a node makes them: the greedy policy on batches of one recorded decision. */
export function measure(): Figure[] {
  const { model } = loadFixture();
  const policy = new LearnedPolicy(createScorer(createNetwork(model)), { name: 'bench', mode: 'greedy' });
  const batches: DecisionBatch[] = [];
  const constellation = createConstellation(model, createWorlds(model, 1, 600), createBaseline(HEURISTIC, 1));
  constellation.runSync({
    maxDecisions: RECORDED,
    onBatch: ({ batch }) => {
      for (let row = 0; row < batch.n; row++) batches.push(singleRow(batch, row));
    },
  });
  constellation.close();
  const choice = new Uint8Array(1);
  let checksum = 0;
  const decideAll = (): void => {
    for (let pass = 0; pass < PASSES; pass++) {
      for (const batch of batches) {
        policy.choose(batch, choice);
        checksum += choice[0] as number;
      }
    }
  };
  for (let i = 0; i < WARM_UPS; i++) decideAll();
  const laps: Lap[] = Array.from({ length: SAMPLES }, () => lap(decideAll));
  if (checksum === 0) throw new Error('Expected choices other than the first, got none.');
  const decisions = PASSES * batches.length;
  return [
    {
      name: 'decision/batch-1',
      samples: laps.map(({ wallS }) => (wallS * 1e6) / decisions),
      idleSamples: laps.map(({ cpuS }) => (cpuS * 1e6) / decisions),
    },
  ];
}

/** A copy of one row as a batch of its own. */
function singleRow(source: DecisionBatch, row: number): DecisionBatch {
  const batch = createDecisionBatch(SPACE_CLOUD_SPEC, 1, source.knowledge);
  batch.n = 1;
  const columns = [
    'kind',
    'world',
    'agent',
    'decision',
    'task',
    'destination',
    'sizeBits',
    'timeS',
    'candidateCount',
    'context',
    'candidates',
    'actionMask',
    'candidateNode',
  ] as const;
  for (const name of columns) {
    const width = batch[name].length;
    batch[name].set(source[name].subarray(row * width, (row + 1) * width));
  }
  return batch;
}
