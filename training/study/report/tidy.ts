/** A report as rows that spreadsheets and data frames take as they are: one number per row, with what it is of. */
import type { StudyReport, StudyResult } from '../result.ts';

/** One KPI of one column at one point. */
export interface TidyRow {
  readonly study: string;
  /** `null`: the scenario as it is. */
  readonly quantity: string | null;
  readonly value: number | null;
  readonly column: string;
  readonly role: string;
  readonly kpi: string;
  /** Of `mean`, `lo` and `hi`; fractions are from 0 to 1. */
  readonly unit: string;
  readonly mean: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
  readonly runs: number;
}

/** One KPI of one run. */
export interface TidyRecord {
  readonly study: string;
  readonly quantity: string | null;
  readonly value: number | null;
  readonly column: string;
  readonly role: string | null;
  readonly policy: string;
  /** Training run, where several make one policy. */
  readonly run: string | null;
  readonly seed: number;
  readonly kpi: string;
  readonly unit: string;
  readonly measured: number | null;
  readonly trajectoryHash: string;
}

/** Means and intervals: all KPIs of a study, all columns, all points. */
export function tidyRows({ studies }: StudyReport): TidyRow[] {
  return studies.flatMap((study) =>
    study.points.flatMap(({ quantity, value, cells }) =>
      study.columns.flatMap(({ name, role }, c) =>
        study.kpis.flatMap(({ key, unit }) => {
          const cell = cells[c]?.[key];
          if (cell === undefined) return [];
          const { mean, interval, runs } = cell;
          const numbers = { mean, lo: interval?.lo ?? null, hi: interval?.hi ?? null, runs };
          return [{ study: study.study, quantity, value, column: name, role, kpi: key, unit, ...numbers }];
        }),
      ),
    ),
  );
}

/** The runs behind them, for the study's KPIs only; all others stand in `study.json`. */
export function tidyRecords({ studies }: StudyReport): TidyRecord[] {
  return studies.flatMap(recordsOf);
}

function recordsOf(study: StudyResult): TidyRecord[] {
  const roles = new Map(study.columns.map(({ name, role }) => [name, role]));
  return study.records.flatMap(({ quantity, value, column, policy, run, seed, kpis, trajectoryHash }) =>
    study.kpis.flatMap(({ key, unit }) => {
      const measured = kpis[key];
      if (measured === undefined) return [];
      return [
        {
          ...{ study: study.study, quantity, value, column, role: roles.get(column) ?? null, policy },
          ...{ run: run ?? null, seed, kpi: key, unit },
          measured: Number.isFinite(measured) ? measured : null,
          trajectoryHash,
        },
      ];
    }),
  );
}
