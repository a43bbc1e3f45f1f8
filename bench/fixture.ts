import { existsSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Constellation } from '../agents/index.ts';
import { type Policy, Rng, SPACE_CLOUD_SPEC } from '../core/index.ts';
import {
  type Geometry,
  type Scenario,
  World,
  type WorldModel,
  createWorldModel,
  loadOrBuildGeometry,
  loadScenario,
} from '../environment/index.ts';
import {
  type Architecture,
  type Normaliser,
  NormaliserMeter,
  Scorer,
  architectureOf,
  createBaseline,
  initialWeights,
  weightLayout,
} from '../policies/index.ts';

/** The heuristic that the bars speak of: the best baseline, and what satellites fall back to. */
export const HEURISTIC = 'load-aware+greedy-finish+gdsf';
const SCENARIO = 'scenarios/iridium-66.yaml';
/** Spread of the random weights of the policy's last layer: logits move by about one, so that choices differ from the prior. */
const RESIDUAL_STD = 0.3;
const CALIBRATION_DECISIONS = 20_000;

export interface Fixture {
  readonly scenario: Scenario;
  readonly geometry: Geometry;
  readonly model: WorldModel;
}

/** The default scenario, with its geometry from the benches' own cache. */
export function loadFixture(): Fixture {
  const scenario = loadScenario(join(projectRoot(), SCENARIO));
  const geometry = loadOrBuildGeometry(scenario, { cacheDir: geometryCache() });
  return { scenario, geometry, model: createWorldModel(scenario, geometry) };
}

export function geometryCache(): string {
  const folder = join(tmpdir(), 'spacecloud-bench');
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** The folder that holds package.json, from `bench/` and from `dist/bench/` alike. */
export function projectRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}

/** Worlds with seeds 1, 2, ... that can run for `runS`. */
export function createWorlds(model: WorldModel, count: number, runS: number): World[] {
  return Array.from({ length: count }, (_, i) => new World(model, { seed: i + 1, runS }));
}

export function createConstellation(model: WorldModel, worlds: readonly World[], policy: Policy): Constellation {
  return new Constellation({
    worlds,
    policy,
    fallback: createBaseline(HEURISTIC, 1),
    layout: { gatewayCount: model.gatewayCount, dataCentreCount: model.dataCentreCount },
    handoverS: model.scenario.handoverS,
    outcomes: worlds.map((world) => world.transitions),
  });
}

export interface LearnedNetwork {
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  readonly weights: Float32Array;
}

/** The default network with a measured normaliser and random weights in its last layer, as after some training. */
export function createNetwork(model: WorldModel): LearnedNetwork {
  const architecture = architectureOf(SPACE_CLOUD_SPEC);
  const weights = initialWeights(architecture, 1);
  const rng = new Rng(1, 'bench-residual');
  for (const { name, offset, size } of weightLayout(architecture)) {
    if (!name.endsWith('/policy.out.w')) continue;
    for (let i = offset; i < offset + size; i++) weights[i] = rng.normal() * RESIDUAL_STD;
  }
  const meter = new NormaliserMeter(SPACE_CLOUD_SPEC);
  const constellation = createConstellation(model, createWorlds(model, 1, 600), createBaseline(HEURISTIC, 1));
  constellation.runSync({ maxDecisions: CALIBRATION_DECISIONS, onBatch: ({ batch }) => meter.add(batch) });
  constellation.close();
  return { architecture, normaliser: meter.finish(), weights };
}

export function createScorer({ architecture, weights, normaliser }: LearnedNetwork): Scorer {
  return new Scorer(SPACE_CLOUD_SPEC, architecture, weights, normaliser);
}
