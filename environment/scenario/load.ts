import { existsSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Draft, freeze, produce } from 'immer';
import { SpaceCloudError } from '../../core/index.ts';
import { findContradictions } from './contradictions.ts';
import { MAX_FILE_BYTES } from './limits.ts';
import { type PlaceOf, scenarioError } from './problem.ts';
import { type Scenario, scenarioSchema } from './schema.ts';
import { shapeProblems } from './shape-problems.ts';
import { readYaml } from './yaml-source.ts';

/** Changes asked for from outside the file, such as on a command line. */
export interface ScenarioOverrides {
  /**
   * Element-set file (OMM or TLE), relative to the working directory. It takes the place of all constellations: one is left,
   * with the name and the laser links of the first.
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
  checkElementFiles(changed, overrides.elements === undefined ? placeOf : undefined);
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
  return validate(produce(scenario, recipe));
}

/** A variant with the given overrides; the same object when there are none. */
export function overrideScenario(scenario: Scenario, overrides: ScenarioOverrides): Scenario {
  const { elements, load, name, epoch, durationS } = overrides;
  if (Object.values(overrides).every((value) => value === undefined)) return scenario;
  return varyScenario(scenario, (draft) => {
    if (name !== undefined) draft.name = name;
    if (epoch !== undefined) draft.epoch = epoch;
    if (durationS !== undefined) draft.durationS = durationS;
    if (load !== undefined) draft.traffic.load = load;
    const [first] = draft.constellations;
    if (elements !== undefined && first) {
      const { name: same, isl, radios } = first;
      draft.constellations = [{ name: same, isl, radios, elements: { file: elements } }];
    }
  });
}

interface Parsed {
  readonly scenario: Scenario;
  readonly placeOf: PlaceOf;
}

function parse(text: string, file: string): Parsed {
  const { value, placeOf } = readYaml(text, file);
  const scenario = produce(validate(value, placeOf), (draft) => {
    for (const { elements } of draft.constellations) {
      if (elements && !path.isAbsolute(elements.file)) elements.file = path.join(path.dirname(file), elements.file);
    }
  });
  return { scenario, placeOf };
}

function validate(value: unknown, placeOf?: PlaceOf): Scenario {
  const result = scenarioSchema.safeParse(value);
  if (!result.success) throw scenarioError(shapeProblems(value, result.error.issues), placeOf);
  const problems = findContradictions(result.data);
  if (problems.length > 0) throw scenarioError(problems, placeOf);
  return freeze(result.data, true);
}

function readText(file: string): string {
  const place = { file };
  let bytes: Buffer;
  try {
    const info = statSync(file);
    if (!info.isFile()) {
      throw new SpaceCloudError('FILE_READ', `Expected a scenario file, found a folder or device: ${file}.`, { place });
    }
    if (info.size > MAX_FILE_BYTES) {
      const message = `Expected a scenario of at most ${MAX_FILE_BYTES} bytes, got ${info.size}.`;
      throw new SpaceCloudError('SCENARIO_TOO_LARGE', message, { place });
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
    cause,
  });
}

/** Fails on loading rather than when the geometry is computed. */
function checkElementFiles({ constellations }: Scenario, placeOf: PlaceOf | undefined): void {
  for (const [index, { elements }] of constellations.entries()) {
    if (!elements || existsSync(elements.file)) continue;
    const place = placeOf?.(['constellations', index, 'elements', 'file'], false) ?? { file: elements.file };
    const message = `constellations[${index}].elements.file: expected an element-set file, found none at ${elements.file}.`;
    const hint = placeOf
      ? 'The path is relative to the scenario file.'
      : 'The path is relative to the working directory.';
    throw new SpaceCloudError('FILE_NOT_FOUND', message, { place, hint });
  }
}
