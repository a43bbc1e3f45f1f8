import { isDeepStrictEqual } from 'node:util';
import { scenarioJsonSchema } from '../json-schema.ts';
import type { FieldPath } from '../problem.ts';
import type { Scenario } from '../schema.ts';
import { isMap, schemaAt, stepInto } from '../schema-guide.ts';
import { isNamedList } from './setting-path.ts';

/** One thing in which two scenarios differ. */
export interface ScenarioDifference {
  /** A setting's path; see `applySettings`. */
  readonly path: string;
  /** Undefined: there is none. */
  readonly from: unknown;
  readonly to: unknown;
}

/**
 * What turns scenario `a` into `b`, in the order in which it is to be applied: as settings, `path` -> `to`, it makes `b` of
 * `a` exactly. Items are compared by name; a list whose items are in another order, or that has no names and another length,
 * differs as a whole, as does an item of another kind.
 *
 * @example
 * const settings = Object.fromEntries(scenarioDifferences(a, b).map(({ path, to }) => [path, to]));
 * applySettings(a, settings); // equals b
 */
export function scenarioDifferences(a: Scenario, b: Scenario): readonly ScenarioDifference[] {
  return [...compare({ root: a, steps: [], at: [] }, a, b)];
}

interface Place {
  readonly root: Scenario;
  /** As written in a setting. */
  readonly steps: readonly string[];
  /** The same in `root`, items by position. */
  readonly at: FieldPath;
}

function* compare(place: Place, from: unknown, to: unknown): Generator<ScenarioDifference> {
  if (isDeepStrictEqual(from, to)) return;
  if (Array.isArray(from) && Array.isArray(to)) {
    const named = isNamedList(schemaAt(place.at, place.root, scenarioJsonSchema()));
    const pairs = named ? pairsByName(from, to) : pairsByPosition(from, to);
    if (pairs !== undefined) {
      for (const { step, index, x, y } of pairs) yield* compare(below(place, step, index), x, y);
      return;
    }
  } else if (isMap(from) && isMap(to)) {
    const fields = [...Object.keys(from), ...Object.keys(to).filter((field) => !Object.hasOwn(from, field))];
    for (const field of fields) yield* compare(below(place, field, field), from[field], to[field]);
    return;
  }
  yield { path: place.steps.join('.'), from, to };
}

function below({ root, steps, at }: Place, step: string, key: string | number): Place {
  return { root, steps: [...steps, step], at: [...at, key] };
}

interface Pair {
  readonly step: string;
  readonly index: number;
  readonly x: unknown;
  readonly y: unknown;
}

/** Undefined when taking items away and adding others at the end does not give the order of `to`. */
function pairsByName(from: readonly unknown[], to: readonly unknown[]): readonly Pair[] | undefined {
  const [before, after] = [from.map(nameOf), to.map(nameOf)];
  const kept = before.filter((name) => after.includes(name));
  const added = after.filter((name) => !before.includes(name));
  if (!isDeepStrictEqual([...kept, ...added], after)) return undefined;
  return [...before, ...added].map((step) => {
    const index = before.indexOf(step);
    return { step, index, x: from[index], y: to[after.indexOf(step)] };
  });
}

/** Undefined for lists of different lengths, of plain values, and when an item changes its kind. */
function pairsByPosition(from: readonly unknown[], to: readonly unknown[]): readonly Pair[] | undefined {
  if (from.length !== to.length) return undefined;
  const pairs = from.map((x, index) => ({ step: String(index), index, x, y: to[index] }));
  return pairs.every(({ x, y }) => isMap(x) && isMap(y) && x['kind'] === y['kind']) ? pairs : undefined;
}

function nameOf(item: unknown): string {
  return String(stepInto(item, 'name'));
}
