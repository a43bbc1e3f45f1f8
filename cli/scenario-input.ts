import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { SpaceCloudError } from '../core/index.ts';
import type { Geometry, Scenario, ScenarioOverrides } from '../environment/index.ts';
import { positiveNumber } from './arguments.ts';
import { namesTrainingFile } from './names-training-file.ts';
import { packageInfo } from './package-info.ts';
import { startProgress } from './progress.ts';
import type { CommandStreams } from './run-command.ts';

/** Options of every command that takes a scenario. */
export interface ScenarioOptions {
  readonly elements?: string;
  readonly epoch?: string;
  readonly load?: number;
  readonly cache: boolean;
}

/** Adds the scenario argument and the options that change it. */
export function takesScenario(
  command: Command,
  what = 'scenario file, or the name of one that is shipped',
  unlessGiven = 'iridium-66',
): Command {
  return command
    .argument('[scenario]', what, unlessGiven)
    .option('--elements <file>', 'fly these satellites instead: OMM (JSON, CSV) or TLE file')
    .option('--epoch <utc>', 'scenario time 0, e.g. 2026-11-22T00:00:00Z; default: as the scenario says')
    .option('--load <factor>', 'offered load relative to the rates in the scenario', positiveNumber('--load'))
    .option('--no-cache', 'compute the geometry anew and do not keep it');
}

export interface LoadedScenario {
  readonly scenario: Scenario;
  readonly geometry: Geometry;
}

/** Loads a scenario and its geometry, and says what was left out of element sets. Errors: SCENARIO_*, ELEMENTS_*, FILE_*. */
export async function loadScenarioInput(
  name: string,
  options: ScenarioOptions,
  streams: CommandStreams,
): Promise<LoadedScenario> {
  const scenario = await loadScenarioFile(name, options, streams);
  return { scenario, geometry: await loadScenarioGeometry(scenario, options, streams) };
}

/** Loads a scenario alone, for commands that may do without its geometry. Errors: SCENARIO_*, FILE_*. */
export async function loadScenarioFile(
  name: string,
  options: Omit<ScenarioOptions, 'cache'>,
  streams: CommandStreams,
): Promise<Scenario> {
  const { loadScenario } = await import('../index.ts');
  const { nearestWord, scenarioNotes } = await import('../environment/index.ts');
  const overrides: ScenarioOverrides = {
    ...(options.elements === undefined ? {} : { elements: options.elements }),
    ...(options.epoch === undefined ? {} : { epoch: options.epoch }),
    ...(options.load === undefined ? {} : { load: options.load }),
  };
  let scenario: Scenario;
  try {
    scenario = loadScenario(name, overrides);
  } catch (error) {
    throw (await asTrainingFile(error, name)) ?? withShipped(error, name, nearestWord);
  }
  for (const note of scenarioNotes(scenario)) streams.err(`Note: ${note}\n`);
  return scenario;
}

/** The geometry of a scenario, from the cache or computed. Errors: SCENARIO_*, ELEMENTS_*, FILE_*. */
export async function loadScenarioGeometry(
  scenario: Scenario,
  { cache }: Pick<ScenarioOptions, 'cache'>,
  streams: CommandStreams,
): Promise<Geometry> {
  const { geometryCacheFolder } = await import('../index.ts');
  const { loadOrBuildGeometryInWorkers } = await import('../environment/index.ts');
  const ticks = Math.ceil(scenario.durationS / scenario.tickS);
  const progress = startProgress({ label: 'geometry', total: ticks, unit: 'ticks' });
  let geometry: Geometry;
  try {
    geometry = await loadOrBuildGeometryInWorkers(scenario, {
      ...(cache ? { cacheDir: geometryCacheFolder() } : {}),
      onProgress: (tick) => progress.update(tick),
      onCacheError: (error) => streams.err(`Note: the geometry was not kept: ${error.message}\n`),
    });
  } finally {
    progress.end();
  }
  tellNotes(geometry, streams);
  return geometry;
}

/** Tells the user what was chosen for them and which objects of element sets are left out. */
export function tellNotes({ notes, leftOut }: Pick<Geometry, 'notes' | 'leftOut'>, streams: CommandStreams): void {
  for (const note of notes) streams.err(`Note: ${note}\n`);
  for (const { name, reason } of leftOut) streams.err(`Left out: ${name}: ${reason}\n`);
}

/** One error in place of all the fields that a training file lacks to be a scenario. */
async function asTrainingFile(error: unknown, name: string): Promise<SpaceCloudError | undefined> {
  if (!(error instanceof SpaceCloudError) || error.place?.file !== name || !(await namesTrainingFile(name))) return;
  return new SpaceCloudError(error.code, `Expected a scenario, got the training file '${name}'.`, {
    place: { file: name },
    hint: `spacecloud train ${name} --run DIR trains as it says; scenarios stand in files of their own.`,
    cause: error,
  });
}

/** Adds the shipped scenarios to the hint of a scenario that was not found. */
function withShipped(
  error: unknown,
  name: string,
  nearestWord: (word: string, known: readonly string[]) => string | undefined,
): unknown {
  if (!(error instanceof SpaceCloudError) || error.code !== 'FILE_NOT_FOUND' || error.place?.file !== name)
    return error;
  // A base that the scenario names is missing: the scenario itself is there.
  if (error.place.line !== undefined) return error;
  const shipped = readdirSync(join(packageInfo().root, 'scenarios'))
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
  const nearest = nearestWord(name, shipped);
  const hint = [
    ...(nearest === undefined ? [] : [`Did you mean ${nearest}?`]),
    ...(error.hint === undefined ? [] : [error.hint]),
    `Shipped scenarios: ${shipped.join(', ')}.`,
  ].join(' ');
  return new SpaceCloudError(error.code, error.message, {
    place: error.place,
    hint,
    details: error.details,
    cause: error,
  });
}

/** Errors: USAGE when a run of `runS` is longer than the scenario. */
export function expectFits(scenario: Scenario, runS: number): void {
  if (runS <= scenario.durationS) return;
  throw new SpaceCloudError(
    'USAGE',
    `Expected a run of at most ${scenario.durationS} s (durationS of scenario '${scenario.name}'), got ${runS} s.`,
    { hint: 'Ask for a shorter run, or give the scenario a longer durationS.' },
  );
}
