import {
  InProcessExecutor,
  type OpenedRelease,
  Rollout,
  type RolloutPlan,
  type RolloutResult,
  SatellitePolicies,
} from '../../agents/fleet/index.ts';
import { type OperationsOptions, createWorldModel } from '../../environment/index.ts';
import { createBaseline } from '../../policies/index.ts';
import { type EpisodeOptions, type RunRecord, TRAIN_DEFAULTS, runEpisode } from '../../training/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import type { LoadedScenario } from '../scenario-input.ts';
import type { FlownRelease } from './flown-release.ts';

export interface RolloutRunOptions
  extends LoadedScenario, Pick<EpisodeOptions, 'seed' | 'arrivalsS' | 'drainS' | 'startS'> {
  readonly from: FlownRelease;
  readonly to: FlownRelease;
  readonly plan: RolloutPlan;
  readonly operations: OperationsOptions;
}

export interface RolloutRun {
  readonly record: RunRecord;
  readonly result: RolloutResult;
}

/** One run of a scenario in this process, in which a release is rolled out. Errors: USAGE for a first release that is refused. */
export async function runRollout(options: RolloutRunOptions): Promise<RolloutRun> {
  const { scenario, geometry, seed, arrivalsS, drainS, startS, from, to, plan, operations } = options;
  const model = createWorldModel(scenario, geometry);
  const before = from.open(seed);
  if ('refused' in before) {
    throw new SpaceCloudError(
      'USAGE',
      `Expected a release that satellites fly at the start, got one they refuse: ${before.refused}.`,
      {
        hint: '`spacecloud verify` says what is wrong with the bundle of --from.',
      },
    );
  }
  const after: OpenedRelease = to.open(seed);
  const fallback = TRAIN_DEFAULTS.fallback;
  const policies = new SatellitePolicies(model.satelliteCount, before, createBaseline(fallback, seed));
  const executor = new InProcessExecutor({
    policies,
    installed: from.release,
    open: ({ rootDigest }) => (rootDigest === to.release.rootDigest ? after : before),
  });
  const rollout = new Rollout({
    ...{ plan, release: to.release, previous: from.release, executor, operations, seed, answers: policies },
  });
  const record = await runEpisode(model, policies, {
    ...{ seed, arrivalsS, drainS, fallback, role: 'baseline', reports$: executor.reports$, ...rollout.hooks },
    ...(startS === undefined ? {} : { startS }),
    ...(from.watch === undefined ? {} : { watch: from.watch }),
  });
  return { record, result: rollout.result() };
}
