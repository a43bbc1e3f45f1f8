import { type HeardSession, TerminalListener } from '../../agents/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import {
  type AccessDelay,
  type ConstellationUse,
  type Geometry,
  type Scenario,
  type SessionFigures,
  type TerminalSession,
  type World,
  accessDelays,
  applySettings,
  constellationUses,
  createWorldModel,
  nearestWord,
  sessionFigures,
} from '../../environment/index.ts';
import { runEpisode } from '../evaluation/episode.ts';
import { type PolicySource, createPolicy } from '../evaluation/policy-source.ts';
import { TRAIN_DEFAULTS } from '../train-config.ts';

const S_PER_HOUR = 3600;

export interface TerminalRunOptions {
  readonly terminal: string;
  readonly policy: PolicySource;
  readonly seed: number;
  /** Length of the run from the start of the scenario, h. */
  readonly hours: number;
  /** Sees how far the run has come, s. */
  readonly onProgress?: (simulatedS: number) => void;
}

export interface RunProgress {
  readonly update: (simulatedS: number) => void;
  readonly end: () => void;
}

export interface TerminalDayOptions extends Omit<TerminalRunOptions, 'onProgress'> {
  /** The geometry of a variant of the scenario with fewer radios. */
  readonly geometryOf: (scenario: Scenario) => Promise<Geometry> | Geometry;
  /** Called before each run with the one radio that terminals are left with, undefined for all: what shows its progress. */
  readonly progressOf?: (radio: string | undefined) => RunProgress;
}

/** One run as one terminal met it. */
export interface TerminalRun {
  /** The one radio that terminals were left with; undefined: all that the scenario gives them. */
  readonly radio: string | undefined;
  readonly session: TerminalSession;
  readonly figures: SessionFigures;
  readonly uses: readonly (ConstellationUse & { readonly name: string; readonly delay: AccessDelay | undefined })[];
  readonly constellationOf: (satellite: number) => number;
  /** What the terminal's own machine went through. */
  readonly heard: HeardSession;
  /** Names of the satellites that it had. */
  readonly satellites: ReadonlyMap<number, string>;
  /** Of all tasks of the scenario, as other terminals are no better off: share whose deadline was met, mean latency, s. */
  readonly deadlineHitFrac: number;
  readonly latencyMeanS: number;
  readonly trajectoryHash: string;
}

export interface TerminalDay {
  readonly scenario: string;
  readonly terminal: string;
  readonly policy: string;
  readonly seed: number;
  readonly hours: number;
  /** With all radios. */
  readonly all: TerminalRun;
  /** The same day with one radio each, in the order of the terminal's radios; empty for a terminal that has one. */
  readonly singles: readonly TerminalRun[];
  /** Radios that some terminal could never reach a satellite with alone, so that there is no such day; why. */
  readonly unreachable: readonly { readonly radio: string; readonly reason: string }[];
}

/**
 * A day of a terminal with all its radios and, on the same seed and demand, with each of them alone: then every terminal that
 * has that radio has no other.
 *
 * Errors: USAGE for a terminal that the scenario does not have, or a run longer than the scenario.
 */
export async function terminalDay(
  scenario: Scenario,
  geometry: Geometry,
  options: TerminalDayOptions,
): Promise<TerminalDay> {
  const { terminal, seed, hours, policy, geometryOf } = options;
  const { radios } = expectTerminal(scenario, terminal, hours);
  const all = await watchedRun(scenario, geometry, options);
  const singles: TerminalRun[] = [];
  const unreachable: { radio: string; reason: string }[] = [];
  for (const radio of radios.length > 1 ? radios : []) {
    const variant = withRadioOnly(scenario, radio);
    try {
      singles.push(await watchedRun(variant, await geometryOf(variant), options, radio));
    } catch (error) {
      if (!(error instanceof SpaceCloudError) || error.code !== 'SCENARIO_UNREACHABLE') throw error;
      unreachable.push({ radio, reason: error.message });
    }
  }
  return { scenario: scenario.name, terminal, policy: policy.name, seed, hours, all, singles, unreachable };
}

