import { Constellation, type ConstellationOptions, type DecidedBatch } from '../../agents/index.ts';
import { type Policy } from '../../core/index.ts';
import { type RunPart, World, type WorldModel, checkConservation } from '../../environment/index.ts';
import { createBaseline } from '../../policies/index.ts';
import { FallbackTime } from './fallback-time.ts';
import type { ChangedModes } from './changed-modes.ts';
import type { RunRecord } from './run-record.ts';

export interface EpisodeOptions {
  readonly seed: number;
  /** Tasks arrive for so long, s; then the world runs on until all have ended, at most `drainS`. */
  readonly arrivalsS: number;
  readonly drainS: number;
  /** Start within the scenario, s; default: drawn from the seed. */
  readonly startS?: number;
  /** Where starts may be drawn in scenarios that hold stretches out; default: anywhere. */
  readonly part?: RunPart;
  /** Baseline that decides for satellites in fallback. */
  readonly fallback: string;
  readonly role: RunRecord['role'];
  /** Sees the world before the run, to watch what it records. */
  readonly onStart?: (world: World) => void;
  /** Sees every batch with its choices; copy what you keep. */
  readonly onBatch?: (decided: DecidedBatch) => void;
  /** Sees every group of modes that changed, as they change. */
  readonly onModes?: (changed: ChangedModes) => void;
  /** Sees the world at the end of the run; `columns` are valid during the call. */
  readonly onEnd?: (world: World) => void;
  /** Why satellites start without a usable policy, and events for them from outside; see `Constellation`. */
  readonly refusal?: ConstellationOptions['refusal'];
  readonly reports$?: ConstellationOptions['reports$'];
  /** Watches observations, and works before each round; see `Constellation`. */
  readonly watch?: ConstellationOptions['watch'];
  readonly beforeRound?: ConstellationOptions['beforeRound'];
  /** What became of decisions is emitted on the constellation's `outcomes$`. */
  readonly watchOutcomes?: true;
  /** Sees the constellation before the run, to listen to its streams; `close` ends them. */
  readonly onConstellation?: (constellation: Constellation) => void;
}

/** The policy of an episode: one that answers at once, or a decider that may answer later (nodes). */
export type EpisodePolicy =
  Policy | { readonly name: string; readonly decider: Exclude<ConstellationOptions['policy'], Policy> };

/**
 * One run of one policy on one seed, through agents and streams like every other run. The ledgers of energy, bytes and tasks
 * are checked at the end (CONSERVATION).
 */
export async function runEpisode(
  model: WorldModel,
  policy: EpisodePolicy,
  options: EpisodeOptions,
): Promise<RunRecord> {
  const { scenario } = model;
  const { seed, arrivalsS, drainS, startS, part, onBatch, onModes } = options;
  const { refusal, reports$, watch, beforeRound } = options;
  const world = new World(model, {
    seed,
    runS: arrivalsS + drainS,
    arrivalsS,
    ...(startS === undefined ? {} : { startS }),
    ...(part === undefined ? {} : { part }),
  });
  options.onStart?.(world);
  const constellation = new Constellation({
    worlds: [world],
    policy: 'decider' in policy ? policy.decider : policy,
    fallback: createBaseline(options.fallback, seed),
    grantOracle: options.role === 'oracle',
    layout: { gatewayCount: model.gatewayCount, dataCentreCount: model.dataCentreCount },
    handoverS: scenario.handoverS,
    ...(refusal === undefined ? {} : { refusal }),
    ...(reports$ === undefined ? {} : { reports$ }),
    ...(watch === undefined ? {} : { watch }),
    ...(beforeRound === undefined ? {} : { beforeRound }),
    ...(options.watchOutcomes === true ? { outcomes: [world.transitions] } : {}),
  });
  options.onConstellation?.(constellation);
  const satellites = world.satelliteCount;
  const startsInFallback = refusal === undefined || refusal === null ? 0 : satellites;
  const fallback = new FallbackTime(satellites, startsInFallback, world.startS);
  const watching = constellation.events$.subscribe((changed) => {
    fallback.note(changed);
    onModes?.(changed);
  });
  const arrivalsEndS = world.startS + arrivalsS;
  const run = onBatch === undefined ? {} : { onBatch };
  await constellation.run({ untilS: arrivalsEndS, ...run });
  // Drain in ticks, and stop as soon as nothing is left under way.
  for (let drainedS = 0; drainedS < drainS && world.liveTasks > 0;) {
    drainedS = Math.min(drainedS + scenario.tickS, drainS);
    await constellation.run({ untilS: arrivalsEndS + drainedS, ...run });
  }
  watching.unsubscribe();
  constellation.close();
  checkConservation(world.columns);
  const simulatedS = world.timeS - world.startS;
  const kpis = { ...world.finish(), fallbackFrac: fallback.fracUntil(world.startS + simulatedS) };
  options.onEnd?.(world);
  return {
    scenario: scenario.name,
    policy: policy.name,
    role: options.role,
    seed,
    kpis,
    decisions: world.decisionCount,
    startS: world.startS,
    simulatedS,
    trajectoryHash: world.trajectoryHash,
  };
}
