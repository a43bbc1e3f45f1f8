import { describe, expect, it } from 'vitest';
import type { KpiSpec } from '../../../core/index.ts';
import type { RunRecord } from '../../../training/index.ts';
import { PointFigures, resampling, selectionOf, sweepAnswer } from '../../../training/study/answers.ts';
import type { StudyColumn, StudyPoint } from '../../../training/study/result.ts';

const LATENCY: KpiSpec = { key: 'latencyP50S', label: 'l', unit: 's', better: 'lower' };
const DELIVERED: KpiSpec = { key: 'deliveredFrac', label: 'd', unit: '1', better: 'higher' };

function column(name: string, role: StudyColumn['role']): StudyColumn {
  return { name, label: name, role, policy: name, changes: [] };
}

function runs(values: readonly number[], kpi: string, options: { served?: number; run?: string } = {}): RunRecord[] {
  const { served = 1, run } = options;
  return values.map((value, i) => ({
    ...{ scenario: 's', policy: 'p', role: 'baseline', seed: i + 1, decisions: 0, startS: 0, simulatedS: 1 },
    kpis: { deliveredFrac: served, [kpi]: value },
    trajectoryHash: '',
    ...(run === undefined ? {} : { run }),
  }));
}

function figures(headline: KpiSpec, given: readonly (readonly [StudyColumn, readonly RunRecord[]])[]): PointFigures {
  const [columns, records] = [given.map(([of]) => of), given.map(([, own]) => own)];
  return new PointFigures({ columns, records }, headline, resampling(500));
}

describe('benefits', () => {
  it('are paired by seed, and lower is better where the KPI says so', () => {
    const at = figures(LATENCY, [
      [column('b1', 'comparator'), runs([10, 20, 30], 'latencyP50S')],
      [column('h', 'heuristic'), runs([9, 19, 28], 'latencyP50S')],
    ]);
    const benefit = at.benefit(1, 0);
    // -1, -1, -2: mean -4/3 of 20. Unpaired, a spread of 20 would hide it.
    expect(benefit?.difference).toBeCloseTo(-4 / 3, 12);
    expect(benefit?.relative).toBeCloseTo(-4 / 60, 12);
    expect(benefit?.interval).toMatchObject({ lo: -2, hi: -1 });
    expect(benefit?.verdict).toBe('wins');
    expect(at.benefit(0, 1)?.verdict).toBe('loses');
  });

  it('are unclear where the interval holds zero, and null where no seed has both', () => {
    const at = figures(DELIVERED, [
      [column('a', 'comparator'), runs([0.5, 0.7, 0.6], 'deliveredFrac')],
      [column('b', 'heuristic'), runs([0.6, 0.6, 0.6], 'deliveredFrac')],
      [column('c', 'heuristic'), runs([NaN, NaN, NaN], 'deliveredFrac')],
    ]);
    expect(at.benefit(1, 0)?.verdict).toBe('unclear');
    expect(at.benefit(2, 0)).toBeNull();
    expect(at.benefit(null, 0)).toBeNull();
    expect(at.cell(2, 'deliveredFrac')).toEqual({ mean: null, interval: null, runs: 0 });
    expect(at.cell(0, 'deliveredFrac')).toMatchObject({ runs: 3 });
    expect(at.cell(0, 'deliveredFrac').mean).toBeCloseTo(0.6, 12);
  });

  it('take training runs as samples', () => {
    const learned = [...runs([3, 5], 'latencyP50S', { run: 'a' }), ...runs([1, 1], 'latencyP50S', { run: 'b' })];
    const at = figures(LATENCY, [
      [column('b1', 'comparator'), runs([4, 6], 'latencyP50S')],
      [column('l', 'learned'), learned],
    ]);
    // Run a: -1, -1; run b: -3, -5. Means -1 and -4, of which the mean is -2.5.
    expect(at.benefit(1, 0)).toMatchObject({ difference: -2.5, interval: { lo: -4, hi: -1 } });
    expect(at.cell(1, 'latencyP50S')).toMatchObject({ mean: 2.5, runs: 4 });
  });
});

describe('the best', () => {
  it('is that of the best mean, but of a latency none that delivers much less than another', () => {
    const few = column('few', 'comparator');
    const many = column('many', 'comparator');
    const given = [
      [few, runs([1, 1], 'latencyP50S', { served: 0.94 })],
      [many, runs([2, 2], 'latencyP50S', { served: 1 })],
    ] as const;
    expect(figures(LATENCY, given).best([0, 1])).toBe(1);
    const enough = [[few, runs([1, 1], 'latencyP50S', { served: 0.96 })], given[1]] as const;
    expect(figures(LATENCY, enough).best([0, 1])).toBe(0);
    expect(figures(LATENCY, enough).best([])).toBeNull();
  });

  it('in orbit is chosen among heuristics and learned policies by the selection seeds', () => {
    const columns = [
      column('b1', 'comparator'),
      column('h1', 'heuristic'),
      column('h2', 'heuristic'),
      column('l', 'learned'),
      column('o', 'oracle'),
    ];
    const values = [0.9, 0.5, 0.6, 0.7, 1];
    const at = figures(
      DELIVERED,
      columns.map((of, c) => [of, runs([values[c] as number, values[c] as number], 'deliveredFrac')] as const),
    );
    expect(selectionOf(columns, at, [500_000])).toEqual({ seeds: [500_000], heuristic: 2, learned: 3, orbit: 3 });
    expect(selectionOf(columns.slice(0, 2), undefined, [])).toEqual({
      seeds: [],
      heuristic: 1,
      learned: null,
      orbit: 1,
    });
    expect(selectionOf(columns.slice(0, 1), undefined, [])).toMatchObject({ orbit: null });
  });
});

describe('a sweep', () => {
  const point = (value: number, verdict: 'wins' | 'loses' | 'unclear' | null): StudyPoint => ({
    ...{ quantity: 'size', value, cells: [], bestComparator: 0, bestHeuristic: 1, bestLearned: null },
    benefit: verdict === null ? null : { first: 1, second: 0, difference: 1, interval: null, relative: null, verdict },
  });
  const answer = (...points: StudyPoint[]) => sweepAnswer({ name: 'size', label: 'size [1]' }, points);

  it('says where orbit does not win and from where on it always does', () => {
    const mixed = answer(point(66, 'wins'), point(12, 'wins'), point(24, 'unclear'), point(33, 'wins'), point(6, null));
    expect(mixed).toMatchObject({ values: [6, 12, 24, 33, 66], fails: [6, 24], paysFrom: 33 });
    expect(answer(point(1, 'wins'), point(2, 'wins'))).toMatchObject({ fails: [], paysFrom: 1 });
    expect(answer(point(1, 'wins'), point(2, 'loses'))).toMatchObject({ fails: [2], paysFrom: null });
  });
});
