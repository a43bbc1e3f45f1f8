import { type KpiSpec, Rng } from '../../core/index.ts';
import { DrawTable, bootstrapInterval } from '../evaluation/bootstrap.ts';
import { pairedScores, replicateOf, replicateScores } from '../evaluation/replicates.ts';
import type { RunRecord } from '../evaluation/run-record.ts';
import { RunTable, finiteStrata } from '../evaluation/run-table.ts';
import { flatten, meanScore } from '../evaluation/statistics.ts';
import type {
  AttributionPart,
  Benefit,
  StudyCell,
  StudyColumn,
  StudyPoint,
  StudySelection,
  SweepAnswer,
} from './result.ts';

/** How intervals are made: each restarts one stream, so that it hangs on its own numbers alone. */
export interface Resampling {
  readonly replicates: number;
  readonly draws: DrawTable;
}

/** Resamples by a seed. */
export function resampling(replicates: number, seed = 1): Resampling {
  return { replicates, draws: new DrawTable(() => new Rng(seed, STREAM)) };
}

const STREAM = 'study-bootstrap';

/** The records of one point: those of each column under its name. */
export interface PointRecords {
  readonly columns: readonly StudyColumn[];
  /** [columns] on the same seeds, in the order of runs, then seeds. */
  readonly records: readonly (readonly RunRecord[])[];
}

/** Figures of one point, and comparisons within it. */
export class PointFigures {
  readonly columns: readonly StudyColumn[];
  private readonly table: RunTable;
  private readonly resampling: Resampling;
  private readonly headline: KpiSpec;

  constructor({ columns, records }: PointRecords, headline: KpiSpec, resampled: Resampling) {
    this.columns = columns;
    this.headline = headline;
    this.resampling = resampled;
    this.table = new RunTable(
      records.flatMap((ofColumn, c) =>
        ofColumn.map((record) => ({ ...record, scenario: 'point', policy: (columns[c] as StudyColumn).name })),
      ),
    );
  }

  cell(column: number, kpi: string): StudyCell {
    const { name } = this.columns[column] as StudyColumn;
    const scores = this.scoresOf(name, kpi);
    const runs = this.table.runs(name).reduce((sum, run) => {
      return sum + flatten(finiteStrata(this.table.values(name, kpi, run))).length;
    }, 0);
    if (scores.length === 0) return { mean: null, interval: null, runs };
    return { mean: meanScore(scores), interval: this.intervalOf(scores), runs };
  }

  /** The mean of {@link cell} without its interval, which takes thousands of resamples; null: no run has the figure. */
  mean(column: number, kpi: string): number | null {
    const scores = this.scoresOf((this.columns[column] as StudyColumn).name, kpi);
    return scores.length === 0 ? null : meanScore(scores);
  }

  /**
   * The best of these columns by its mean on the headline KPI. Where that counts delivered tasks only, a column that delivers
   * much less than another is passed over: the latency of the few that come through is no rival to that of all.
   */
  best(candidates: readonly number[]): number | null {
    const sign = this.headline.better === 'higher' ? 1 : -1;
    const most = Math.max(...candidates.map((column) => this.servedFrac(column)));
    let best: { readonly column: number; readonly score: number } | undefined;
    for (const column of candidates) {
      const mean = this.mean(column, this.headline.key);
      if (mean === null || this.servedFrac(column) < SERVES_FRAC * most) continue;
      if (best === undefined || sign * mean > best.score) best = { column, score: sign * mean };
    }
    return best?.column ?? null;
  }

  /** Share of tasks behind the headline: those delivered where it is a latency, else 1. */
  servedFrac(column: number): number {
    const key = servedKpi(this.headline.key);
    return key === undefined ? 1 : (this.mean(column, key) ?? 0);
  }

  /** First minus second on the headline KPI, seed by seed; null when no seed has both. */
  benefit(first: number | null, second: number | null): Benefit | null {
    if (first === null || second === null) return null;
    const { key: kpi, better } = this.headline;
    const [reference, policy] = [first, second].map((column) => (this.columns[column] as StudyColumn).name);
    const { scores, subtrahend } = pairedScores(this.table, {
      reference: reference as string,
      policy: policy as string,
      kpi,
    });
    // Two columns of training runs each are not compared: comparators and heuristics have one run per seed.
    const differences = subtrahend === null ? finiteStrata(scores) : [];
    if (differences.length === 0) return null;
    const difference = meanScore(differences);
    const interval = this.intervalOf(differences);
    const mean = this.mean(second, kpi);
    const isBetter = (value: number): boolean => (better === 'higher' ? value > 0 : value < 0);
    const verdict =
      interval === null || (interval.lo <= 0 && interval.hi >= 0) ? 'unclear' : isBetter(difference) ? 'wins' : 'loses';
    const relative = mean === null || mean === 0 ? null : difference / Math.abs(mean);
    return { first, second, difference, interval, relative, verdict };
  }

