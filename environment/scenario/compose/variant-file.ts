import path from 'node:path';
import { z } from 'zod';
import { type JsonSchema, scenarioJsonSchema } from '../json-schema.ts';
import { type PlaceOf, type Problem, scenarioError } from '../problem.ts';
import { name } from '../schema/common.ts';
import { relocateProfilesIn } from '../profiles.ts';
import { fieldNames, isMap } from '../schema-guide.ts';
import { shapeProblems } from '../shape-problems.ts';
import type { Settings } from './edit.ts';

/** A scenario file that says what differs from another. */
const variantSchema = z.strictObject({
  schema: z.literal(1).describe('version of this format'),
  base: z.string().min(1).describe('scenario changed here: the name of a shipped one, or a path relative to this file'),
  name: name.describe('letters, digits and dashes; names runs and reports'),
  description: z.string().optional().describe('for reports; default that of the base'),
  set: z
    .record(z.string(), z.unknown())
    .default({})
    .describe('paths such as traffic.load or gateways.svalbard.antennas, and their values; null takes away'),
});

export type VariantFile = z.infer<typeof variantSchema>;

let emitted: JsonSchema | undefined;

/** JSON Schema of the short form of a scenario file, with `base` and `set`. */
function variantJsonSchema(): JsonSchema {
  if (emitted) return emitted;
  const schema = z.toJSONSchema(variantSchema, { io: 'input', target: 'draft-2020-12' });
  delete schema.$schema;
  emitted = schema as JsonSchema;
  return emitted;
}

/**
 * JSON Schema of a scenario file in either form, written out or as `base` and `set`. `docs/scenario.schema.json` is this
 * object; editors read it from there.
 */
export function scenarioFileJsonSchema(): JsonSchema {
  const { $schema = '', title = '', ...writtenOut } = scenarioJsonSchema();
  return { $schema, title, oneOf: [writtenOut, variantJsonSchema()] };
}

/** Whether a file is meant in the short form. */
export function isVariantFile(value: unknown): boolean {
  return isMap(value) && (Object.hasOwn(value, 'base') || Object.hasOwn(value, 'set'));
}

/** The short form, checked but for its paths. Errors: SCENARIO_FIELD. */
export function readVariant(value: unknown, placeOf: PlaceOf): VariantFile {
  const result = variantSchema.safeParse(value);
  if (!result.success) {
    throw scenarioError(shapeProblems(value, result.error.issues, variantJsonSchema()).map(asChange), placeOf);
  }
  const heads = Object.keys(result.data.set).filter((key) => HEAD.includes(key));
  if (heads.length > 0) throw scenarioError(heads.map(misplacedHead), placeOf);
  return result.data;
}

/** Fields that the short form has of its own. */
const HEAD = ['schema', 'name', 'description'];

function misplacedHead(key: string): Problem {
  const hint = `Write ${key} beside base.`;
  const expected = 'a path below the head';
  return { code: 'SCENARIO_FIELD', path: ['set', key], atKey: true, expected, found: `'${key}'`, hint };
}

/** Fields of the long form belong under `set`. */
function asChange(problem: Problem): Problem {
  const [field, ...deeper] = problem.path;
  if (deeper.length > 0 || HEAD.includes(String(field))) return problem;
  if (!fieldNames(scenarioJsonSchema()).includes(String(field))) return problem;
  return { ...problem, hint: `Changes of the base stand under set, by path: set: { ${String(field)}: ... }.` };
}

/** Orbits that come from files. */
const FILES: readonly string[] = ['elements', 'ephemeris'];

/** Settings with the paths of orbit files and payload profiles, written relative to the folder of `file`, as seen from the working directory. */
export function relocateFiles(settings: Settings, file: string): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([key, value]) => {
      const [list, , kind = 'elements', field = 'file', ...deeper] = key.split('.');
      const holdsFile = list === 'constellations' && FILES.includes(kind) && field === 'file' && deeper.length === 0;
      if (list === 'traffic') return [key, relocateProfilesIn(value, file, key.endsWith('.profile'))];
      return [key, holdsFile ? relocate(value, key.split('.').length, path.dirname(file)) : value];
    }),
  );
}

/** `depth` 1: constellations, 2: one of them, 3: its `elements` or `ephemeris`, 4: the `file` of those. */
function relocate(value: unknown, depth: number, folder: string): unknown {
  if (Array.isArray(value)) return value.map((item) => relocate(item, 2, folder));
  if (depth === 4) return typeof value === 'string' && !path.isAbsolute(value) ? path.join(folder, value) : value;
  if (!isMap(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => {
      const leads = depth === 2 ? FILES.includes(field) : field === 'file';
      return [field, leads ? relocate(inner, depth + 1, folder) : inner];
    }),
  );
}
