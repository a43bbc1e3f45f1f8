import { z } from 'zod';
import type { JsonSchema } from '../../environment/index.ts';
import type { SourceGrade } from './result.ts';

const text = z.string().min(1);
const positive = z.number().positive();
const count = z.number().int().positive();
const columnName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]*$/);
const settings = z
  .record(z.string(), z.unknown())
  .describe('values by path, as in `set` of a scenario: traffic.load, constellations.*.isl.rateBps');
const GRADES = ['primary', 'secondary', 'derived', 'memory', 'choice'] as const satisfies readonly SourceGrade[];
const sourced = {
  grade: z.enum(GRADES).describe('what is known of the source; choice: of this project'),
  source: text.describe('where the number comes from'),
};

/** Comparators that every study can name; `comparators.ts` makes them. */
export const BUILT_IN_COMPARATORS = ['bent-pipe', 'relay', 'more-stations', 'compression', 'compressed-relay'] as const;
export type BuiltInComparator = (typeof BUILT_IN_COMPARATORS)[number];

const comparator = z.strictObject({
  name: columnName.describe(`of the column; alone: one of ${BUILT_IN_COMPARATORS.join(', ')}`),
  label: text.optional().describe('for tables; default the name'),
  like: z.enum(BUILT_IN_COMPARATORS).optional().describe('built-in comparator it begins as; default the scenario'),
  set: settings.optional(),
  policy: text.optional().describe('baseline forward+place+cache; default comparatorPolicy'),
});

const station = z.strictObject({
  name: columnName.describe('letters, digits and dashes'),
  latDeg: z.number().min(-90).max(90).describe('geodetic latitude, north positive'),
  lonDeg: z.number().min(-180).max(180).describe('longitude, east positive'),
  antennas: count.max(16).optional().describe('default: as many as the station of the scenario that it is a copy of'),
});

const sweep = z.strictObject({
  name: columnName.describe('of the quantity'),
  label: text.describe('for the axis, with its unit in brackets'),
  path: text.optional().describe('field that takes the values'),
  values: z.array(z.number()).min(1).optional().describe('of that field, all different'),
  points: z
    .array(z.strictObject({ value: z.number().describe('on the axis'), set: settings }))
    .min(1)
    .optional()
    .describe('instead of path and values: settings that belong together'),
});

const parameter = z.strictObject({
  path: text.describe('field of the scenario'),
  low: z.number().optional().describe('lowest value there could be; with `high`: part of the sensitivity'),
  high: z.number().optional().describe('highest value there could be'),
  ...sourced,
});

const size = z.strictObject({
  arrivalsS: positive.describe('tasks arrive for so long'),
  drainS: z.number().nonnegative().describe('until all have ended, at most'),
  seeds: count.max(10_000).describe('runs per column and point'),
  sweepSeeds: count
    .max(10_000)
    .optional()
    .describe('the first so many of them at points of sweeps and of the sensitivity; default all'),
  startS: z.number().nonnegative().optional().describe('start of every run; default: drawn from the seed'),
  set: settings.optional(),
  sweeps: z.array(columnName).optional().describe('names of those to run; default all'),
  sensitivity: z.boolean().default(true).describe('run the parameters at their low and high values'),
});

const band = z.strictObject({
  column: text.describe('comparator or policy'),
  kpi: text.describe('its mean at the scenario as it is must lie within the band'),
  from: z.number().optional().describe('lowest value'),
  to: z.number().optional().describe('highest value'),
});

/**
 * The study file in its long form: comparators as maps, stations as a list. Files may name either; `longForm` rewrites them.
 * One schema: it validates, gives the types and emits the JSON Schema for editors.
 */
export const studySchema = z.strictObject({
  schema: z.literal(1).describe('version of this format'),
  study: columnName.describe('name'),
  title: text.describe('of the report'),
  scenario: text.describe('file, relative to this one, or the name of a shipped scenario'),
  claim: text.describe('what the study puts to the test, one sentence'),
  announcement: text.describe('sentence of the public announcement that the claim answers'),
  loses: text.describe('where a cloud in orbit can lose, said beforehand'),
  headline: text.describe('KPI that decides'),
  kpis: z.array(text).default([]).describe('further KPIs; the headline comes first, breaches last, in any case'),
  wanMs: z
    .number()
    .nonnegative()
    .default(50)
    .describe('wan.fixedMs in all columns; default the low end of 50 to 150 ms (from memory)'),
  comparators: z
    .array(comparator)
    .default([])
    .describe('what is flown or built today, or lacks the part in question, on the same orbits and traffic'),
  comparatorPolicy: text
    .default('shortest-delay+bent-pipe+bypass')
    .describe('baseline that decides in comparators: shortest way, all work on the ground, nothing cached'),
  moreStations: z
    .array(station)
    .optional()
    .describe('added by more-stations, three for each there is; default the list `worldwide`'),
  compression: z
    .strictObject({
      ratio: z.number().min(1).describe('raw bytes over compressed bytes'),
      keptFrac: positive.max(1).describe('share of the raw data that is not discarded on board'),
      ...sourced,
    })
    .optional()
    .describe('of compression and compressed-relay'),
  policies: z.array(text).default([]).describe('heuristics of the cloud in orbit, forward+place+cache'),
  oracles: z.array(text).default([]).describe('policies that see the truth: bounds, no rivals'),
  sweeps: z.array(sweep).default([]).describe('quantities and the values they take one by one'),
  parameters: z.array(parameter).default([]).describe('numbers with their sources; with low and high: sensitivity'),
  sizes: z
    .strictObject({
      quick: size.describe('minutes; for tests'),
      full: size.describe('for figures to publish'),
    })
    .describe('how long, on how many seeds, and what of the rest'),
  bands: z.array(band).default([]).describe('of the quick size; checked whenever it runs with its own seeds'),
});

/** A validated study file in its long form, defaults filled in. */
export type StudyFile = Readonly<z.infer<typeof studySchema>>;
export type StudySizeName = keyof StudyFile['sizes'];
export type StudySize = StudyFile['sizes']['full'];
export type StudyComparator = StudyFile['comparators'][number];
export type StudyStation = NonNullable<StudyFile['moreStations']>[number];
export type Settings = Readonly<Record<string, unknown>>;

/** As `JsonSchema`, with the alternatives that only files have. */
type FileJsonSchema = JsonSchema & { readonly anyOf?: readonly JsonSchema[] };

let emitted: JsonSchema | undefined;

/** JSON Schema of the long form, which messages about fields are made from. */
export function longJsonSchema(): JsonSchema {
  if (emitted) return emitted;
  const { $schema, ...rest } = z.toJSONSchema(studySchema, { io: 'input', target: 'draft-2020-12' });
  emitted = { $schema, title: 'spacecloud study', ...rest } as JsonSchema;
  return emitted;
}

/** JSON Schema of the study file as users write it; `docs/study.schema.json` is this object. */
export function studyJsonSchema(stationLists: readonly string[]): JsonSchema {
  const long = longJsonSchema();
  const { comparators, moreStations, ...others } = long.properties as Readonly<Record<string, JsonSchema>>;
  const shortComparator: FileJsonSchema = {
    anyOf: [{ type: 'string', enum: BUILT_IN_COMPARATORS }, comparators?.items as JsonSchema],
  };
  const { description, ...list } = moreStations as JsonSchema;
  const shortStations: FileJsonSchema = {
    description: description as string,
    anyOf: [{ type: 'string', enum: stationLists }, list],
  };
  return {
    ...long,
    properties: {
      ...others,
      comparators: { ...comparators, items: shortComparator },
      moreStations: shortStations,
    },
  };
}
