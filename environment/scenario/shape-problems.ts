import type { z } from 'zod';
import { nearestWord } from './edit-distance.ts';
import { type JsonSchema, scenarioJsonSchema } from './json-schema.ts';
import { type FieldPath, type Problem, describeValue } from './problem.ts';
import { describeExpected, fieldNames, homesOf, schemaAt, stepInto } from './schema-guide.ts';
import { type Unit, convertUnit, findUnit, readQuantity, splitUnit } from './units.ts';

/** What the schema found wrong with `root`, in words, with hints about slips of name and unit. `format`: that of the file. */
export function shapeProblems(
  root: unknown,
  issues: readonly z.core.$ZodIssue[],
  format: JsonSchema = scenarioJsonSchema(),
): readonly Problem[] {
  const problems: Problem[] = [];
  // Fields that an unknown name was meant for: not also reported as missing.
  const meant = new Set<string>();
  const hasUnknown = new Set<string>();
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    const path = fieldPath(issue.path);
    hasUnknown.add(JSON.stringify(path));
    for (const key of issue.keys) {
      const { problem, meantKey } = unknownField([...path, key], root, format);
      problems.push(problem);
      if (meantKey !== undefined) meant.add(JSON.stringify([...path, meantKey]));
    }
  }
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') continue;
    const path = fieldPath(issue.path);
    const value = valueAt(root, path);
    if (value === undefined && meant.has(JSON.stringify(path))) continue;
    if (issue.code !== 'custom') problems.push(wrongValue(path, root, format));
    // A misspelt field of the rule is reported already.
    else if (!hasUnknown.has(JSON.stringify(path))) problems.push(brokenRule(path, issue.message, value));
  }
  return problems;
}

interface UnknownField {
  readonly problem: Problem;
  readonly meantKey?: string;
}

/** A field that the format does not have at this place, with what may have been meant. */
export function unknownField(path: FieldPath, root: unknown, format: JsonSchema): UnknownField {
  const key = String(path.at(-1));
  const value = valueAt(root, path);
  const known = fieldNames(schemaAt(path.slice(0, -1), root, format));
  const inOtherUnit = matchStem(key, known);
  if (inOtherUnit) {
    const { meantKey, given, wanted } = inOtherUnit;
    const converted = typeof value === 'number' ? convertUnit(value, given, wanted) : undefined;
    const hint =
      converted === undefined
        ? `Write ${meantKey} and give the value in ${wanted.label}.`
        : `Write ${meantKey}: ${converted} instead of ${key}: ${String(value)}.`;
    const expected = `the field ${meantKey}, in ${wanted.label}`;
    return {
      problem: { code: 'SCENARIO_UNIT', path, atKey: true, expected, found: `the field ${key}`, hint },
      meantKey,
    };
  }
  const nearest = nearestWord(key, known);
  const problem = { code: 'SCENARIO_FIELD', path, atKey: true, expected: 'a known field', found: `'${key}'` } as const;
  if (nearest !== undefined) return { problem: { ...problem, hint: `Did you mean ${nearest}?` }, meantKey: nearest };
  return { problem: { ...problem, hint: unknownFieldHint(key, known, format) } };
}

function unknownFieldHint(key: string, known: readonly string[], format: JsonSchema): string {
  if (key === '<<') return 'Merge keys belong to YAML 1.1; use an alias for a whole value instead.';
  const homes = homesOf(key, format);
  if (homes.length > 0) return `${key} belongs in ${homes.join(' or ')}.`;
  return `Known here: ${known.join(', ')}.`;
}

/** A known field whose name differs from `key` only by the unit at its end, in any letter case, with or without `_`. */
function matchStem(key: string, known: readonly string[]) {
  const bare = key.replaceAll(/[_\-\s]/g, '');
  for (const meantKey of known) {
    const split = splitUnit(meantKey);
    if (!split || !bare.toLowerCase().startsWith(split.stem.toLowerCase())) continue;
    const ending = bare.slice(split.stem.length);
    const given = ending === '' ? undefined : findUnit(ending);
    if (ending === '' || given) return { meantKey, given, wanted: split.unit };
  }
  return undefined;
}

function wrongValue(path: FieldPath, root: unknown, format: JsonSchema): Problem {
  const value = valueAt(root, path);
  const schema = schemaAt(path, root, format) ?? {};
  const key = String(path.findLast((step) => typeof step === 'string') ?? 'scenario');
  const base = { path, expected: describeExpected(schema, key), found: describeValue(value) };
  const numeric = schema.type === 'number' || schema.type === 'integer';
  if (numeric && typeof value === 'string') {
    const quantity = readQuantity(value);
    if (quantity) return { ...base, code: 'SCENARIO_UNIT', hint: bareNumberHint(key, quantity) };
  }
  const noSatellites = value === 0 && (key === 'planes' || key === 'satellitesPerPlane');
  const noConstellations = key === 'constellations' && Array.isArray(value);
  const hint = noConstellations ? 'Give at least one constellation.' : valueHint(schema, key, value);
  const code = noSatellites || noConstellations ? 'SCENARIO_EMPTY' : 'SCENARIO_FIELD';
  return { ...base, code, ...(hint !== undefined && { hint }) };
}

function bareNumberHint(
  key: string,
  { number, unit }: { readonly number: number; readonly unit: Unit | undefined },
): string {
  const wanted = splitUnit(key)?.unit;
  const converted = convertUnit(number, unit, wanted);
  if (converted !== undefined) return `Write ${key}: ${converted}; the unit stands in the name.`;
  return wanted ? `Write the number alone, in ${wanted.label}.` : 'Write the number alone; this field has no unit.';
}

function valueHint(schema: JsonSchema, key: string, value: unknown): string | undefined {
  if (value === null && schema.default !== undefined) return 'Give a value, or remove the line to use the default.';
  if (typeof value === 'string') {
    const hint = textHint(schema, value);
    if (hint !== undefined) return hint;
  }
  if (schema.type === 'string' && typeof value === 'number') return `Put it in quotes: "${value}".`;
  return schema.description === undefined ? undefined : `${key}: ${schema.description}.`;
}

function textHint(schema: JsonSchema, value: string): string | undefined {
  if (schema.type === 'boolean') return 'YAML 1.2 knows only true and false, without quotes.';
  if (schema.enum) {
    const nearest = nearestWord(value, schema.enum);
    return nearest === undefined ? undefined : `Did you mean ${nearest}?`;
  }
  if (schema.type !== 'number' && schema.type !== 'integer') return undefined;
  const plain = Number(value.replaceAll(/[_,' ]/g, ''));
  if (value.trim() === '' || !Number.isFinite(plain)) return undefined;
  return `Write ${plain}, without quotes or separators.`;
}

/** A rule between fields of one map, such as the choice among the kinds of orbit. */
function brokenRule(path: FieldPath, expected: string, value: unknown): Problem {
  const named = [...new Set(expected.split(/[^\w]+/))];
  const given = named.filter((word) => valueAt(value, [word]) !== undefined);
  const found = given.length === 0 ? 'none of them' : given.join(' and ');
  const hint = given.length === 0 ? 'Add what is missing.' : 'Keep one of the choices, and the whole of it.';
  return { code: 'SCENARIO_FIELD', path, expected, found, hint };
}

function valueAt(root: unknown, path: FieldPath): unknown {
  return path.reduce(stepInto, root);
}

function fieldPath(path: readonly PropertyKey[]): FieldPath {
  return path.map((step) => (typeof step === 'number' ? step : String(step)));
}
