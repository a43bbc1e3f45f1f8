import { SPACE_CLOUD_SPEC } from '../../../core/index.ts';
import { buildGeometry, loadScenario } from '../../../environment/index.ts';
import {
  type Architecture,
  type ArchitectureOptions,
  type Normaliser,
  NormaliserMeter,
  Scorer,
  architectureOf,
  createBaseline,
  identityNormaliser,
  initialWeights,
} from '../../../policies/index.ts';
import type { RolloutBuffer } from '../../../training/rollout/buffer.ts';
import { Collector } from '../../../training/rollout/collector.ts';
import { EpisodeWorlds } from '../../../training/rollout/episode-worlds.ts';

export interface TestNetwork {
  readonly architecture: Architecture;
  readonly normaliser: Normaliser;
  readonly weights: Float32Array;
}

export interface TestCollection {
  readonly rows: number;
  readonly seed?: number;
  readonly load?: number;
  readonly teacher?: string;
}

export function scorerOf({ architecture, normaliser, weights }: TestNetwork): Scorer {
  return new Scorer(SPACE_CLOUD_SPEC, architecture, weights, normaliser);
}

/** A collector in the small scenario of 12 satellites. */
export function testCollector(
  network: TestNetwork,
  { rows, seed = 1, load = 2, teacher }: TestCollection,
  scorer = scorerOf(network),
): Collector {
  const scenario = loadScenario('scenarios/test-12.yaml', { load });
  const plan = {
    scenarios: [{ scenario, geometry: buildGeometry(scenario), weight: 1 }],
    variation: {},
    curriculum: [],
    episodeS: 5,
  };
  return new Collector({
    episodes: new EpisodeWorlds(plan),
    scorer,
    fallback: createBaseline('load-aware+greedy-finish+gdsf', 1),
    ...(teacher === undefined ? {} : { teacher: createBaseline(teacher, 1) }),
    worldCount: 2,
    rows,
    discountUnitS: 1,
    firstSeed: 2_000_000_000 + seed,
    seedStride: 1,
    bufferCount: 1,
    clockMs: () => 0,
  });
}

/** An untrained network whose inputs are normalised by what a baseline meets in the small scenario. */
export function measuredNetwork(options: ArchitectureOptions, seed = 1): TestNetwork {
  const architecture = architectureOf(SPACE_CLOUD_SPEC, options);
  const weights = initialWeights(architecture, seed);
  const scale = identityNormaliser(SPACE_CLOUD_SPEC, architecture.global);
  const collector = testCollector(
    { architecture, weights, normaliser: scale },
    { rows: 4000, seed: 900, teacher: 'load-aware+greedy-finish+gdsf' },
  );
  const meter = new NormaliserMeter(SPACE_CLOUD_SPEC, architecture.global);
  collector.collect();
  meter.add(bufferOf(collector));
  collector.close();
  return { architecture, weights, normaliser: meter.finish() };
}

export function bufferOf(collector: Collector): RolloutBuffer {
  return collector.buffers[0] as RolloutBuffer;
}
