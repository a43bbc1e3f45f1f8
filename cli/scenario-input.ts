import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Geometry, Scenario, ScenarioOverrides } from '../environment/index.ts';
import { positiveNumber } from './arguments.ts';
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
export function takesScenario(command: Command): Command {
  return command
    .argument('[scenario]', 'scenario file, or the name of one that is shipped', 'iridium-66')
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
  const { loadOrBuildGeometry, loadScenario } = await import('../environment/index.ts');
  const overrides: ScenarioOverrides = {
    ...(options.elements === undefined ? {} : { elements: options.elements }),
    ...(options.epoch === undefined ? {} : { epoch: options.epoch }),
    ...(options.load === undefined ? {} : { load: options.load }),
  };
  const scenario = loadScenario(scenarioFile(name), overrides);
  const progress = startProgress({ label: 'geometry', total: 1, unit: '' });
  const geometry = loadOrBuildGeometry(scenario, {
    ...(options.cache ? { cacheDir: geometryCacheFolder() } : {}),
    onCacheError: (error) => streams.err(`Note: the geometry was not kept: ${error.message}\n`),
  });
  progress.end();
  for (const note of geometry.notes) streams.err(`Note: ${note}\n`);
  for (const { name: object, reason } of geometry.leftOut) streams.err(`Left out: ${object}: ${reason}\n`);
  return { scenario, geometry };
}

/** The file a user means: a path, or the name of a shipped scenario. */
export function scenarioFile(name: string): string {
  const shipped = join(packageInfo().root, 'scenarios', `${name}.yaml`);
  return !existsSync(name) && existsSync(shipped) ? shipped : name;
}

/** Where geometries are kept between commands: `$XDG_CACHE_HOME/spacecloud`, by default `~/.cache/spacecloud`. */
function geometryCacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'spacecloud', 'geometry');
}
