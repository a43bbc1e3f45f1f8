import { nearestWord } from '../edit-distance.ts';
import { type JsonSchema, scenarioJsonSchema } from '../json-schema.ts';
import { type FieldPath, describeValue } from '../problem.ts';
import { fieldNames, schemaAt, stepInto } from '../schema-guide.ts';
import { unknownField } from '../shape-problems.ts';

/** What a path leads to. */
export interface Match {
  /** Field names and list positions from the root. */
  readonly path: FieldPath;
  /** The last step is an item that its list does not have yet. */
  readonly isNew: boolean;
  /** The name of the new item, where the path says it. */
  readonly newName?: string;
}

/** Why a path leads nowhere, in the words of a refusal. */
export interface DeadEnd {
  readonly code: 'SCENARIO_FIELD' | 'SCENARIO_UNIT';
  readonly expected: string;
  readonly found: string;
  readonly hint?: string;
}

export type Found = { readonly matches: readonly Match[] } | { readonly deadEnd: DeadEnd };

/** Last step of a path that adds items to a list. */
export const APPEND = '+';
const ALL = '*';

/**
 * Where a path such as `constellations.*.isl.rateBps` leads in a scenario. Steps are fields; items of lists go by their name,
 * items without one by their position from 0, all of them by `*`. With `mayAdd` the last step may be `+`, a new name or the
 * position after the last.
 *
 * Under `*`, items that lack what the rest of the path asks for are passed over; it is a dead end when all do.
 */
export function findMatches(root: unknown, path: string, mayAdd: boolean): Found {
  const steps = path.split('.');
  const matches: Match[] = [];
  let deepest: { readonly depth: number; readonly deadEnd: DeadEnd } | undefined;
  const fail = (depth: number, deadEnd: DeadEnd): void => {
    if (deepest === undefined || depth > deepest.depth) deepest = { depth, deadEnd };
  };
  const walk = (at: FieldPath, value: unknown, depth: number): void => {
    const step = steps[depth];
    if (step === undefined) {
      matches.push({ path: at, isNew: false });
    } else if (Array.isArray(value)) {
      const last = depth === steps.length - 1;
      const { indices, newName, deadEnd } = itemsOf(value, step, { at, root, mayAdd: mayAdd && last });
      if (deadEnd !== undefined) fail(depth, deadEnd);
      for (const index of indices) {
        const isNew = index >= value.length;
        if (isNew) matches.push({ path: [...at, index], isNew, ...(newName === undefined ? {} : { newName }) });
        else walk([...at, index], value[index], depth + 1);
      }
    } else if (typeof value === 'object' && value !== null) {
      if (!fieldNames(schemaAt(at, root, scenarioJsonSchema())).includes(step)) {
        fail(depth, unknownField([...at, step], root, scenarioJsonSchema()).problem as DeadEnd);
        return;
      }
      walk([...at, step], stepInto(value, step), depth + 1);
    } else {
      fail(depth, notAHolder(steps.slice(0, depth), value));
    }
  };
  walk([], root, 0);
  if (matches.length > 0) return { matches };
  return { deadEnd: deepest?.deadEnd ?? { code: 'SCENARIO_FIELD', expected: 'a path', found: describeValue(path) } };
}

interface ListPlace {
  readonly at: FieldPath;
  readonly root: unknown;
  readonly mayAdd: boolean;
}

interface Items {
  /** That after the last is a new item. */
  readonly indices: readonly number[];
  readonly newName?: string;
  readonly deadEnd?: DeadEnd;
}

/** Positions that a step means in a list. */
function itemsOf(list: readonly unknown[], step: string, { at, root, mayAdd }: ListPlace): Items {
  const code = 'SCENARIO_FIELD';
  if (step === ALL) {
    if (list.length > 0) return { indices: list.map((_, index) => index) };
    return { indices: [], deadEnd: { code, expected: `an item in ${at.join('.')}`, found: 'an empty list' } };
  }
  if (step === APPEND && mayAdd) return { indices: [list.length] };
  if (isNamedList(schemaAt(at, root, scenarioJsonSchema()))) {
    const names = list.map((item) => String(stepInto(item, 'name')));
    const index = names.indexOf(step);
    if (index >= 0) return { indices: [index] };
    if (mayAdd) return { indices: [list.length], newName: step };
    const nearest = nearestWord(step, names);
    const known =
      names.length === 0 ? 'The list is empty.' : `Known: ${names.slice(0, SHOWN).join(', ')}, or * for all.`;
    const hint = nearest === undefined ? known : `Did you mean ${nearest}?`;
    return {
      indices: [],
      deadEnd: { code, expected: `the name of an item of ${at.join('.')}`, found: `'${step}'`, hint },
    };
  }
  const index = /^\d+$/.test(step) ? Number(step) : Infinity;
  if (index < list.length || (mayAdd && index === list.length)) return { indices: [index] };
  const expected =
    list.length === 0 ? `an item in ${at.join('.')}` : `a position from 0 to ${list.length - 1} in ${at.join('.')}`;
  const found = list.length === 0 ? 'an empty list' : `'${step}'`;
  return {
    indices: [],
    deadEnd: { code, expected, found, hint: 'Items without a name go by their position; + adds one.' },
  };
}

/** Whether the items of a list have names of their own. */
export function isNamedList(schema: JsonSchema | undefined): boolean {
  return schema?.items?.properties?.['name'] !== undefined;
}

function notAHolder(steps: readonly string[], value: unknown): DeadEnd {
  const holder = steps.join('.');
  if (value === undefined) {
    const hint = `Set the whole of it: ${holder}: { ... }.`;
    return { code: 'SCENARIO_FIELD', expected: `${holder} to be given`, found: 'nothing', hint };
  }
  return { code: 'SCENARIO_FIELD', expected: `a path that ends at ${holder}`, found: 'one that goes on' };
}

/** Enough names to choose from, few enough to read. */
const SHOWN = 12;
