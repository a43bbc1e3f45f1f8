/**
 * Scores of observations against the normaliser that training would measure, by which `WATCH_DEFAULTS` was chosen:
 * `npx tsx bench/observation-scores.bench.ts [scenario ...]`; default: all of `scenarios/`. For each: the greatest score that
 * any satellite kept for `strikes` decisions in a row of one kind, and how many satellites went beyond the limit, in runs of its own
 * (60 s and up to 1 h) and in runs where something is not as trained.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Constellation, type WorldPort } from '../agents/index.ts';
import { type DecisionBatch, Rng, SPACE_CLOUD_SPEC as spec, contextColumn } from '../core/index.ts';
import { World, type WorldModel, createWorldModel, loadOrBuildGeometry, loadScenario } from '../environment/index.ts';
import {
  LearnedPolicy,
  type Normaliser,
  NormaliserMeter,
  Scorer,
  architectureOf,
  createBaseline,
  identityNormaliser,
  initialWeights,
  observationScales,
  observationScoresInto,
} from '../policies/index.ts';
import { HEURISTIC, geometryCache, projectRoot } from './fixture.ts';

// As training measures inputs: the untrained policy, sampled, in 20,000 decisions of episodes of 15 s.
const CALIBRATION = { decisions: 20_000, episodeS: 15, worlds: 8, firstSeed: 1_000_000, mostEpisodes: 400 };
const LIMIT = 60;
const STRIKES = 16;
const MOST_DECISIONS = 200_000;
type Fault = (batch: DecisionBatch, row: number) => void;

/** Faults of whoever observes, by name. */
const FAULTS: Readonly<Record<string, Fault>> = {
  'percent for fractions': scaled(['bufferFrac', 'batteryFrac'], (x) => 100 * x),
  'kelvin for degrees': scaled(['temperatureC'], (x) => x + 273.15),
  'milliseconds for seconds': scaled(['timeToDeadlineS'], (x) => 1000 * x),
};

const folder = join(projectRoot(), 'scenarios');
const named = process.argv.slice(2);
const all = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
for (const file of named.length > 0 ? named.map((name) => `${name}.yaml`) : all) {
  const scenario = loadScenario(join(folder, file));
  const model = createWorldModel(scenario, loadOrBuildGeometry(scenario, { cacheDir: geometryCache() }));
  const normaliser = calibrate(model);
  console.log(`${file.slice(0, -'.yaml'.length)}: ${judge(model, normaliser, 60)}; ${judge(model, normaliser, 3600)}`);
  for (const [name, fault] of Object.entries(FAULTS)) console.log(`  ${name}: ${judge(model, normaliser, 60, fault)}`);
}

function prior(mode: 'sample' | 'greedy'): LearnedPolicy {
  const architecture = architectureOf(spec);
  const scorer = new Scorer(spec, architecture, initialWeights(architecture, 1), identityNormaliser(spec));
  const options = mode === 'sample' ? { mode, rng: new Rng(1, 'calibration') } : { mode };
  return new LearnedPolicy(scorer, { name: 'prior', ...options });
}

function calibrate(model: WorldModel): Normaliser {
  const { decisions, episodeS, worlds: count, firstSeed, mostEpisodes } = CALIBRATION;
  let seed = firstSeed;
  const next = (): World => new World(model, { seed: seed++, runS: episodeS, part: 'training' });
  const meter = new NormaliserMeter(spec);
  for (let made = 0; made < decisions && seed < firstSeed + mostEpisodes;) {
    const worlds = Array.from({ length: count }, next);
    made += run(model, worlds, { policy: prior('sample'), runS: episodeS, most: decisions - made }, (batch) =>
      meter.add(batch),
    );
  }
  return meter.finish();
}

function judge(model: WorldModel, normaliser: Normaliser, runS: number, fault?: Fault): string {
  const scales = observationScales(spec, normaliser);
  const scores = new Float32Array(4096);
  const recent = new Map<number, number[]>();
  const most = new Map<number, number>();
  const spanS = Math.min(runS, model.scenario.durationS);
  const worlds = [1, 2, 3].map((seed) => new World(model, { seed, runS: spanS }));
  run(model, worlds, { policy: prior('greedy'), runS: spanS, most: MOST_DECISIONS }, (batch) => {
    for (let row = 0; fault !== undefined && row < batch.n; row++) fault(batch, row);
    observationScoresInto(scales, batch, scores);
    for (let row = 0; row < batch.n; row++) {
      const satellite = (batch.world[row] as number) * model.satelliteCount + (batch.agent[row] as number);
      const key = satellite * spec.kinds.length + (batch.kind[row] as number);
      const last = recent.get(key) ?? [];
      recent.set(key, last);
      last.push(scores[row] as number);
      if (last.length > STRIKES) last.shift();
      if (last.length === STRIKES) most.set(satellite, Math.max(most.get(satellite) ?? 0, Math.min(...last)));
    }
  });
  const hours = worlds.reduce((sum, world) => sum + (world.satelliteCount * (world.timeS - world.startS)) / 3600, 0);
  const beyond = [...most.values()].filter((score) => score > LIMIT).length;
  const greatest = Math.max(0, ...most.values()).toPrecision(3);
  return `${runS} s: greatest ${greatest}, beyond ${LIMIT}: ${beyond} of ${most.size} satellites with ${STRIKES} decisions (${hours.toFixed(1)} satellite-hours)`;
}

interface RunOf {
  readonly policy: LearnedPolicy;
  readonly runS: number;
  readonly most: number;
}

function run(
  model: WorldModel,
  worlds: readonly World[],
  { policy, runS, most }: RunOf,
  see: (batch: DecisionBatch) => void,
): number {
  const ports: readonly WorldPort[] = worlds;
  const constellation = new Constellation({
    ...{ worlds: ports, policy, fallback: createBaseline(HEURISTIC, 1), handoverS: model.scenario.handoverS },
    layout: { gatewayCount: model.gatewayCount, dataCentreCount: model.dataCentreCount },
    outcomes: worlds.map((world) => world.transitions),
  });
  const untilS = worlds.map((world) => world.startS + runS);
  const { decisions } = constellation.runSync({ untilS, maxDecisions: most, onBatch: ({ batch }) => see(batch) });
  constellation.close();
  return decisions;
}

/** Changes the named context features of every kind that has them. */
function scaled(names: readonly string[], change: (value: number) => number): Fault {
  const columns = spec.kinds.map(({ context }, kind) =>
    names
      .filter((name) => context.some((feature) => feature.name === name))
      .map((name) => contextColumn(spec, kind, name)),
  );
  return (batch, row) => {
    for (const column of columns[batch.kind[row] as number] ?? []) {
      const at = row * batch.contextStride + column;
      batch.context[at] = change(batch.context[at] as number);
    }
  };
}
