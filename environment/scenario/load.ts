import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Draft, produce } from 'immer';
import { SpaceCloudError } from '../../core/index.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import type { PlaceOf } from './problem.ts';
import { ORBIT_KINDS, type Scenario } from './schema.ts';
import { inheritSource, keepSource } from './source.ts';
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
 * Reads, validates and freezes a scenario file. Paths of element-set files come out relative to the working directory.
 *
 * @throws SpaceCloudError FILE_NOT_FOUND, FILE_READ, SCENARIO_SYNTAX, SCENARIO_TOO_LARGE, SCENARIO_FIELD, SCENARIO_UNIT,
 * SCENARIO_ORBIT, SCENARIO_EMPTY, with the place in the file
 * @example
 * const scenario = loadScenario('scenarios/iridium-66.yaml', { load: 1.5 });
 */
export function loadScenario(file: string, overrides: ScenarioOverrides = {}): Scenario {
  const { scenario, placeOf } = parse(readText(file), file);
  const changed = overrideScenario(scenario, overrides);
  checkOrbitFiles(changed, overrides.elements === undefined ? placeOf : undefined);
  return changed;
}

/**
 * Validates and freezes the text of a scenario; reads no file. `file` names it in errors, and its folder is where paths
 * of element-set files start.
 *
 * @throws SpaceCloudError as {@link loadScenario}, without the FILE codes
 */
export function parseScenario(text: string, file: string): Scenario {
  return parse(text, file).scenario;
}

/**
 * A frozen variant of a scenario; the original stays as it is. The variant is validated like a file, without line numbers.
 *
 * @throws SpaceCloudError SCENARIO_FIELD, SCENARIO_UNIT, SCENARIO_ORBIT, SCENARIO_EMPTY
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

interface Parsed {
  readonly scenario: Scenario;
  readonly placeOf: PlaceOf;
}

function parse(text: string, file: string): Parsed {
  const { value, placeOf } = readYaml(text, file);
  const scenario = produce(validateScenario(value, placeOf), (draft) => {
    for (const { elements, ephemeris } of draft.constellations) {
      for (const source of [elements, ephemeris]) {
        if (source && !path.isAbsolute(source.file)) source.file = path.join(path.dirname(file), source.file);
      }
    }
  });
  keepSource(scenario, (field) => readYaml(text, file).placeOf(field, false));
  return { scenario, placeOf };
}

function readText(file: string): string {
  const place = { file };
  let bytes: Buffer;
  try {
    const info = statSync(file);
    if (!info.isFile()) {
      throw new SpaceCloudError('FILE_READ', `Expected a scenario file, found a folder or device: ${file}.`, {
        place,
        hint: 'Name a YAML file.',
      });
    }
    if (info.size > MAX_FILE_BYTES) {
      const message = `Expected a scenario of at most ${MAX_FILE_BYTES} bytes, got ${info.size}.`;
      const hint = 'Element sets belong in a file of their own.';
      throw new SpaceCloudError('SCENARIO_TOO_LARGE', message, { place, hint });
    }
    bytes = readFileSync(file);
  } catch (cause) {
    if (cause instanceof SpaceCloudError) throw cause;
    throw unreadable(file, cause);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SpaceCloudError('SCENARIO_SYNTAX', 'Expected a scenario in UTF-8, found bytes that are not.', {
      place,
      hint: 'Save the file as UTF-8.',
      cause,
    });
  }
}

function unreadable(file: string, cause: unknown): SpaceCloudError {
  const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  if (reason === 'ENOENT' || reason === 'ENOTDIR') {
    const hint = 'Check the path; it starts at the working directory.';
    return new SpaceCloudError('FILE_NOT_FOUND', `Expected a scenario file, found none at ${file}.`, {
      place: { file },
      hint,
      cause,
    });
  }
  return new SpaceCloudError('FILE_READ', `Expected a readable scenario file, got ${reason}.`, {
    place: { file },
    hint: 'Check the permissions of the file.',
    cause,
  });
}

/** Fails on loading rather than when the geometry is computed. */
function checkOrbitFiles({ constellations }: Scenario, placeOf: PlaceOf | undefined): void {
  for (const [index, constellation] of constellations.entries()) {
    for (const kind of ['elements', 'ephemeris'] as const) {
      const file = constellation[kind]?.file;
      if (file === undefined || existsSync(file)) continue;
      const what = kind === 'elements' ? 'an element-set file' : 'an ephemeris file';
      const place = placeOf?.(['constellations', index, kind, 'file'], false) ?? { file };
      const message = `constellations[${index}].${kind}.file: expected ${what}, found none at ${file}.`;
      const hint = `The path is relative to the ${placeOf ? 'scenario file' : 'working directory'}.`;
      throw new SpaceCloudError('FILE_NOT_FOUND', message, { place, hint });
    }
  }
}
