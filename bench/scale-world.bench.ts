import process from 'node:process';
import type { Policy } from '../core/index.ts';
import { World, type WorldModel, createWorldModel, loadOrBuildGeometry } from '../environment/index.ts';
import { LearnedPolicy, createBaseline, initialWeights } from '../policies/index.ts';
import { BareLoop } from './bare-loop.ts';
import type { Figure } from './figures.ts';
import { HEURISTIC, createConstellation, createNetwork, createScorer, geometryCache } from './fixture.ts';
import { plainDelays } from './scale-world-plain.ts';
import { SIZES, type Size, scaleScenario } from './scale-world-scenario.ts';
import { type Lap, lap, startLap } from './stopwatch.ts';

/** Simulated time, s: the network fills up; a sample, which holds whole ticks and reports, longer where there are fewer decisions. */
const WARM_UP_S = 120;
const SAMPLE_S = { 66: 240, 1584: 60, 6600: 60 } as const;
const SAMPLES = 5;
/** Span of the geometry, s. */
const SPAN_S = 1800;
const SHORT_SAMPLE_S = 20;
/** One of as many decisions is given plain searches of its own; their time is scaled. */
const ONE_OF = 200;
/** Sums of some 100 light times in another order differ by less, s. */
const SAME_DELAY_S = 1e-12;

/** The world under the heuristic at three sizes with equal traffic, one thread, no agents; then the same with agents and by plain means. */
export function measure(): Figure[] {
  const models = new Map(SIZES.map((size) => [size, modelOf(size)]));
  const model = models.get(1584) as WorldModel;
  const cost = new Map<Size, Lap[]>();
  const figures: Figure[] = [];
  for (const size of SIZES) {
    const { decisions, laps, columnsMb } = measureSize(models.get(size) as WorldModel, SAMPLE_S[size]);
    const perDecision = laps.map((l, i) => scaleLap(l, 1e6 / (decisions[i] as number)));
    cost.set(size, perDecision);
    const perHour = (decisions.reduce((sum, n) => sum + n, 0) * 3600) / (SAMPLES * SAMPLE_S[size]);
    const note = `${(perHour / 1e6).toFixed(1)} M decisions per simulated hour`;
    figures.push({ name: `scale-world/decision/${size}`, ...times(perDecision), note });
    if (size === 1584)
      figures.push({ name: 'scale-world/real-time', ...times(laps.map((l) => speedOf(l, SAMPLE_S[size]))) });
    if (size === 6600) figures.push({ name: 'scale-world/memory', samples: columnsMb });
  }
  figures.push({ name: 'scale-world/growth', ...ratios(cost.get(6600) as Lap[], cost.get(66) as Lap[]) });
  figures.push({ name: 'scale-world/gain', ...measurePlainly(model, ONE_OF) });
  figures.push({ name: 'scale-world/gain-cached', ...measurePlainly(model) }, measureAgents(model));
  return figures;
}

function modelOf(size: Size): WorldModel {
  const scenario = scaleScenario(size, SPAN_S);
  return createWorldModel(scenario, loadOrBuildGeometry(scenario, { cacheDir: geometryCache() }));
}

function createWorld(model: WorldModel): World {
  return new World(model, { seed: 1, runS: SPAN_S, startS: 0 });
}

interface SizeResult {
  readonly decisions: readonly number[];
  readonly laps: readonly Lap[];
  /** Memory under the world's columns after each sample, MB. */
  readonly columnsMb: readonly number[];
}

function measureSize(model: WorldModel, sampleS: number): SizeResult {
  globalThis.gc?.();
  const before = process.memoryUsage().arrayBuffers;
  const bare = new BareLoop([createWorld(model)], createBaseline(HEURISTIC, 1));
  bare.run([WARM_UP_S]);
  const decisions: number[] = [];
  const laps: Lap[] = [];
  const columnsMb: number[] = [];
  for (let i = 1; i <= SAMPLES; i++) {
    laps.push(lap(() => decisions.push(bare.run([WARM_UP_S + i * sampleS]))));
    globalThis.gc?.();
    columnsMb.push((process.memoryUsage().arrayBuffers - before) / 1e6);
  }
  return { decisions, laps, columnsMb };
}

/**
 * The plain searches of a run against the whole run without them: one per decision and network, made for one of `oneOf` decisions,
 * or one per destination and network. Throws if a delay differs.
 */
