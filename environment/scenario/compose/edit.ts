import { type Draft, produce } from 'immer';
import { type FieldPath, type Problem, describeValue } from '../problem.ts';
import { isMap, stepInto } from '../schema-guide.ts';
import { APPEND, type Match, findMatches } from './setting-path.ts';

/** Changes of a scenario: paths and what stands there afterwards; null or undefined takes an optional field or an item away. */
export type Settings = Readonly<Record<string, unknown>>;

/** Where a field of the result was written: in a setting, at `rest` of its value, or at `path` of the scenario before. */
export type Origin =
  { readonly setting: string; readonly rest: FieldPath } | { readonly setting: undefined; readonly path: FieldPath };

export interface Edited {
  readonly value: unknown;
  /** Settings that lead nowhere; `path` holds the setting alone. */
  readonly problems: readonly Problem[];
  readonly originOf: (path: FieldPath) => Origin;
}

/** One step of the editing, in the positions of its time. */
interface Trace {
  readonly setting: string;
  readonly path: FieldPath;
  /** An item was taken out of its list here, and those after it moved up. */
  readonly takesItem: boolean;
  /** Where in the value of the setting it stands. */
  readonly rest: FieldPath;
}

/** Applies settings to plain data in the order they are written. Validates nothing but the paths. */
export function editScenario(scenario: unknown, settings: Settings): Edited {
  let value = scenario;
  const problems: Problem[] = [];
  const traces: Trace[] = [];
  for (const [setting, given] of Object.entries(settings)) {
    const found = findMatches(value, setting, given !== null && given !== undefined && mayBeNew(setting, given));
    if ('deadEnd' in found) {
      problems.push({ ...found.deadEnd, path: [setting], atKey: true });
      continue;
    }
    const misnamed = misnamedItem(found.matches, given);
    if (misnamed !== undefined) {
      problems.push({ ...misnamed, path: [setting, 'name'] });
      continue;
    }
    const edits = editsOf(setting, given, found.matches);
    value = produce(value, (draft: Draft<unknown>) => {
      for (const edit of edits) apply(draft, edit);
    });
    traces.push(...edits);
  }
  return { value, problems, originOf: (path) => originOf(path, traces) };
}

interface Edit extends Trace {
  readonly value: unknown;
}

function editsOf(setting: string, given: unknown, matches: readonly Match[]): readonly Edit[] {
  const removes = given === null || given === undefined;
  // From the back, so that positions hold while items go.
  const ordered = removes ? [...matches].reverse() : matches;
  return ordered.flatMap(({ path, isNew, newName }): readonly Edit[] => {
    const takesItem = removes && typeof path.at(-1) === 'number';
    if (isNew && setting.endsWith(`.${APPEND}`) && Array.isArray(given)) {
      const length = Number(path.at(-1));
      return given.map((item: unknown, i) => {
        const place = [...path.slice(0, -1), length + i];
        return { setting, path: place, takesItem: false, rest: [i], value: structuredClone(item) };
      });
    }
    const named = newName !== undefined && isMap(given) ? { name: newName, ...given } : given;
    return [{ setting, path, takesItem, rest: [], value: removes ? undefined : structuredClone(named) }];
  });
}

function apply(root: Draft<unknown>, { path, value, takesItem }: Edit): void {
  const last = path.at(-1);
  const holder = path.slice(0, -1).reduce(stepInto, root) as Record<string | number, unknown> | unknown[];
  if (last === undefined) return;
  if (takesItem && Array.isArray(holder)) holder.splice(Number(last), 1);
  else if (value === undefined) delete (holder as Record<string | number, unknown>)[last];
  else (holder as Record<string | number, unknown>)[last] = value;
}

/** A new item goes by `+` or is a whole map under its name. */
function mayBeNew(setting: string, given: unknown): boolean {
  return setting.endsWith(`.${APPEND}`) || isMap(given);
}

function misnamedItem(matches: readonly Match[], given: unknown): Omit<Problem, 'path'> | undefined {
  const name = matches.find(({ newName }) => newName !== undefined)?.newName;
  const own = isMap(given) ? given['name'] : undefined;
  if (name === undefined || own === undefined || own === name) return undefined;
  const hint = `Leave name out, or write ${name}.`;
  return { code: 'SCENARIO_FIELD', expected: `the name ${name}, as in the path`, found: describeValue(own), hint };
}

/**
 * The last setting that wrote the field or what holds it; else one that wrote into it or took of it, since what held before
 * was valid; else the field's place before all settings.
 */
function originOf(wanted: FieldPath, traces: readonly Trace[]): Origin {
  let path = wanted;
  let within: string | undefined;
  for (const { setting, path: written, takesItem, rest } of traces.toReversed()) {
    const common = commonLength(path, written);
    if (common === path.length && (takesItem ? common < written.length : common <= written.length)) within ??= setting;
    if (takesItem) path = beforeRemoval(path, written);
    else if (common === written.length) return { setting, rest: [...rest, ...path.slice(common)] };
  }
  return within === undefined ? { setting: undefined, path } : { setting: within, rest: [] };
}

/** Positions in the list from which an item went, before it did. */
function beforeRemoval(path: FieldPath, removed: FieldPath): FieldPath {
  const level = removed.length - 1;
  const [index, gone] = [path[level], removed[level]];
  const inside = commonLength(path, removed) >= level && typeof index === 'number' && typeof gone === 'number';
  return inside && index >= gone ? path.with(level, index + 1) : path;
}

function commonLength(a: FieldPath, b: FieldPath): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}
