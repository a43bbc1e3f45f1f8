/**
 * What is read by name: shipped scenarios and studies, and the geometries that are kept between runs. Here is all that knows
 * where this package stands.
 */
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SpaceCloudError } from './core/index.ts';
import {
  type Geometry,
  type GeometryCacheOptions,
  type Scenario,
  type ScenarioOverrides,
  loadOrBuildGeometry,
  loadScenario as loadScenarioFile,
  parseScenario as parseScenarioText,
} from './environment/index.ts';
import { type StudyInput, loadStudyFile } from './training/index.ts';

/** A scenario file by its path, or by the name of one that is shipped (`iridium-66`). A path that exists wins. */
export function scenarioFile(nameOrPath: string): string {
  const shipped = join(scenarioFolder(), `${nameOrPath}.yaml`);
  return !existsSync(nameOrPath) && existsSync(shipped) ? shipped : nameOrPath;
}

/** Where geometries are kept between runs: `$XDG_CACHE_HOME/spacecloud/geometry`, by default under `~/.cache`. */
export function geometryCacheFolder(): string {
  return join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'spacecloud', 'geometry');
}

/**
 * Reads, validates and freezes a scenario: a YAML file, or a shipped scenario by its name.
 *
 * @throws SpaceCloudError FILE_NOT_FOUND, FILE_READ, SCENARIO_*, each with file, line and column
 * @example
 * const scenario = loadScenario('iridium-66', { load: 1.5 });
 */
export function loadScenario(nameOrPath: string, overrides: ScenarioOverrides = {}): Scenario {
  return loadScenarioFile(scenarioFile(nameOrPath), overrides, { library: scenarioFolder() });
}

/**
 * Validates and freezes the text of a scenario. `file` names it in errors; its folder is where paths of element sets and
 * bases start. Bases may be shipped ones.
 *
 * @throws SpaceCloudError SCENARIO_*, with line and column; FILE_NOT_FOUND, FILE_READ for a base
 */
export function parseScenario(text: string, file: string): Scenario {
  return parseScenarioText(text, file, { library: scenarioFolder() });
}

export interface LoadGeometryOptions extends Omit<GeometryCacheOptions, 'cacheDir'> {
  /** Folder of cached geometries; null: compute it and do not keep it. Default: `geometryCacheFolder()`. */
  readonly cacheDir?: string | null;
}

/**
 * The geometry of a scenario (positions, contacts, eclipses), from the user's cache or computed and kept there. Columns are
 * in shared memory, so worlds and workers use one copy. A cache that cannot be written is passed to `onCacheError` and
 * otherwise passed over: the geometry is the same.
 *
 * @throws SpaceCloudError ELEMENTS_*, SCENARIO_UNREACHABLE, FILE_NOT_FOUND
 * @example
 * const geometry = loadGeometry(scenario, { onProgress: (tick, ticks) => console.log(tick / ticks) });
 */
export function loadGeometry(scenario: Scenario, options: LoadGeometryOptions = {}): Geometry {
  const { cacheDir = geometryCacheFolder(), ...rest } = options;
  const cache = cacheDir === null ? {} : { cacheDir, onCacheError: () => undefined };
  return loadOrBuildGeometry(scenario, { ...cache, ...rest });
}

/** A study file by its path, or by the name of a study that is shipped (`flash-detection`). A path that exists wins. */
export function studyFile(nameOrPath: string): string {
  const shipped = join(studyFolder(), `${nameOrPath}.yaml`);
  return !existsSync(nameOrPath) && existsSync(shipped) ? shipped : nameOrPath;
}

/** Names of the shipped studies, sorted. */
export function shippedStudies(): readonly string[] {
  if (!existsSync(studyFolder())) return [];
  return readdirSync(studyFolder())
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * Reads and validates a study file with its scenario: a YAML file, or a shipped study by its name.
 *
 * @throws SpaceCloudError FILE_NOT_FOUND, FILE_READ, STUDY_FILE, SCENARIO_*, each with file, line and column
 * @example
 * const { file } = loadStudy('flash-detection');
 * console.log(file.value.claim);
 */
export function loadStudy(nameOrPath: string): StudyInput {
  const file = loadStudyFile(studyFile(nameOrPath));
  const reference = file.value.scenario;
  const beside = join(dirname(file.file), reference);
  // A study may have the name of its scenario: the file itself is never meant.
  const found = [beside, `${beside}.yaml`, scenarioFile(reference)].find(
    (path) => existsSync(path) && resolve(path) !== resolve(file.file),
  );
  if (found !== undefined) return { file, scenario: loadScenario(found) };
  throw new SpaceCloudError(
    'STUDY_FILE',
    `scenario: expected a scenario or the path of one, found none at '${reference}'`,
    {
      place: file.placeOf(['scenario']),
      hint: 'Name a shipped scenario, or a path relative to the study file.',
    },
  );
}

/** The shipped scenarios, `<name>.yaml`. */
function scenarioFolder(): string {
  return join(packageRoot(), 'scenarios');
}

function studyFolder(): string {
  return join(packageRoot(), 'scenarios', 'studies');
}

/** The folder that holds package.json and scenarios/; the same from dist/ and from the sources. */
function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
}
