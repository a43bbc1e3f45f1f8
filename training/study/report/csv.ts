import { csvCell } from '../../evaluation/csv-cell.ts';
import type { StudyReport } from '../result.ts';
import { type TidyRecord, type TidyRow, tidyRecords, tidyRows } from './tidy.ts';

export const ROW_FIELDS = [
  'study',
  'quantity',
  'value',
  'column',
  'role',
  'kpi',
  'unit',
  'mean',
  'lo',
  'hi',
  'runs',
] as const satisfies readonly (keyof TidyRow)[];
export const RECORD_FIELDS = [
  'study',
  'quantity',
  'value',
  'column',
  'role',
  'policy',
  'run',
  'seed',
  'kpi',
  'unit',
  'measured',
  'trajectoryHash',
] as const satisfies readonly (keyof TidyRecord)[];

/** Means and intervals as CSV (RFC 4180, lines end in LF): one row per study, quantity, value, column and KPI. */
export function studyCsv(report: StudyReport): string {
  return csvOf(ROW_FIELDS, tidyRows(report));
}

/** The runs behind {@link studyCsv}: one row per run and KPI of the study. */
export function studyRecordsCsv(report: StudyReport): string {
  return csvOf(RECORD_FIELDS, tidyRecords(report));
}

function csvOf<Field extends string>(
  fields: readonly Field[],
  rows: readonly Readonly<Record<Field, string | number | null>>[],
): string {
  const lines = rows.map((row) => fields.map((field) => csvCell(row[field])).join(','));
  return `${[fields.join(','), ...lines].join('\n')}\n`;
}
