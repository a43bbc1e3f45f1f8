import {
  type FlightPolicy,
  InProcessExecutor,
  type OpenedRelease,
  ROLLOUT_DEFAULTS,
  Rollout,
  type RolloutPlan,
  type RolloutResult,
  SatellitePolicies,
} from '../../../agents/fleet/index.ts';
import type { Policy } from '../../../core/index.ts';
import {
  type OperationsOptions,
  type Scenario,
  type WorldModel,
  createWorldModel,
} from '../../../environment/index.ts';
import { loadGeometry, loadScenario } from '../../../index.ts';
import { createBaseline } from '../../../policies/index.ts';
import { type RunRecord, createPolicy, resolvePolicy, runEpisode } from '../../../training/index.ts';

export const BASE = 'damped+greedy-finish+least-rate';
export const PREVIOUS = { name: 'policy', version: 1, rootDigest: 'one', sizeBytes: 300_000 };
export const NEXT = { name: 'policy', version: 2, rootDigest: 'two', sizeBytes: 300_000 };

/** Stages short enough for the 600 s of test-12, and limits that its four canaries can keep. */
export const QUICK: RolloutPlan = {
  ...ROLLOUT_DEFAULTS,
  baselineS: 60,
  observeS: 60,
  reportS: 20,
  settleS: 10,
  gate: {
    ...ROLLOUT_DEFAULTS.gate,
    deadlineS: 80,
    leastDecisions: 1,
    leastSatellites: 2,
    outcomeLossFrac: 10,
    breaches: 1000,
  },
};

export function modelOf(faults: Scenario['faults']['scheduled'] = []): WorldModel {
  const scenario = loadScenario('test-12', { load: 0.3 });
  const changed = { ...scenario, faults: { ...scenario.faults, scheduled: faults } };
  return createWorldModel(changed, loadGeometry(scenario));
}

/** The untrained network: it keeps no state that satellites would share. */
export function network(): Policy {
  return createPolicy(resolvePolicy('prior', { now: () => 0 }), 1);
}

const EPISODE = { seed: 1, arrivalsS: 400, drainS: 30, startS: 0, fallback: BASE, role: 'baseline' } as const;

export function plainRun(model: WorldModel, policy: Policy): Promise<RunRecord> {
  return runEpisode(model, policy, EPISODE);
}

export interface DrillOptions {
  readonly next?: OpenedRelease;
  readonly plan?: Partial<RolloutPlan>;
  readonly operations?: OperationsOptions;
  readonly release?: typeof NEXT;
}

/** One roll-out on the model, in this process. */
export async function rollOut(
  model: WorldModel,
  { next, plan = {}, operations = {}, release = NEXT }: DrillOptions = {},
): Promise<{ readonly record: RunRecord; readonly result: RolloutResult; readonly policies: SatellitePolicies }> {
  const first: FlightPolicy = { policy: network() };
  const policies = new SatellitePolicies(model.satelliteCount, first, createBaseline(BASE, 1));
  const opened = next ?? { policy: network() };
  const executor = new InProcessExecutor({
    policies,
    installed: PREVIOUS,
    open: ({ rootDigest }) => (rootDigest === release.rootDigest ? opened : first),
  });
  const rollout = new Rollout({
    ...{ plan: { ...QUICK, ...plan }, release, previous: PREVIOUS, executor, operations, seed: 1, answers: policies },
  });
  const record = await runEpisode(model, policies, { ...EPISODE, reports$: executor.reports$, ...rollout.hooks });
  return { record, result: rollout.result(), policies };
}
