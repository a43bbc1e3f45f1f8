import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { format } from 'prettier';
import { describe, expect, it } from 'vitest';
import { SpaceCloudError } from '../../../core/index.ts';
import {
  parseStudyJson,
  studyCsv,
  studyJson,
  studyMarkdown,
  studyParquet,
  studyRecordsCsv,
  studyRecordsParquet,
} from '../../../training/study/report/index.ts';
import type { StudyReport } from '../../../training/study/result.ts';
import { barren, HOSTILE, hostile, studyFixture } from './fixture.ts';

const report = studyFixture();
const bare: StudyReport = { ...report, studies: report.studies.map(barren) };
const VARIANTS: readonly (readonly [string, StudyReport])[] = [
  ['all there is', report],
  ['one seed', studyFixture({ seeds: 1 })],
  ['no values', bare],
  ['hostile names', hostile(report)],
  ['no studies', { ...report, studies: [] }],
];

/** Fields of every line of a CSV text, after RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  const field = /("(?:[^"]|"")*"|[^,\n]*)(,|\n|$)/y;
  while (field.lastIndex < text.length) {
    const [, value = '', end] = field.exec(text) ?? [];
    rows.at(-1)?.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (end === '\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

function errorOf(run: () => unknown): SpaceCloudError {
  try {
    run();
  } catch (error) {
    if (error instanceof SpaceCloudError) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

describe('study as Markdown', () => {
  it.each(VARIANTS)('is as Prettier leaves it: %s', async (_, variant) => {
    const text = studyMarkdown(variant);
    expect(await format(text, { parser: 'markdown', singleQuote: true, printWidth: 120 })).toBe(text);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('has the numbers of the result', () => {
    const text = studyMarkdown(report);
    const cells = (begin: string): string[] | undefined =>
      text
        .split('\n')
        .find((line) => line.startsWith(`| ${begin}`))
        ?.split('|')
        .slice(1, -1)
        .map((cell) => cell.trim());
    expect(cells('Flash detection')).toEqual([
      'Flash detection (An image of a flash becomes an alert on the ground sooner when satellites analyse it themselves.)',
      'orbit wins (on 4 seeds)',
      'latency p50, observation [s], lower is better',
      '25.7 (joint)',
      '96.2 (relay, compressed on board)',
      '-70.5 [-74.3, -66.7] -73.3 %',
      '0 (comparator 0)',
    ]);
    // Fractions in per cent: 0.41 with 4 % of itself, 41.0 [39.4, 42.6].
    expect(cells('bent pipe  ')?.slice(0, 4)).toEqual([
      'bent pipe',
      'comparator',
      '2412.0 [2315.5, 2508.5]',
      '41.0 [39.4, 42.6]',
    ]);
    expect(cells('wan.delayS')?.slice(0, 3)).toEqual(['wan.delayS', '(!!) memory', '0.02']);
    expect(text).toContain('What size of constellation pays: 33 satellites or more; tested up to 132.');
    expect(text).toContain(
      '> The announcement: “reduces processing times by processing data directly in orbit, enabling real-time information delivery”',
    );
  });

  it('keeps every row at as many cells as its header, whatever the names hold', () => {
    const tables = studyMarkdown(hostile(report))
      .split('\n\n')
      .filter((block) => block.startsWith('|'));
    expect(tables.length).toBeGreaterThan(10);
    for (const table of tables) {
      const counts = new Set(table.split('\n').map((line) => line.split('|').length));
      expect(counts.size).toBe(1);
    }
  });
});

describe('study as rows', () => {
  it('has one row per study, point, column and KPI', () => {
    const [header, ...rows] = parseCsv(studyCsv(report));
    expect(header?.join()).toBe('study,quantity,value,column,role,kpi,unit,mean,lo,hi,runs');
    // 10 points x 9 columns x 4 KPIs + 3 x 3 x 3 + 1 x 2 x 3.
    expect(rows).toHaveLength(360 + 27 + 6);
    // 0.96 and 1.04 times 96.2.
    expect(
      rows.find(
        ([study, quantity, , column]) =>
          study === 'flash-detection' && quantity === '' && column === 'compressed-relay',
      ),
    ).toEqual([
      'flash-detection',
      '',
      '',
      'compressed-relay',
      'comparator',
      'latencyP50S.observation',
      's',
      '96.2',
      String(96.2 - 0.04 * 96.2),
      String(96.2 + 0.04 * 96.2),
      '4',
    ]);
  });

  it('leaves cells without a value empty', () => {
    const [, row] = parseCsv(studyCsv(bare));
    expect(row?.slice(5)).toEqual(['latencyP50S.observation', 's', '', '', '', '0']);
  });

  it('quotes what must be quoted', () => {
    expect(parseCsv(studyCsv(hostile(report)))[1]?.[0]).toBe(HOSTILE);
  });

  it('has the runs behind the means, which they give', () => {
    const [header, ...rows] = parseCsv(studyRecordsCsv(report));
    expect(header?.join()).toBe('study,quantity,value,column,role,policy,run,seed,kpi,unit,measured,trajectoryHash');
    // As many as means, times 4 seeds.
    expect(rows).toHaveLength(4 * 393);
    const own = rows.filter(
      ([study, quantity, , column, , , , , kpi]) =>
        study === 'flash-detection' && quantity === '' && column === 'joint' && kpi === 'latencyP50S.observation',
    );
    expect(own.map((row) => row[7])).toEqual(['1', '2', '3', '4']);
    // Means of four numbers of this size round in the last of 15 digits.
    expect(own.reduce((sum, row) => sum + Number(row[10]), 0) / 4).toBeCloseTo(25.7, 12);
  });

  it.each([
    ['means', studyParquet, studyCsv],
    ['runs', studyRecordsParquet, studyRecordsCsv],
  ])('says the same as Parquet: %s', async (_, toParquet, toCsv) => {
    for (const [, variant] of VARIANTS) {
      const bytes = toParquet(variant);
      const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
      const objects = await parquetReadObjects({ file });
      const [header = [], ...rows] = parseCsv(toCsv(variant));
      const text = (value: unknown): string => (value === null || value === undefined ? '' : `${value as number}`);
      expect(objects.map((object) => header.map((name) => text(object[name])))).toEqual(rows);
    }
  });

  it('keeps types and versions in Parquet', async () => {
    const bytes = studyParquet(report);
    const file = bytes.buffer as ArrayBuffer;
    const [row] = await parquetReadObjects({ file });
    expect(row).toMatchObject({ quantity: null, value: null, mean: 2412, runs: 4 });
    const { key_value_metadata: metadata, created_by: by } = parquetMetadata(file);
    expect(metadata).toEqual([
      { key: 'version', value: '0.1.0' },
      { key: 'decisionSpec', value: '2' },
      { key: 'size', value: 'full' },
    ]);
    expect(by).toBe('spacecloud version 0.1.0');
    expect(Buffer.from(studyParquet(report)).equals(Buffer.from(bytes))).toBe(true);
  });
});

describe('study as JSON', () => {
  it.each(VARIANTS)('comes back as it was: %s', (_, variant) => {
    const text = studyJson(variant);
    expect(parseStudyJson(text, 'study.json')).toEqual(variant);
    expect(studyJson(parseStudyJson(text, 'study.json'))).toBe(text);
    expect(text).not.toMatch(/NaN|undefined|Infinity/);
  });

  it('is the same in whatever order the report was put together', () => {
    const reversed = (value: unknown): unknown =>
      Array.isArray(value)
        ? value.map(reversed)
        : typeof value === 'object' && value !== null
          ? Object.fromEntries(
              Object.entries(value)
                .reverse()
                .map(([key, item]) => [key, reversed(item)]),
            )
          : value;
    expect(studyJson(reversed(report) as StudyReport)).toBe(studyJson(report));
  });

  it('holds null for a KPI without a value, which is NaN again when read', () => {
    const [study] = report.studies;
    const [record] = study?.records ?? [];
    if (study === undefined || record === undefined) throw new Error('The fixture has no record.');
    const one = { ...report, studies: [{ ...study, records: [{ ...record, kpis: { latencyP50S: NaN }, run: 'a' }] }] };
    const text = studyJson(one);
    expect(text).toContain('"kpis": {"latencyP50S": null}');
    const [read] = parseStudyJson(text, 'study.json').studies[0]?.records ?? [];
    expect(read?.kpis['latencyP50S']).toBeNaN();
    expect(read?.run).toBe('a');
  });

  it('has a line per cell and per run', () => {
    const lines = studyJson(report).split('\n');
    const cells = lines.filter((line) => /^ +"[\w.]+": \{"interval": \{.*"runs": 4\},?$/.test(line));
    expect(cells).toHaveLength(393);
    expect(lines.filter((line) => line.includes('"trajectoryHash"'))).toHaveLength(404);
  });

  it('names what is wrong with a file', () => {
    const cut = errorOf(() => parseStudyJson(studyJson(report).slice(0, 999), 'runs/study.json'));
    expect(cut.code).toBe('FILE_READ');
    expect(cut.toString()).toContain('runs/study.json: FILE_READ: Expected a study report (JSON), got something else.');
    const other = errorOf(() => parseStudyJson('{"format": "spacecloud-sweep/1"}', 'a.json'));
    expect(other.message).toBe(`Expected a study report of format 'spacecloud-study/1', got "spacecloud-sweep/1".`);
    expect(errorOf(() => parseStudyJson('[]', 'a.json')).message).toContain('got no format');
    const broken = studyJson(report).replace('"seeds": [1, 2, 3, 4]', '"seeds": [1, "2", 3, 4]');
    const field = errorOf(() => parseStudyJson(broken, 'a.json'));
    expect(field.message).toContain(`got at 'studies.0.seeds.1'`);
    expect(field.hint).toContain('run the study again');
  });
});
