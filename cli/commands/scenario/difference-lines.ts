import type { ScenarioDifference } from '../../../environment/index.ts';

/** `path: from -> to`, one per line, sorted by path. */
export function differenceLines(differences: readonly ScenarioDifference[]): readonly string[] {
  return byPath(differences).map(({ path, from, to }) => `${path}: ${valueText(from)} -> ${valueText(to)}`);
}

/** The same as JSON; null where there is none. */
export function differencesJson(differences: readonly ScenarioDifference[]): readonly object[] {
  return byPath(differences).map(({ path, from, to }) => ({ path, from: from ?? null, to: to ?? null }));
}

function byPath(differences: readonly ScenarioDifference[]): readonly ScenarioDifference[] {
  return differences.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

function valueText(value: unknown): string {
  return value === undefined ? '(none)' : JSON.stringify(value);
}
