import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { type KpiSpec, type SourcePlace, SpaceCloudError } from '../../core/index.ts';
import { type JsonSchema, type OtherFormat, nearestWord, parseOtherFile } from '../../environment/index.ts';
import { createBaseline } from '../../policies/index.ts';
import { fileError } from '../checkpoint/file-errors.ts';
import { describedKpi, describedKpiKeys } from '../evaluation/kpi-catalogue.ts';
import { expectFlyable } from '../flyable-baseline.ts';
import { servedKpi } from './answers.ts';
import {
  BUILT_IN_COMPARATORS,
  type StudyFile,
  longJsonSchema,
  studyJsonSchema as jsonSchemaWith,
  studySchema,
} from './schema.ts';
import { STATION_LISTS } from './stations.ts';

export interface LoadedStudyFile {
  readonly file: string;
  readonly value: StudyFile;
  /** Of a field, for errors that are found later. */
  readonly placeOf: (path: readonly (string | number)[]) => SourcePlace;
}

/**
 * Reads and validates a study file; what hangs on its scenario is checked by `checkStudy`.
 *
 * Errors: FILE_NOT_FOUND, FILE_READ, STUDY_FILE with file, line and column.
 */
export function loadStudyFile(file: string): LoadedStudyFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw fileError('read', file, cause);
  }
  return parseStudyFile(text, file);
}

/** As `loadStudyFile`, from text; `file` names it in errors. */
export function parseStudyFile(text: string, file: string): LoadedStudyFile {
  const { value, placeOf } = parseOtherFile(text, file, {
    name: 'study file',
    code: 'STUDY_FILE',
    schema: z.preprocess(longForm, studySchema),
    jsonSchema: longJsonSchema(),
    problems,
  });
  return { file, value, placeOf };
}

/** JSON Schema of the study file as users write it; `docs/study.schema.json` is this object. */
export function studyJsonSchema(): JsonSchema {
  return jsonSchemaWith(Object.keys(STATION_LISTS));
}

/** Comparators and station lists that are named become what the names stand for. */
function longForm(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const { comparators, moreStations, ...others } = value as Readonly<Record<string, unknown>>;
  const list = typeof moreStations === 'string' ? (STATION_LISTS[moreStations] ?? moreStations) : moreStations;
  return {
    ...others,
    ...(comparators === undefined ? {} : { comparators: namesAsMaps(comparators) }),
    ...(list === undefined ? {} : { moreStations: list }),
  };
}

function namesAsMaps(comparators: unknown): unknown {
  if (!Array.isArray(comparators)) return comparators;
  return comparators.map((entry: unknown) => (typeof entry === 'string' ? { name: entry } : entry));
}

type RuleProblem = ReturnType<OtherFormat<StudyFile>['problems']>[number];

function problems(file: StudyFile): RuleProblem[] {
  const { headline, kpis, comparators, comparatorPolicy, policies, oracles, sweeps, sizes, bands } = file;
  const columns = [...comparators.map(({ name }) => name), ...policies, ...oracles];
  return [
    ...headlineProblems(headline),
    ...kpis.flatMap((key, i) => kpiProblems(['kpis', i], key)),
    ...file.comparators.flatMap((entry, i) => comparatorProblems(file, entry, ['comparators', i])),
    ...baselineProblems(['comparatorPolicy'], comparatorPolicy),
    ...policies.flatMap((name, i) => baselineProblems(['policies', i], name)),
    ...oracles.flatMap((name, i) => oracleProblems(['oracles', i], name)),
    ...twice(
      columns,
      (i) =>
        i < comparators.length
          ? ['comparators', i, 'name']
          : i < comparators.length + policies.length
            ? ['policies', i - comparators.length]
            : ['oracles', i - comparators.length - policies.length],
      'columns of different names',
    ),
    ...twice(
      sweeps.map(({ name }) => name),
      (i) => ['sweeps', i, 'name'],
      'sweeps of different names',
    ),
    ...sweeps.flatMap((sweep, i) => sweepProblems(sweep, ['sweeps', i])),
    ...file.parameters.flatMap(({ low, high }, i) => rangeProblems({ low, high }, ['parameters', i])),
    ...(['quick', 'full'] as const).flatMap((size) =>
      (sizes[size].sweeps ?? []).flatMap((name, i) =>
        oneOf(
          name,
          sweeps.map((sweep) => sweep.name),
          ['sizes', size, 'sweeps', i],
          'a sweep of this file',
        ),
      ),
    ),
    ...bands.flatMap(({ column, kpi, from, to }, i): RuleProblem[] => [
      ...oneOf(column, columns, ['bands', i, 'column'], 'a column of this file'),
      ...kpiProblems(['bands', i, 'kpi'], kpi),
      ...(from === undefined && to === undefined
        ? [{ path: ['bands', i], expected: 'from, to or both', found: 'neither', hint: 'A band has an end.' }]
        : upsideDown(from, to, ['bands', i, 'to'])),
    ]),
  ];
}

type Path = (string | number)[];