async function watchedRun(
  scenario: Scenario,
  geometry: Geometry,
  options: TerminalDayOptions,
  radio?: string,
): Promise<TerminalRun> {
  const progress = options.progressOf?.(radio);
  try {
    const run = await runTerminal(scenario, geometry, {
      ...options,
      ...(progress === undefined ? {} : { onProgress: progress.update }),
    });
    return { ...run, radio };
  } finally {
    progress?.end();
  }
}

/** One run from the start of the scenario, through the same agents, streams and world as every other. */
export async function runTerminal(
  scenario: Scenario,
  geometry: Geometry,
  { terminal, policy, seed, hours, onProgress }: TerminalRunOptions,
): Promise<TerminalRun> {
  expectTerminal(scenario, terminal, hours);
  const model = createWorldModel(scenario, geometry);
  const node = geometry.nodeNames.indexOf(terminal, model.firstTerminal);
  const listener = new TerminalListener(terminal);
  let world: World | undefined;
  const untilS = hours * S_PER_HOUR;
  const record = await runEpisode(model, createPolicy(policy, seed), {
    ...{ seed, arrivalsS: untilS, drainS: 0, startS: 0, role: policy.role, fallback: TRAIN_DEFAULTS.fallback },
    onStart: (started) => {
      started.watchAccess(node);
      world = started;
    },
    ...(onProgress === undefined ? {} : { onBatch: () => onProgress(world?.timeS ?? 0) }),
    onModes: (changed) => listener.hear(changed),
  });
  if (world === undefined) throw new RangeError('The run never began.');
  const session = world.terminalSession(node);
  const constellationOf = (satellite: number): number => geometry.constellation[satellite] as number;
  const delays = accessDelays(geometry, node, session);
  return {
    radio: undefined,
    session,
    constellationOf,
    figures: sessionFigures(session, constellationOf),
    uses: constellationUses(session, constellationOf).map((use) => ({
      ...use,
      name: scenario.constellations[use.constellation]?.name ?? '',
      delay: delays.get(use.constellation),
    })),
    heard: listener.session(world.timeS),
    satellites: new Map(session.stretches.map(({ satellite }) => [satellite, geometry.nodeNames[satellite] as string])),
    deadlineHitFrac: record.kpis['deadlineHitFrac'] ?? NaN,
    latencyMeanS: record.kpis['latencyMeanS'] ?? NaN,
    trajectoryHash: record.trajectoryHash,
  };
}

/** The scenario with terminals that have this radio left with it alone. */
export function withRadioOnly(scenario: Scenario, radio: string): Scenario {
  const having = scenario.terminals.filter(({ radios }) => radios.length > 1 && radios.includes(radio));
  return applySettings(scenario, Object.fromEntries(having.map(({ name }) => [`terminals.${name}.radios`, [radio]])));
}

/** The terminal of that name. Errors: USAGE where the scenario has none, or is shorter than `hours`. */
export function expectTerminal(scenario: Scenario, terminal: string, hours: number): Scenario['terminals'][number] {
  const found = scenario.terminals.find(({ name }) => name === terminal);
  if (found === undefined) {
    const names = scenario.terminals.map(({ name }) => name);
    if (names.length === 0) {
      throw new SpaceCloudError(
        'USAGE',
        `Expected a scenario with terminals, got '${scenario.name}', which has none.`,
        {
          hint: 'Add terminals to it, or take another scenario, such as one-terminal.',
        },
      );
    }
    const nearest = nearestWord(terminal, names);
    throw new SpaceCloudError('USAGE', `Expected a terminal of scenario '${scenario.name}', got '${terminal}'.`, {
      hint: `${nearest === undefined ? '' : `Did you mean ${nearest}? `}Its terminals are ${names.join(', ')}.`,
    });
  }
  if (hours * S_PER_HOUR > scenario.durationS) {
    throw new SpaceCloudError(
      'USAGE',
      `Expected at most ${scenario.durationS / S_PER_HOUR} h (durationS of scenario '${scenario.name}'), got ${hours} h.`,
      { hint: 'Ask for fewer hours, or give the scenario a longer durationS.' },
    );
  }
  return found;
}
