import type { SourcePlace } from '../../core/index.ts';
import type { FieldPath, PlaceOf } from './problem.ts';
import { satelliteNames } from './satellite-names.ts';
import type { Scenario } from './schema.ts';

/** Where a scenario came from. */
interface ScenarioSource {
  /** The file it was read from, if any. */
  readonly file?: string | undefined;
  /** The place of a field in the files; undefined where it was written in none. */
  readonly place: PlaceOf;
  /** What it was made of by settings. */
  readonly base?: Scenario;
}

interface KeptSource extends ScenarioSource {
  /** Top-level fields that no longer are as in the files. */
  readonly replaced: readonly string[];
}

/** Beside the scenarios rather than in them: a scenario stays plain data that can be compared, printed and posted. */
const sources = new WeakMap<Scenario, KeptSource>();

export function keepSource(scenario: Scenario, source: ScenarioSource): void {
  sources.set(scenario, { ...source, replaced: [] });
}

/** Lets a variant answer with the places of the scenario it came from, but for `replaced` fields. */
export function inheritSource(variant: Scenario, original: Scenario, replaced: readonly string[]): void {
  const source = sources.get(original);
  if (source) sources.set(variant, { ...source, replaced: [...source.replaced, ...replaced] });
}

/**
 * File, line and column of a field, for errors that are found after loading; the nearest that holds it where it is not
 * written down. Undefined for scenarios that were not read from text, free variants, and copies in other threads.
 * With `atKey` the place of the field's name.
 *
 * @example
 * const place = sourcePlace(scenario, ['gateways', 2, 'latDeg']);
 */
export function sourcePlace(scenario: Scenario, path: FieldPath, atKey = false): SourcePlace | undefined {
  const source = sources.get(scenario);
  const [top] = path;
  if (!source || (typeof top === 'string' && source.replaced.includes(top))) return undefined;
  return source.place(path, atKey);
}

/** A scenario that one was made of, and the file it stands in; undefined for one that was not read from a file. */
export interface ScenarioBase {
  readonly scenario: Scenario;
  readonly file: string | undefined;
}

/**
 * What a scenario was composed of: itself first, then its base, and so on to the one that is written out. Overrides keep the
 * bases; one that was read from no file stands alone.
 */
export function scenarioBases(scenario: Scenario): readonly ScenarioBase[] {
  const source = sources.get(scenario);
  const bases = source?.base === undefined ? [] : scenarioBases(source.base);
  return [{ scenario, file: source?.file }, ...bases];
}

/** Place of the name of a ground node or constellation; for a satellite that of its constellation. See {@link sourcePlace}. */
export function nodePlace(scenario: Scenario, name: string): SourcePlace | undefined {
  for (const list of ['gateways', 'dataCentres', 'terminals', 'constellations'] as const) {
    const index = scenario[list].findIndex((node) => node.name === name);
    if (index >= 0) return sourcePlace(scenario, [list, index, 'name']);
  }
  const home = scenario.constellations.findIndex((fleet) => satelliteNames(fleet)?.has(name));
  return home < 0 ? undefined : sourcePlace(scenario, ['constellations', home, 'name']);
}
