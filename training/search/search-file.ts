import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { SourcePlace } from '../../core/index.ts';
import { type JsonSchema, parseOtherFile } from '../../environment/index.ts';
import { fileError } from '../checkpoint/file-errors.ts';
import { trainConfig } from '../train-config.ts';

const bounds = z.array(z.number()).length(2);
const parameter = z.union([
  z.strictObject({ uniform: bounds.describe('[low, high], every value alike') }),
  z.strictObject({ log: bounds.describe('[low, high], every order of magnitude alike') }),
  z.strictObject({ integer: bounds.describe('[low, high], whole numbers, both included') }),
  z.strictObject({ choice: z.array(z.union([z.string(), z.number(), z.boolean()])).min(1) }),
]);

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
    jsonSchema: z.toJSONSchema(searchSchema, { io: 'input', target: 'draft-2020-12' }) as JsonSchema,
    problems,
  });
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
    }
    if ('choice' in parameter) continue;
    const [[kind, [low = 0, high = 0]]] = Object.entries(parameter) as [[string, number[]]];
    if (low > high) found.push({ path, expected: 'the lowest value first', found: `[${low}, ${high}]` });
    if (kind === 'log' && low <= 0) found.push({ path, expected: 'values above 0', found: `${low}` });
    if (kind === 'integer' && !(Number.isInteger(low) && Number.isInteger(high))) {
      found.push({ path, expected: 'whole numbers', found: `[${low}, ${high}]` });
    }
  }
  return found;
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
