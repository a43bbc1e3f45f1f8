import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { type DecisionBatch, SPACE_CLOUD_SPEC, createDecisionBatch } from '../core/index.ts';
import { LearnedPolicy, architectureOf, createBaseline, initialWeights } from '../policies/index.ts';
import { type Figure, median } from './figures.ts';
import { HEURISTIC, createConstellation, createNetwork, createScorer, createWorlds, loadFixture } from './fixture.ts';
import { type Lap, lap } from './stopwatch.ts';

const RECORDED = 4096;
const PASSES = 10;
const WARM_UPS = 3;
const SAMPLES = 15;
/** Decisions timed one by one, per sample. */
const TIMED = 100_000;

/** Decisions one at a time, as a node makes them: the greedy policy on batches of one recorded decision. */
export function measure(): Figure[] {
  const { model } = loadFixture();
  const network = createNetwork(model);
  const policy = new LearnedPolicy(createScorer(network), { name: 'bench', mode: 'greedy' });
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
  const large = architectureOf(SPACE_CLOUD_SPEC, { attention: 32, memory: 32 });
  const largeParts = { ...network, architecture: large, weights: initialWeights(large, 1) };
  const largePolicy = new LearnedPolicy(createScorer(largeParts), { name: 'bench-large', mode: 'greedy' });
  return [
    {
      name: 'decision/batch-1',
      samples: laps.map(({ wallS }) => (wallS * 1e6) / decisions),
      idleSamples: laps.map(({ cpuS }) => (cpuS * 1e6) / decisions),
    },
    latency('decision/p99', policy, batches),
    latency('decision/p99/attention-memory', largePolicy, batches),
    memory(),
  ];
}

/** The 99th percentile of single decisions, each timed by itself, by wall time; median and longest in the note. */
function latency(name: string, policy: LearnedPolicy, batches: readonly DecisionBatch[]): Figure {
  const choice = new Uint8Array(1);
  const times = new Float64Array(TIMED);
  const at = (frac: number): number => times[Math.min(TIMED - 1, Math.floor(frac * TIMED))] as number;
  const notes: string[] = [];
  const round = (): number => {
    for (let i = 0; i < TIMED; i++) {
      const batch = batches[i % batches.length] as DecisionBatch;
      const startMs = performance.now();
      policy.choose(batch, choice);
      times[i] = 1e3 * (performance.now() - startMs);
    }
    times.sort();
    notes.push(`${at(0.5).toFixed(1)}/${at(0.99).toFixed(1)}/${at(1).toFixed(0)}`);
    return at(0.99);
  };
  round();
  notes.length = 0;
  const samples = Array.from({ length: 5 }, round);
  return { name, samples, note: `p50/p99/longest in us: ${notes.join(', ')}` };
}

/** Resident memory that the runtime adds, measured in processes of their own (`decision-memory.ts`). */
function memory(): Figure {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
  const script = join(import.meta.dirname, `decision-memory.${extension}`);
  const measureOnce = (): { addedMB: number; totalMB: number } => {
    const out = execFileSync(process.execPath, [...process.execArgv, '--expose-gc', script], { encoding: 'utf8' });
    return JSON.parse(out) as { addedMB: number; totalMB: number };
  };
  const runs = Array.from({ length: 5 }, measureOnce);
  const total = median(runs.map(({ totalMB }) => totalMB));
  return {
    name: 'decision/memory',
    samples: runs.map(({ addedMB }) => addedMB),
    note: `the process has ${total.toFixed(1)} MB in all, Node included`,
  };
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