function headlineProblems(key: string): RuleProblem[] {
  const unknown = kpiProblems(['headline'], key);
  const spec = describedKpi(key);
  if (unknown.length > 0 || spec === undefined || spec.better !== 'none') return unknown;
  const hint = 'Choose one of which more or less is better.';
  return [{ path: ['headline'], expected: 'a KPI with a better direction', found: `'${key}'`, hint }];
}

function kpiProblems(path: Path, key: string): RuleProblem[] {
  if (describedKpi(key) !== undefined) return [];
  return oneOf(key, describedKpiKeys(), path, 'a known KPI');
}

function comparatorProblems(file: StudyFile, entry: StudyFile['comparators'][number], path: Path): RuleProblem[] {
  const { name, like, set, policy } = entry;
  const builtIn = like ?? BUILT_IN_COMPARATORS.find((known) => known === name);
  const own = policy === undefined ? [] : baselineProblems([...path, 'policy'], policy);
  if (builtIn === undefined && set === undefined && policy === undefined) {
    return oneOf(name, BUILT_IN_COMPARATORS, [...path, 'name'], 'a built-in comparator, or one with `set` or `policy`');
  }
  if ((builtIn !== 'compression' && builtIn !== 'compressed-relay') || file.compression !== undefined) return own;
  const hint = 'Add compression: { ratio, keptFrac, grade, source }.';
  return [...own, { path: [...path, 'name'], expected: '`compression` in this file', found: 'none', hint }];
}

function baselineProblems(path: Path, name: string): RuleProblem[] {
  return refusedBaseline(path, () => expectFlyable(name, 'fallback'));
}

function oracleProblems(path: Path, name: string): RuleProblem[] {
  let isOracle = true;
  const refused = refusedBaseline(path, () => (isOracle = createBaseline(name, 1).attachOracle !== undefined));
  if (isOracle) return refused;
  return [{ path, expected: 'a baseline with an oracle part', found: `'${name}'`, hint: 'Move it to policies.' }];
}

function refusedBaseline(path: Path, make: () => unknown): RuleProblem[] {
  try {
    make();
    return [];
  } catch (error) {
    if (!(error instanceof SpaceCloudError) || error.code !== 'USAGE') throw error;
    const { hint, details } = error;
    const [expected, found] = [String(details['expected']), String(details['found'])];
    return [{ path, expected, found, ...(hint === undefined ? {} : { hint }) }];
  }
}

function sweepProblems({ path: field, values, points }: StudyFile['sweeps'][number], path: Path): RuleProblem[] {
  const isWhole = points === undefined ? field !== undefined && values !== undefined : !field && !values;
  if (!isWhole) {
    const given = Object.entries({ path: field, values, points }).filter(([, value]) => value !== undefined);
    const found = given.length === 0 ? 'none of them' : given.map(([name]) => name).join(' and ');
    return [{ path, expected: 'either path and values, or points', found, hint: 'Keep one of the two forms.' }];
  }
  const numbers = values ?? (points ?? []).map(({ value }) => value);
  return twice(
    numbers,
    (i) => (values === undefined ? [...path, 'points', i, 'value'] : [...path, 'values', i]),
    'different values',
  );
}

function rangeProblems(
  { low, high }: { readonly low: number | undefined; readonly high: number | undefined },
  path: Path,
): RuleProblem[] {
  if ((low === undefined) === (high === undefined)) return upsideDown(low, high, [...path, 'high']);
  const found = low === undefined ? 'high alone' : 'low alone';
  return [{ path, expected: 'low and high, or neither', found, hint: 'Sensitivity needs both ends.' }];
}

function upsideDown(from: number | undefined, to: number | undefined, path: Path): RuleProblem[] {
  if (from === undefined || to === undefined || from <= to) return [];
  return [{ path, expected: `a value of at least ${from}`, found: String(to), hint: 'Exchange the two.' }];
}

function twice(values: readonly (string | number)[], pathOf: (i: number) => Path, expected: string): RuleProblem[] {
  const i = values.findIndex((value, at) => values.indexOf(value) !== at);
  return i < 0 ? [] : [{ path: pathOf(i), expected, found: `${values[i]} twice`, hint: 'Name each once.' }];
}

function oneOf(word: string, known: readonly string[], path: Path, expected: string): RuleProblem[] {
  if (known.includes(word)) return [];
  const nearest = nearestWord(word, known);
  const hint =
    nearest !== undefined
      ? `Did you mean ${nearest}?`
      : known.length === 0
        ? 'There is none.'
        : `Known: ${known.slice(0, 60).join(', ')}.`;
  return [{ path, expected, found: `'${word}'`, hint }];
}

/** The headline first, how many tasks it counts, then the others once each, breaches in any case: as the report lists them. */
export function kpisOf({ headline, kpis }: StudyFile): readonly KpiSpec[] {
  const served = servedKpi(headline);
  const keys = [headline, ...(served === undefined ? [] : [served]), ...kpis, 'breaches'];
  return [...new Set(keys)].map((key) => {
    const { label, unit, better } = describedKpi(key) as KpiSpec;
    return { key, label, unit, better };
  });
}
