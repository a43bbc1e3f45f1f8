import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { SpaceCloudError, type SourcePlace } from '../../core/index.ts';
import { type JsonSchema, parseOtherFile } from '../../environment/index.ts';
import { fileError } from '../checkpoint/file-errors.ts';
import { trainingSchema } from '../file/schema.ts';
import { architectureFor, trainConfig } from '../train-config.ts';
import { type Parameter, withSettings } from './space.ts';

const bounds = z.array(z.number()).length(2);
const parameter = z
  .strictObject({
    uniform: bounds.optional().describe('[low, high], every value alike'),
    log: bounds.optional().describe('[low, high], every order of magnitude alike'),
    integer: bounds.optional().describe('[low, high], whole numbers, both included'),
    choice: z
      .array(z.union([z.string(), z.number(), z.boolean()]))
      .min(1)
      .optional()
      .describe('one of these'),
  })
  .refine((given) => Object.keys(given).length === 1, 'exactly one of uniform, log, integer and choice')
  .transform((given) => given as unknown as Parameter);

/** The search file: what to search, how, and by which training file. */
const searchSchema = z.strictObject({
  schema: z.literal(1).describe('version of this format'),
  description: z.string().default('').describe('for readers'),
  training: z
    .string()
    .min(1)
    .describe('training file, relative to this one; its `decisions` are the budget of a trial'),
  method: z.enum(['random', 'halving', 'population']).default('halving'),
  trials: z.number().int().min(1).max(10_000).default(16),
  reduction: z.number().int().min(2).max(16).default(3).describe('halving: one of so many goes on'),
  generations: z
    .number()
    .int()
    .min(2)
    .max(100)
    .default(8)
    .describe('population: times that the best are copied, plus 1'),
  seed: z.number().int().min(1).max(1000).default(1).describe('draws the settings; every trial trains with it'),
  evaluation: z
    .strictObject({
      episodes: z.number().int().min(1).max(1000).default(5).describe('per scenario, on seeds kept for tuning'),
      arrivalsS: z.number().positive().default(20),
      drainS: z.number().nonnegative().default(60),
    })
    .prefault({}),
  space: z.record(z.string(), parameter).describe('setting, e.g. ppo.learningRate: where it may lie'),
});

export type SearchFile = Readonly<z.infer<typeof searchSchema>>;

export interface LoadedSearchFile {
  readonly value: SearchFile;
  readonly placeOf: (path: readonly (string | number)[]) => SourcePlace;
}

/** Reads and validates a search file. Errors: FILE_NOT_FOUND, FILE_READ, TRAINING_FILE with file, line and column. */
export function loadSearchFile(file: string): LoadedSearchFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw fileError('read', file, cause);
  }
  return parseSearchFile(text, file);
}

/** As `loadSearchFile`, from text; `file` names it in errors. */
export function parseSearchFile(text: string, file: string): LoadedSearchFile {
  return parseOtherFile(text, file, {
    name: 'search file',
    code: 'TRAINING_FILE',
    schema: searchSchema,
    jsonSchema: searchJsonSchema(),
    problems,
  });
}

/** With a property per setting, so that slips below them are explained as those of other fields are. */
function searchJsonSchema(): JsonSchema {
  const format = z.toJSONSchema(searchSchema, { io: 'input', target: 'draft-2020-12' }) as JsonSchema;
  const one = z.toJSONSchema(parameter, { io: 'input', target: 'draft-2020-12' }) as JsonSchema;
  const space = {
    ...format.properties?.['space'],
    properties: Object.fromEntries(tunable().map((name) => [name, one])),
  };
  return { ...format, properties: { ...format.properties, space } };
}

interface Found {
  readonly path: readonly (string | number)[];
  readonly expected: string;
  readonly found: string;
  readonly hint?: string;
}

