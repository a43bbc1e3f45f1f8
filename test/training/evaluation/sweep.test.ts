import { describe, expect, it } from 'vitest';
import { hashJson } from '../../../core/index.ts';
import { buildGeometry, loadScenario, scenarioVariant } from '../../../environment/index.ts';
import {
  type SweepOptions,
  baselineSource,
  evaluate,
  sweep,
  sweepCsv,
  sweepCurves,
  sweepJson,
  sweepTable,
} from '../../../training/index.ts';
import { EVALUATION } from './small-evaluation.ts';

const scenario = loadScenario('scenarios/test-12.yaml');
const geometry = buildGeometry(scenario);
const OPTIONS: SweepOptions = {
  ...EVALUATION,
  scenario,
  geometry,
  policies: EVALUATION.policies.map(baselineSource),
  axes: [
    { quantity: 'load', values: [2, 0.5] },
    { quantity: 'failure', values: [0.3] },
  ],
};

describe('sweep', async () => {
  const progress: [number, number][] = [];
  const result = await sweep({ ...OPTIONS, onProgress: (done, total) => progress.push([done, total]) });

  it('runs every policy on the same seeds at every point, as an evaluation of that variant would', async () => {
    expect(result.points.map(({ quantity, value }) => [quantity, value])).toEqual([
      ['load', 2],
      ['load', 0.5],
      ['failure', 0.3],
    ]);
    const variant = scenarioVariant(scenario, { linkFailureShare: 0.3 });
    const alone = await evaluate({ ...OPTIONS, scenario: variant });
    const point = result.points[2];
    expect(point?.scenarioHash).toBe(hashJson(variant));
    expect(point?.records.map(({ scenario: name }) => name)).toEqual(Array(8).fill('test-12 failure=0.3'));
    expect(point?.records.map(({ trajectoryHash }) => trajectoryHash)).toEqual(
      alone.records.map(({ trajectoryHash }) => trajectoryHash),
    );
    expect(result.overall?.seeds).toEqual([
      [1, 2, 3, 4],
      [1, 2, 3, 4],
      [1, 2, 3, 4],
    ]);
    expect(progress.at(-1)).toEqual([24, 24]);
    expect(progress.map(([done]) => done)).toEqual(progress.map((_, i) => i + 1));
  });

  it('offers more work at a higher load', () => {
    const tasks = (value: number): number =>
      result.points.find((point) => point.value === value)?.summary.policies[0]?.kpis['tasks']?.mean ?? NaN;
    expect(tasks(2)).toBeGreaterThan(2 * tasks(0.5));
  });

  it('is a table, rows of CSV, a document and curves in the order of the values', () => {
    const text = sweepTable(result);
    expect(text).toContain('offered load, factor on all rates [1]: utility per task');
    expect(text).toMatch(/policy +0\.5 +2/);
    // Lines of the text are wrapped.
    expect(text.replaceAll('\n', ' ')).toContain(
      `comparisons at single points, besides the ${result.overall?.comparisons} of all points together.`,
    );
    const rows = sweepCsv(result).trim().split('\n');
    const kpis = result.points[0]?.summary.kpis.length ?? NaN;
    const kpisWithFaults = result.points[2]?.summary.kpis.length ?? NaN;
    expect(rows).toHaveLength(1 + 2 * (2 * kpis + kpisWithFaults));
    for (const row of rows) expect(row.split(',')).toHaveLength(14);
    const document = JSON.parse(
      sweepJson(result, { versions: {}, scenarioHashes: {}, command: 'spacecloud sweep' }),
    ) as { format: string; points: unknown[] };
    expect(document.format).toBe('spacecloud-sweep/1');
    expect(document.points).toHaveLength(3);
    const [utility] = sweepCurves(result);
    expect(utility?.points.map(({ x }) => x)).toEqual([0.5, 0.5, 2, 2]);
    expect(utility?.points.every(({ lo, mean, hi }) => lo !== null && hi !== null && lo <= mean && mean <= hi)).toBe(
      true,
    );
  });

  it('names where the reference loses', async () => {
    const policies = [...EVALUATION.policies].reverse().map(baselineSource);
    const losing = await sweep({ ...OPTIONS, policies, axes: [{ quantity: 'load', values: [1] }] });
    expect(losing.overall?.reference).toBe('random+random+random');
    expect(sweepTable(losing)).toMatch(
      /At load 1 random\+random\+random loses on utility to load-aware\+greedy-finish\+gdsf \(-/,
    );
  });

  it.each([
    [[], /got none/],
    [[{ quantity: 'load', values: [] }], /got load=/],
    [[{ quantity: 'load', values: [1, 1] }], /got load=1,1/],
    [
      [
        { quantity: 'load', values: [1] },
        { quantity: 'load', values: [2] },
      ],
      /got load=/,
    ],
    [[{ quantity: 'failure', values: [1] }], /linkFailureShare from 0 to less than 1/],
    [[{ quantity: 'load', values: [1, -1] }], /traffic\.load: expected a number above 0/],
  ] as const)('refuses axes %o before any run', async (axes, message) => {
    const runs: number[] = [];
    await expect(sweep({ ...OPTIONS, axes, onProgress: (done) => runs.push(done) })).rejects.toThrow(message);
    expect(runs).toEqual([]);
  });
});
