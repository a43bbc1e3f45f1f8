import type { SourcePlace } from '../../core/index.ts';
import type { FieldPath } from './problem.ts';
import { satelliteNames } from './satellite-names.ts';
import type { Scenario } from './schema.ts';

/** Where a scenario came from. */
interface ScenarioSource {
  /** The place of a field in the files; undefined where it was written in none. */
  readonly place: (path: FieldPath) => SourcePlace | undefined;
  /** Top-level fields that no longer are as in the files. */
  readonly replaced: readonly string[];
}

/** Beside the scenarios rather than in them: a scenario stays plain data that can be compared, printed and posted. */
const sources = new WeakMap<Scenario, ScenarioSource>();

export function keepSource(scenario: Scenario, place: ScenarioSource['place']): void {
  sources.set(scenario, { place, replaced: [] });
}

/** Lets a variant answer with the places of the scenario it came from, but for `replaced` fields. */
export function inheritSource(variant: Scenario, original: Scenario, replaced: readonly string[]): void {
  const source = sources.get(original);
  if (source) sources.set(variant, { ...source, replaced: [...source.replaced, ...replaced] });
}

/**
 * File, line and column of a field, for errors that are found after loading; the nearest that holds it where it is not
 * written down. Undefined for scenarios that were not read from text, free variants, and copies in other threads.
 * @example
 * const place = sourcePlace(scenario, ['gateways', 2, 'latDeg']);
 */
export function sourcePlace(scenario: Scenario, path: FieldPath): SourcePlace | undefined {
  const source = sources.get(scenario);
  const [top] = path;
  if (!source || (typeof top === 'string' && source.replaced.includes(top))) return undefined;
  return source.place(path);
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
