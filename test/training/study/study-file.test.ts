import { format, resolveConfig } from 'prettier';
import { describe, expect, it } from 'vitest';
import { SpaceCloudError } from '../../../core/index.ts';
import type { JsonSchema } from '../../../environment/index.ts';
import { kpisOf, parseStudyFile, studyJsonSchema } from '../../../training/study/load.ts';
import { longJsonSchema } from '../../../training/study/schema.ts';
import { STATION_LISTS } from '../../../training/study/stations.ts';

const SCHEMA_FILE = 'docs/study.schema.json';
const HEAD = `schema: 1
study: a
title: A
scenario: test-12
claim: c
announcement: a
loses: l
headline: latencyP50S.observation
sizes:
  quick: { arrivalsS: 5, drainS: 20, seeds: 2 }
  full: { arrivalsS: 5, drainS: 20, seeds: 4 }
`;

function refusal(text: string): SpaceCloudError {
  try {
    parseStudyFile(text, 'my.yaml');
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  }
  throw new Error('Expected a refusal.');
}

it(`${SCHEMA_FILE} is the schema in force (after a change: npx vitest run test/training/study -u)`, async () => {
  const options = { ...(await resolveConfig(SCHEMA_FILE)), parser: 'json' };
  const text = await format(JSON.stringify(studyJsonSchema()), options);
  await expect(text).toMatchFileSnapshot(`../../../${SCHEMA_FILE}`);
});

it('describes every field and refuses unknown ones in every map', () => {
  const faults: string[] = [];
  const walk = (schema: JsonSchema, at: string): void => {
    if (schema.properties && schema.additionalProperties !== false) faults.push(`${at} is open`);
    for (const [name, child] of Object.entries(schema.properties ?? {})) {
      const isSettings = name === 'set';
      if (!isSettings && child.description === undefined && child.const === undefined) faults.push(`${at}.${name}`);
      walk(child, `${at}.${name}`);
    }
    if (schema.items) walk(schema.items, `${at}[]`);
  };
  walk(longJsonSchema(), '');
  expect(faults).toEqual([]);
});

it('takes names for comparators and stations, and lists the headline first, breaches last', () => {
  const text = `${HEAD}comparators: [bent-pipe, { name: mine, policy: damped+bent-pipe+lru }]
moreStations: ksat
kpis: [downlinkGB, latencyP50S.observation]
`;
  const { value } = parseStudyFile(text, 'my.yaml');
  expect(value.comparators).toEqual([{ name: 'bent-pipe' }, { name: 'mine', policy: 'damped+bent-pipe+lru' }]);
  expect(value.moreStations).toEqual(STATION_LISTS['ksat']);
  expect(kpisOf(value).map(({ key, better }) => [key, better])).toEqual([
    ['latencyP50S.observation', 'lower'],
    ['deliveredFrac.observation', 'higher'],
    ['downlinkGB', 'lower'],
    ['breaches', 'lower'],
  ]);
  expect(value.wanMs).toBe(50);
});

it('the station lists name each site once, where it can be', () => {
  for (const list of Object.values(STATION_LISTS)) {
    expect(new Set(list.map(({ name }) => name)).size).toBe(list.length);
    for (const { latDeg, lonDeg } of list) {
      expect(Math.abs(latDeg)).toBeLessThanOrEqual(90);
      expect(Math.abs(lonDeg)).toBeLessThanOrEqual(180);
    }
  }
});

describe('refuses', () => {
  it.each([
    ['an unknown field', `${HEAD}comparator: []\n`, 12, 1, /found 'comparator'/, /Did you mean comparators/],
    ['an unknown comparator', `${HEAD}comparators: [relay, bent-pip]\n`, 12, 22, /found 'bent-pip'/, /mean bent-pipe/],
    ['a field of a comparator', `${HEAD}comparators:\n  - { name: x, sett: {} }\n`, 13, 16, /'sett'/, /mean set/],
    ['a comparator twice', `${HEAD}comparators: [relay, relay]\n`, 12, 22, /relay twice/, undefined],
    ['compression of nothing', `${HEAD}comparators: [compression]\n`, 12, 15, /`compression` in this file/, /ratio/],
    [
      'an unknown KPI',
      `${HEAD}kpis: [latencyP5S]\n`,
      12,
      8,
      /a known KPI, found 'latencyP5S'/,
      /mean latencyP50S|P95S/,
    ],
    [
      'a headline without direction',
      HEAD.replace('latencyP50S.observation', 'islGB'),
      8,
      11,
      /better direction/,
      undefined,
    ],
    [
      'an unknown grade',
      `${HEAD}parameters: [{ path: traffic.load, grade: primry, source: x }]\n`,
      12,
      43,
      /one of primary/,
      /Did you mean primary/,
    ],
    [
      'half a range',
      `${HEAD}parameters: [{ path: traffic.load, low: 1, grade: choice, source: x }]\n`,
      12,
      14,
      /low and high/,
      undefined,
    ],
    [
      'a range upside down',
      `${HEAD}parameters: [{ path: a, low: 2, high: 1, grade: choice, source: x }]\n`,
      12,
      39,
      /at least 2, found 1/,
      /Exchange/,
    ],
    ['an unknown list', `${HEAD}moreStations: ksatt\n`, 12, 15, /a list/, undefined],
    ['a misspelt policy', `${HEAD}policies: [damped+greedy+lru]\n`, 12, 12, /'greedy' in/, /^Write/],
    ['an oracle as heuristic', `${HEAD}policies: [oracle+oracle+lru]\n`, 12, 12, /the oracle/, /truth/],
    ['a heuristic as oracle', `${HEAD}oracles: [damped+greedy-finish+lru]\n`, 12, 11, /an oracle part/, /policies/],
    ['a sweep of nothing', `${HEAD}sweeps: [{ name: s, label: l }]\n`, 12, 10, /either path and values/, undefined],
    [
      'a value twice',
      `${HEAD}sweeps: [{ name: s, label: l, path: traffic.load, values: [1, 2, 1] }]\n`,
      12,
      66,
      /1 twice/,
      undefined,
    ],
    [
      'an unknown sweep',
      HEAD.replace('seeds: 2', 'seeds: 2, sweeps: [lod]') +
        'sweeps: [{ name: load, label: l, path: traffic.load, values: [1] }]\n',
      10,
      57,
      /a sweep of this file/,
      /mean load/,
    ],
    [
      'a band of an unknown column',
      `${HEAD}bands: [{ column: relay, kpi: utility, from: 1 }]\n`,
      12,
      19,
      /a column of this/,
      undefined,
    ],
    [
      'a band without end',
      `${HEAD}comparators: [relay]\nbands: [{ column: relay, kpi: utility }]\n`,
      13,
      9,
      /from, to or both/,
      undefined,
    ],
    ['another version', HEAD.replace('schema: 1', 'schema: 2'), 1, 9, /expected 1, found 2/, undefined],
    ['what is no YAML', `${HEAD}kpis: {\n`, 13, 1, /well-formed YAML/, undefined],
    ['a list', '- a\n', 1, 1, /^study file: expected a map/, undefined],
  ])('%s, with its place', (...row) => {
    const [, text, line, column, message, hint] = row;
    const error = refusal(text);
    expect(error.code).toBe('STUDY_FILE');
    expect(error.exitStatus).toBe(3);
    expect(error.message).toMatch(message);
    expect(error.place).toEqual({ file: 'my.yaml', line, column });
    if (hint !== undefined) expect(error.hint).toMatch(hint);
  });
});
