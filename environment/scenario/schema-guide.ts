import type { JsonSchema } from './json-schema.ts';
import type { FieldPath } from './problem.ts';
import { splitUnit } from './units.ts';

/**
 * The schema of the field at `path` of the file `root` of a format; undefined for a field the format does not have. Where a map has
 * variants, such as the kinds of faults, it is that of the variant the scenario chose, or of all together when it chose none.
 */
export function schemaAt(path: FieldPath, root: unknown, format: JsonSchema): JsonSchema | undefined {
  let schema: JsonSchema | undefined = format;
  let value = root;
  for (const step of path) {
    schema = typeof step === 'number' ? schema?.items : ownProperty(schema, step);
    value = stepInto(value, step);
    schema = schema && variantOf(schema, value);
  }
  return schema;
}

/** The value of a field; undefined where there is none. */
export function stepInto(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Readonly<Record<string | number, unknown>>)[step];
}

/** Whether a value is a map of fields, neither a list nor null. */
export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Variants are told apart by their `kind`. */
function variantOf(schema: JsonSchema, value: unknown): JsonSchema {
  const variants = variantsOf(schema);
  if (variants.length === 0) return schema;
  const kind = stepInto(value, 'kind');
  const chosen = variants.find(({ properties }) => properties?.['kind']?.const === kind);
  if (chosen) return chosen;
  const kinds = variants.map(({ properties }) => String(properties?.['kind']?.const));
  const all = Object.assign({}, ...variants.map(({ properties }) => properties)) as NonNullable<
    JsonSchema['properties']
  >;
  return { type: 'object', properties: { ...all, kind: { type: 'string', enum: kinds } } };
}

/** Alternatives that are maps of their own; not those that only say which fields go together. */
function variantsOf({ oneOf = [] }: JsonSchema): readonly JsonSchema[] {
  return oneOf.filter(({ properties }) => properties !== undefined);
}

/** Names of the fields a map may have. */
export function fieldNames(schema: JsonSchema | undefined): readonly string[] {
  return Object.keys(schema?.properties ?? {});
}

/** What a field accepts, as a noun phrase: `a number in km above 0`. */
export function describeExpected(schema: JsonSchema, key: string): string {
  if (schema.const !== undefined) return String(schema.const);
  if (schema.enum) return `one of ${schema.enum.join(', ')}`;
  if (schema.type === 'object') return 'a map of fields';
  if (schema.type === 'array') return describeList(schema);
  if (schema.type === 'boolean') return 'true or false';
  if (schema.type === 'string') return describeText(schema);
  const unit = splitUnit(key)?.unit.label;
  const noun = schema.type === 'integer' ? 'a whole number' : 'a number';
  return `${noun}${unit === undefined ? '' : ` in ${unit}`}${describeRange(schema)}`;
}

/** Where else in the format a field of this name belongs: `constellations[].walker`. */
export function homesOf(key: string, format: JsonSchema): readonly string[] {
  const homes: string[] = [];
  const walk = (schema: JsonSchema, at: string): void => {
    if (ownProperty(schema, key) && at !== '') homes.push(at);
    for (const [name, child] of Object.entries(schema.properties ?? {}))
      walk(child, at === '' ? name : `${at}.${name}`);
    if (schema.items) walk(schema.items, `${at}[]`);
    for (const variant of variantsOf(schema)) walk(variant, at);
  };
  walk(format, '');
  return [...new Set(homes)];
}

function ownProperty(schema: JsonSchema | undefined, name: string): JsonSchema | undefined {
  const properties = schema?.properties;
  return properties && Object.hasOwn(properties, name) ? properties[name] : undefined;
}

function describeList({ minItems, maxItems }: JsonSchema): string {
  if (minItems === undefined) return 'a list';
  return minItems === maxItems ? `a list of ${minItems}` : 'a list that is not empty';
}

function describeText(schema: JsonSchema): string {
  if (schema.format === 'date-time') return 'a UTC date and time such as 2026-11-22T00:00:00Z';
  if (schema.pattern !== undefined) return 'a name of letters, digits and dashes that starts with a letter or digit';
  return schema.minLength === undefined ? 'text' : 'text that is not empty';
}

function describeRange({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const top = maximum === undefined || maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (minimum !== undefined && top !== undefined) return ` from ${minimum} to ${top}`;
  const bounds: string[] = [];
  if (exclusiveMinimum !== undefined) bounds.push(`above ${exclusiveMinimum}`);
  if (minimum !== undefined) bounds.push(`of at least ${minimum}`);
  if (top !== undefined) bounds.push(`at most ${top}`);
  return bounds.length === 0 ? '' : ` ${bounds.join(' and ')}`;
}