function problems({ space, trials, method, reduction }: SearchFile): Found[] {
  const names = tunable();
  const found: Found[] = [];
  if (Object.keys(space).length === 0) {
    found.push({ path: ['space'], expected: 'at least one setting to search', found: 'none' });
  }
  if (method === 'halving' && trials < reduction) {
    found.push({ path: ['trials'], expected: `at least ${reduction} trials to halve`, found: `${trials}` });
  }
  if (method === 'population' && trials < 4) {
    found.push({
      path: ['trials'],
      expected: 'at least 4 trials, of which the worst quarter is replaced',
      found: `${trials}`,
    });
  }
  for (const [name, parameter] of Object.entries(space)) {
    const path = ['space', name];
    if (!names.includes(name)) {
      const hint = `Settings that can be searched: ${names.join(', ')}.`;
      found.push({ path, expected: 'a setting of training', found: `'${name}'`, hint });
      continue;
    }
    const wrongBounds = boundsProblem(parameter);
    if (wrongBounds !== undefined) {
      found.push({ path, ...wrongBounds });
      continue;
    }
    const refused = endsOf(parameter).flatMap((end) => refusal(name, path, end));
    found.push(...(refused.length > 0 ? refused : fractionsOf(parameter).flatMap((each) => refusal(name, path, each))));
  }
  return found;
}

function boundsProblem(parameter: Parameter): Pick<Found, 'expected' | 'found'> | undefined {
  if ('choice' in parameter) return undefined;
  const [[kind, [low, high]]] = Object.entries(parameter) as [[string, [number, number]]];
  if (low > high) return { expected: 'the lowest value first', found: `[${low}, ${high}]` };
  if (kind === 'log' && low <= 0) return { expected: 'values above 0', found: `${low}` };
  if (kind === 'integer' && !(Number.isInteger(low) && Number.isInteger(high))) {
    return { expected: 'whole numbers', found: `[${low}, ${high}]` };
  }
  return undefined;
}

interface Sample {
  readonly value: string | number | boolean;
  /** Where it stands, below the setting. */
  readonly at: readonly (string | number)[];
}

/** Both ends, or every choice. */
function endsOf(parameter: Parameter): readonly Sample[] {
  const [[kind, values]] = Object.entries(parameter) as [[string, readonly Sample['value'][]]];
  return values.map((value, i) => ({ value, at: [kind, i] }));
}

/** Where fractions are drawn, one from between the ends: what must be whole refuses it. */
function fractionsOf(parameter: Parameter): readonly Sample[] {
  if ('choice' in parameter || 'integer' in parameter) return [];
  const [[kind, [low, high]]] = Object.entries(parameter) as [[string, [number, number]]];
  return low === high ? [] : [{ value: low + (high - low) / Math.SQRT2 ** 3, at: [kind] }];
}

const { ppo, network, rollout } = trainingSchema.shape;
/** What the training file takes for each setting that stands in it. */
const FIELDS: Readonly<Record<string, z.ZodType | undefined>> = {
  ...trainingSchema.shape,
  ...rollout.unwrap().shape,
  ...below('ppo', ppo.unwrap().shape),
  ...below('network', network.unwrap().shape),
};

function below(outer: string, fields: Readonly<Record<string, z.ZodType>>): Record<string, z.ZodType> {
  return Object.fromEntries(Object.entries(fields).map(([name, field]) => [`${outer}.${name}`, field]));
}

/** The problem, if training would not start with this value. */
function refusal(name: string, path: Found['path'], { value, at }: Sample): Found[] {
  const hint = reasonAgainst(name, value);
  if (hint === undefined) return [];
  const expected = `values that training takes for ${name}`;
  return [{ path: [...path, ...at], expected, found: String(value), hint }];
}

function reasonAgainst(name: string, value: Sample['value']): string | undefined {
  try {
    architectureFor(trainConfig(withSettings({ lag: 0 }, { [name]: value })));
  } catch (error) {
    if (!(error instanceof SpaceCloudError)) throw error;
    return error.message;
  }
  const issue = FIELDS[name]?.safeParse(value).error?.issues[0];
  return issue && `${issue.message}.`;
}

/** What the search itself decides, or what says how long and on how many threads. */
const NOT_TUNABLE = ['seed', 'decisions', 'workers', 'checkpointEveryIterations', 'fallback', 'lag'];

/** Names of single-valued settings, nested ones with a dot. */
function tunable(): string[] {
  return Object.entries(trainConfig({ lag: 0 })).flatMap(([name, value]): string[] => {
    if (NOT_TUNABLE.includes(name)) return [];
    if (name === 'ppo' || name === 'network') return Object.keys(value as object).map((inner) => `${name}.${inner}`);
    return typeof value === 'object' ? [] : [name];
  });
}