  private scoresOf(policy: string, kpi: string): ReturnType<typeof finiteStrata> {
    return finiteStrata(replicateScores(this.table, { policy, kpi, by: replicateOf(this.table, policy) }));
  }

  private intervalOf(strata: ReturnType<typeof finiteStrata>): StudyCell['interval'] {
    const { replicates, draws } = this.resampling;
    return bootstrapInterval(strata, meanScore, { replicates, rng: new Rng(1, STREAM), draws });
  }
}

/** Of the share that the best of them delivers. Project choice. */
export const SERVES_FRAC = 0.95;

/** The KPI that says how many tasks a headline KPI counts; undefined where it counts all. */
export function servedKpi(headline: string): string | undefined {
  const [figure = '', ...family] = headline.split('.');
  return figure.startsWith('latency') ? ['deliveredFrac', ...family].join('.') : undefined;
}

/** Indices of the columns of a role. */
export function columnsOf(columns: readonly StudyColumn[], role: StudyColumn['role']): readonly number[] {
  return columns.flatMap((column, c) => (column.role === role ? [c] : []));
}

/**
 * Who stands for the cloud in orbit, by the figures of the selection seeds. Without figures there was nothing to choose
 * between: at most one heuristic or learned policy.
 */
export function selectionOf(
  columns: readonly StudyColumn[],
  figures: PointFigures | undefined,
  seeds: readonly number[],
): StudySelection {
  const best = (role: StudyColumn['role']): number | null => {
    const candidates = columnsOf(columns, role);
    if (figures === undefined || candidates.length < 2) return candidates[0] ?? null;
    // None has a value on any of these seeds: the first of the file stands.
    return figures.best(candidates) ?? (candidates[0] as number);
  };
  const [heuristic, learned] = [best('heuristic'), best('learned')];
  const both = [heuristic, learned].filter((column) => column !== null);
  const orbit = both.length < 2 || figures === undefined ? both[0] : (figures.best(both) ?? both[0]);
  return { seeds: figures === undefined ? [] : seeds, heuristic, learned, orbit: orbit ?? null };
}

/** A point with its cells, its best comparator, and the chosen policies against it. */
export function pointOf(
  figures: PointFigures,
  at: { readonly quantity: string | null; readonly value: number | null },
  { kpis, selection }: { readonly kpis: readonly KpiSpec[]; readonly selection: StudySelection },
): StudyPoint {
  const bestComparator = figures.best(columnsOf(figures.columns, 'comparator'));
  return {
    ...{ quantity: at.quantity, value: at.value },
    cells: figures.columns.map((_, c) => Object.fromEntries(kpis.map(({ key }) => [key, figures.cell(c, key)]))),
    bestComparator,
    bestHeuristic: selection.heuristic,
    bestLearned: selection.learned,
    benefit: figures.benefit(selection.orbit, bestComparator),
  };
}

/** What each step from the plain bent pipe to the learned policy brings, where both ends of it are columns. */
export function attributionOf(figures: PointFigures, point: StudyPoint): AttributionPart[] {
  const named = (name: string): number | null => {
    const column = figures.columns.findIndex((known) => known.role === 'comparator' && known.name === name);
    return column < 0 ? null : column;
  };
  const steps: readonly (readonly [AttributionPart['part'], number | null, number | null])[] = [
    ['relay', named('relay'), named('bent-pipe')],
    ['stations', named('more-stations'), named('relay')],
    ['compression', named('compression'), named('bent-pipe')],
    ['compressed-relay', named('compressed-relay'), named('relay')],
    ['heuristics', point.bestHeuristic, point.bestComparator],
    ['learning', point.bestLearned, point.bestHeuristic],
  ];
  return steps.flatMap(([part, first, second]) => {
    const benefit = figures.benefit(first, second);
    return benefit === null ? [] : [{ part, benefit }];
  });
}

/** Where along one axis the cloud in orbit does not win, and from where on it does. */
export function sweepAnswer(
  { name, label }: { readonly name: string; readonly label: string },
  points: readonly StudyPoint[],
): SweepAnswer {
  const along = points
    .filter(({ quantity }) => quantity === name)
    .map(({ value, benefit }) => ({ value: value as number, wins: benefit?.verdict === 'wins' }))
    .sort((a, b) => a.value - b.value);
  const lastFailure = along.findLastIndex(({ wins }) => !wins);
  return {
    ...{ quantity: name, label },
    values: along.map(({ value }) => value),
    fails: along.filter(({ wins }) => !wins).map(({ value }) => value),
    paysFrom: along[lastFailure + 1]?.value ?? null,
  };
}
