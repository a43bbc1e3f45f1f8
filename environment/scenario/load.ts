import { existsSync } from 'node:fs';
import path from 'node:path';
import { type Draft, produce } from 'immer';
import { SpaceCloudError } from '../../core/index.ts';
import { type ScenarioLibrary, findBase } from './compose/find-base.ts';
import { settle } from './compose/settings.ts';
import { type VariantFile, isVariantFile, readVariant, relocateFiles } from './compose/variant-file.ts';
import type { PlaceOf } from './problem.ts';
import { relocateProfilesIn } from './profiles.ts';
import { readText } from './read-text.ts';
import { ORBIT_KINDS, type Scenario } from './schema.ts';
import { inheritSource, keepSource, sourcePlace } from './source.ts';
import { validateScenario } from './validate.ts';
import { readYaml } from './yaml-source.ts';

/** Changes asked for from outside the file, such as on a command line. */
export interface ScenarioOverrides {
  /**
   * Element-set file (OMM or TLE), relative to the working directory. It takes the place of all constellations: one is left,
   * with the name, laser links and standing of the first and the radios of all. Relays to the others go with them, as do
   * hazards of theirs.
   */
  readonly elements?: string | undefined;
  readonly load?: number | undefined;
  readonly name?: string | undefined;
  /** UTC, ISO 8601; element sets are only good near their own epoch. */
  readonly epoch?: string | undefined;
  readonly durationS?: number | undefined;
}

/**
 * Reads, validates and freezes a scenario file, with the files it is based on. Paths of element-set files come out relative
 * to the working directory. Names of bases are looked up beside the file, then in the library.
 *
 * @throws SpaceCloudError FILE_NOT_FOUND, FILE_READ, SCENARIO_SYNTAX, SCENARIO_TOO_LARGE, SCENARIO_FIELD, SCENARIO_UNIT,
 * SCENARIO_ORBIT, SCENARIO_EMPTY, with the place in the file
 * @example
 * const scenario = loadScenario('scenarios/iridium-66.yaml', { load: 1.5 });
 */
export function loadScenario(file: string, overrides: ScenarioOverrides = {}, options: ScenarioLibrary = {}): Scenario {
  const scenario = overrideScenario(parse(readText(file), file, options), overrides);
  checkOrbitFiles(scenario);
  return scenario;
}

/**
 * Validates and freezes the text of a scenario; reads no file but those of its bases and payload profiles. `file` names it in
 * errors, and its folder is where paths of element-set files, bases and profiles start.
 *
 * @throws SpaceCloudError as {@link loadScenario}, the FILE codes for bases and profiles only
 */
export function parseScenario(text: string, file: string, options: ScenarioLibrary = {}): Scenario {
  return parse(text, file, options);
}

/**
 * A frozen variant of a scenario; the original stays as it is. The variant is validated like a file, without line numbers.
 * Payload profiles that it names are read, by paths relative to the working directory.
 *
 * @throws SpaceCloudError SCENARIO_FIELD, SCENARIO_UNIT, SCENARIO_ORBIT, SCENARIO_EMPTY; FILE_NOT_FOUND, FILE_READ for profiles
 * @example
 * const heavy = varyScenario(scenario, (draft) => { draft.traffic.load = 2; });
 */
export function varyScenario(scenario: Scenario, recipe: (draft: Draft<Scenario>) => void): Scenario {
  return validateScenario(produce(scenario, recipe));
}

/** A variant with the given overrides; the same object when there are none. */
export function overrideScenario(scenario: Scenario, overrides: ScenarioOverrides): Scenario {
  const { elements, load, name, epoch, durationS } = overrides;
  if (Object.values(overrides).every((value) => value === undefined)) return scenario;
  const variant = varyScenario(scenario, (draft) => {
    if (name !== undefined) draft.name = name;
    if (epoch !== undefined) draft.epoch = epoch;
    if (durationS !== undefined) draft.durationS = durationS;
    if (load !== undefined) draft.traffic.load = load;
    if (elements !== undefined) flyInstead(draft, elements);
  });
  // Names and numbers of the head move nothing else in the file.
  inheritSource(variant, scenario, elements === undefined ? [] : ['constellations', 'relays', 'faults']);
  return variant;
}

function flyInstead(draft: Draft<Scenario>, file: string): void {
  const [first] = draft.constellations;
  if (!first) return;
  const radios = [...new Set(draft.constellations.flatMap((constellation) => constellation.radios))];
  const gone = new Set(draft.constellations.slice(1).map(({ name }) => name));
  for (const kind of ORBIT_KINDS) delete first[kind];
  draft.constellations = [{ ...first, radios, elements: { file } }];
  draft.relays = draft.relays.filter(({ from, to }) => !gone.has(from) && !gone.has(to));
  draft.faults.hazards = draft.faults.hazards.filter(({ of }) => of === undefined || !gone.has(of));
}

/** `chain`: the files whose bases led here. */
function parse(text: string, file: string, options: ScenarioLibrary, chain: readonly string[] = []): Scenario {
  const { value, placeOf } = readYaml(text, file);
  if (isVariantFile(value)) return compose(readVariant(value, placeOf), { text, file, chain, ...options });
  const scenario = produce(validateScenario(seenFrom(file, value), placeOf), (draft) => {
    for (const { elements, ephemeris } of draft.constellations) {
      for (const source of [elements, ephemeris]) {
        if (source && !path.isAbsolute(source.file)) source.file = path.join(path.dirname(file), source.file);
      }
    }
  });
  keepSource(scenario, { file, place: (field, atKey) => readYaml(text, file).placeOf(field, atKey) });
  return scenario;
}

/** A scenario file's data with the paths of payload profiles as seen from the working directory. */
function seenFrom(file: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('traffic' in value)) return value;
  return { ...value, traffic: relocateProfilesIn(value.traffic, file) };
}

interface VariantPlace extends ScenarioLibrary {
  readonly text: string;
  readonly file: string;
  readonly chain: readonly string[];
}

function compose(
  { base, name, description, set }: VariantFile,
  { text, file, chain, library }: VariantPlace,
): Scenario {
  const placeOf: PlaceOf = (field, atKey) => readYaml(text, file).placeOf(field, atKey);
  const baseFile = findBase({ base, file, chain, library, place: placeOf(['base'], false) });
  const before = parse(readText(baseFile), baseFile, { library }, [...chain, file]);
  const settings = {
    name,
    ...(description === undefined ? {} : { description }),
    ...relocateFiles(set, file),
  };
  return settle(before, settings, {
    file,
    placeOf: (setting, rest, atKey) =>
      placeOf([...(Object.hasOwn(set, setting) ? ['set'] : []), setting, ...rest], atKey),
  });
}

/** Fails on loading rather than when the geometry is computed. */
function checkOrbitFiles(scenario: Scenario): void {
  for (const [index, constellation] of scenario.constellations.entries()) {
    for (const kind of ['elements', 'ephemeris'] as const) {
      const file = constellation[kind]?.file;
      if (file === undefined || existsSync(file)) continue;
      const what = kind === 'elements' ? 'an element-set file' : 'an ephemeris file';
      const place = sourcePlace(scenario, ['constellations', index, kind, 'file']);
      const message = `constellations[${index}].${kind}.file: expected ${what}, found none at ${file}.`;
      const hint = `The path is relative to the ${place ? 'scenario file' : 'working directory'}.`;
      throw new SpaceCloudError('FILE_NOT_FOUND', message, { place: place ?? { file }, hint });
    }
  }
}
