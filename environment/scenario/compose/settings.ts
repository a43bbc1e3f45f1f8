import type { SourcePlace } from '../../../core/index.ts';
import { type FieldPath, type PlaceOf, type Problem, scenarioError } from '../problem.ts';
import type { Scenario } from '../schema.ts';
import { stepInto } from '../schema-guide.ts';
import { keepSource, sourcePlace } from '../source.ts';
import { validateScenario } from '../validate.ts';
import { type Settings, editScenario } from './edit.ts';
import { findMatches } from './setting-path.ts';

/** Where a setting stands in the user's file, or the field at `rest` of its value; `atKey`: its name rather than its value. */
export type SettingPlace = (setting: string, rest: FieldPath, atKey: boolean) => SourcePlace | undefined;

/**
 * A frozen variant of a scenario: each setting is a path and the value that stands there afterwards, applied in the order
 * they are written. The result is validated as a file is, and equals the one written out.
 *
 * A path names fields with dots between (`traffic.load`); items of lists by their `name` (`gateways.svalbard.antennas`),
 * items without one by their position from 0 (`faults.hazards.0.ratePerYear`), all items by `*`. A whole value replaces what
 * is there. A map under a name that the list does not have yet adds an item, `+` adds one or a list of them. `null` takes an
 * optional field or an item away; a field with a default goes back to it. Files of element sets count from the working
 * directory.
 *
 * @param placeOf - where settings stand in a file, for errors; `problems[].path` starts with the setting otherwise
 * @throws SpaceCloudError SCENARIO_FIELD, SCENARIO_UNIT for a path that leads nowhere, with the nearest word; SCENARIO_* for
 * what is no scenario afterwards. All of it at once, placed at the setting that wrote it, or else in the scenario's file.
 * @example
 * const heavy = applySettings(scenario, { 'traffic.load': 2, 'constellations.*.isl.rateBps': 2.5e9, holdOut: null });
 */
export function applySettings(scenario: Scenario, settings: Settings, placeOf?: SettingPlace): Scenario {
  if (Object.keys(settings).length === 0) return scenario;
  return settle(scenario, settings, { placeOf });
}

interface SettleOptions {
  readonly placeOf?: SettingPlace | undefined;
  /** The file that the settings stand in, when it is a scenario's. */
  readonly file?: string;
}

/** As {@link applySettings}; the result knows its base, its file and the places of its fields. */
export function settle(
  base: Scenario,
  settings: Settings,
  { placeOf = () => undefined, file }: SettleOptions,
): Scenario {
  const { value, problems, originOf } = editScenario(base, settings);
  if (problems.length > 0) {
    throw scenarioError(problems, ([setting, ...rest], atKey) => placeOf(String(setting), rest, atKey));
  }
  const place: PlaceOf = (path, atKey) => {
    const origin = originOf(path);
    if (origin.setting === undefined) return sourcePlace(base, origin.path, atKey);
    return placeOf(origin.setting, origin.rest, atKey);
  };
  const writer = file === undefined ? '' : ` of ${file}`;
  // The base is valid by itself: what is wrong in it now is so because of the settings.
  const reword = (problem: Problem): Problem =>
    originOf(problem.path).setting !== undefined
      ? problem
      : { ...problem, found: `${problem.found}, once the settings${writer} are applied` };
  const scenario = validateScenario(value, place, reword);
  keepSource(scenario, { file, place, base });
  return scenario;
}

/**
 * The value that a path leads to, defaults filled in; undefined for an optional field that is not given. A path with `*` is
 * answered when all its items agree.
 *
 * @throws SpaceCloudError SCENARIO_FIELD, SCENARIO_UNIT when it leads nowhere or to values that differ
 * @example
 * settingValue(scenario, 'satellite.tflopsPerAccelerator'); // 91.6
 */
export function settingValue(scenario: Scenario, path: string): unknown {
  const found = findMatches(scenario, path, false);
  if ('deadEnd' in found) throw scenarioError([{ ...found.deadEnd, path: [path] }]);
  const [first, ...others] = found.matches.map((match) => match.path.reduce<unknown>(stepInto, scenario));
  const other = others.find((value) => JSON.stringify(value) !== JSON.stringify(first));
  if (other === undefined) return first;
  throw scenarioError([valuesDiffer(path, first, other)]);
}

function valuesDiffer(path: string, first: unknown, other: unknown): Problem {
  const found = `${JSON.stringify(first)} and ${JSON.stringify(other)}`;
  return { code: 'SCENARIO_FIELD', path: [path], expected: 'one value', found, hint: 'Name one item instead of all.' };
}