function measurePlainly(model: WorldModel, oneOf?: number): Pick<Figure, 'samples' | 'idleSamples' | 'note'> {
  const world = createWorld(model);
  const plain = new PlainSearches(world, oneOf);
  const bare = new BareLoop([world], plain);
  plain.searches = -1;
  bare.run([WARM_UP_S]);
  const wall: number[] = [];
  const cpu: number[] = [];
  let searches = 0;
  for (let i = 1; i <= SAMPLES; i++) {
    plain.reset();
    const { wallS, cpuS } = lap(() => bare.run([WARM_UP_S + i * SHORT_SAMPLE_S]));
    wall.push(((oneOf ?? 1) * plain.wallS) / (wallS - plain.wallS));
    cpu.push(((oneOf ?? 1) * plain.cpuS) / (cpuS - plain.cpuS));
    searches += plain.searches;
  }
  const note = `${searches} plain searches in ${SAMPLES * SHORT_SAMPLE_S} simulated s, against everything the world does`;
  return { samples: wall, idleSamples: cpu, note };
}

/** The heuristic, which besides finds plainly the delays it is shown. */
class PlainSearches implements Policy {
  readonly name = 'plain-searches';
  /** Searches made; -1 = none are to be made. */
  searches = 0;
  wallS = 0;
  cpuS = 0;
  private readonly world: World;
  private readonly heuristic = createBaseline(HEURISTIC, 1);
  private readonly oneOf: number | undefined;
  private readonly known = new Map<string, Map<number, number>>();
  private decisions = 0;

  constructor(world: World, oneOf: number | undefined) {
    this.world = world;
    this.oneOf = oneOf;
  }

  reset(): void {
    this.searches = 0;
    this.wallS = 0;
    this.cpuS = 0;
    this.known.clear();
  }

  choose(...args: Parameters<Policy['choose']>): void {
    const [batch] = args;
    for (let row = 0; row < batch.n && this.searches >= 0; row++) {
      const destination = batch.destination[row] as number;
      if (destination < 0 || this.decisions++ % (this.oneOf ?? 1) !== 0) continue;
      if (this.oneOf !== undefined) this.known.clear();
      this.compare(batch.agent[row] as number, destination, false);
      this.compare(batch.agent[row] as number, destination, true);
    }
    this.heuristic.choose(...args);
  }

  private compare(satellite: number, destination: number, withQueues: boolean): void {
    const { clock, reportTimes } = this.world.columns;
    const { knowledge } = this.world;
    const network = withQueues ? `${clock.tick}/${reportTimes.knownS}` : String(clock.tick);
    const key = `${network}/${withQueues}/${destination}`;
    let delays = this.known.get(key);
    if (delays === undefined) {
      const stop = startLap();
      delays = plainDelays(this.world, destination, withQueues);
      const { wallS, cpuS } = stop();
      this.wallS += wallS;
      this.cpuS += cpuS;
      this.searches++;
      this.known.set(key, delays);
    }
    const plainS = delays.get(satellite) ?? Infinity;
    const delayS = withQueues
      ? knowledge.linkStateDelayS(satellite, destination)
      : knowledge.snapshotDelayS(satellite, destination);
    if (plainS === delayS || Math.abs(plainS - delayS) <= SAME_DELAY_S) return;
    throw new Error(`From ${satellite} to ${destination}: ${delayS} s in the world, ${plainS} s plainly.`);
  }
}

/** The learned policy as it is before training, through the agents: for information. */
function measureAgents(model: WorldModel): Figure {
  const network = createNetwork(model);
  const scorer = createScorer({ ...network, weights: initialWeights(network.architecture, 1) });
  const world = createWorld(model);
  const constellation = createConstellation(
    model,
    [world],
    new LearnedPolicy(scorer, { name: 'prior', mode: 'greedy' }),
  );
  constellation.runSync({ untilS: [WARM_UP_S] });
  const laps: Lap[] = [];
  for (let i = 1; i <= SAMPLES; i++) {
    let decisions = 0;
    const untilS = [WARM_UP_S + i * SHORT_SAMPLE_S];
    const time = lap(() => (decisions = constellation.runSync({ untilS }).decisions));
    laps.push(scaleLap(time, 1e6 / decisions));
  }
  constellation.close();
  return { name: 'scale-world/agents', ...times(laps) };
}

function scaleLap({ wallS, cpuS }: Lap, factor: number): Lap {
  return { wallS: wallS * factor, cpuS: cpuS * factor };
}

/** Simulated to elapsed time of a sample. */
function speedOf({ wallS, cpuS }: Lap, simulatedS: number): Lap {
  return { wallS: simulatedS / wallS, cpuS: simulatedS / cpuS };
}

function times(laps: readonly Lap[]): Pick<Figure, 'samples' | 'idleSamples'> {
  return { samples: laps.map(({ wallS }) => wallS), idleSamples: laps.map(({ cpuS }) => cpuS) };
}

/** How many times more the first cost, sample by sample. */
function ratios(more: readonly Lap[], less: readonly Lap[]): Pick<Figure, 'samples' | 'idleSamples'> {
  const ratio = (time: (l: Lap) => number): number[] => more.map((l, i) => time(l) / time(less[i] as Lap));
  return { samples: ratio(({ wallS }) => wallS), idleSamples: ratio(({ cpuS }) => cpuS) };
}
