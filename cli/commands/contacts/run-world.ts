import { SpaceCloudError } from '../../../core/index.ts';
import type { World } from '../../../environment/index.ts';
import type { LoadedScenario } from '../../scenario-input.ts';

export interface RunWorldOptions extends LoadedScenario {
  /** As of `spacecloud simulate`. */
  readonly policy: string;
  readonly seed: number;
  /** Start of the run and time to stop at, s since scenario start. */
  readonly startS: number;
  readonly atS: number;
}

/** Runs a world up to a time and returns it as it then is. Throws USAGE for times that make no run. */
export async function runWorldUntil({
  scenario,
  geometry,
  policy,
  seed,
  startS,
  atS,
}: RunWorldOptions): Promise<World> {
  const [{ Constellation }, { World, createWorldModel }, { createBaseline }, training] = await Promise.all([
    import('../../../agents/index.ts'),
    import('../../../environment/index.ts'),
    import('../../../policies/index.ts'),
    import('../../../training/index.ts'),
  ]);
  const { tickS } = geometry;
  const startTick = Math.round(startS / tickS);
  if (startS > atS || Math.abs(startTick * tickS - startS) > 1e-6) {
    throw new SpaceCloudError(
      'USAGE',
      `Expected --start to be a multiple of ${tickS} s (tickS of scenario '${scenario.name}') up to --at (${atS} s), got ${startS} s.`,
      { hint: 'A run starts with a tick, and faults count from its start.' },
    );
  }
  const source = training.resolvePolicy(policy, { now: Date.now });
  const model = createWorldModel(scenario, geometry);
  const runS = (Math.floor(atS / tickS + 1e-9) + 1 - startTick) * tickS;
  const world = new World(model, { seed, startS, runS });
  const constellation = new Constellation({
    worlds: [world],
    policy: training.createPolicy(source, seed),
    fallback: createBaseline(training.TRAIN_DEFAULTS.fallback, seed),
    grantOracle: source.role === 'oracle',
    layout: { gatewayCount: model.gatewayCount, dataCentreCount: model.dataCentreCount },
    handoverS: scenario.handoverS,
  });
  await constellation.run({ untilS: atS });
  constellation.close();
  return world;
}
