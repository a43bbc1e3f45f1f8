import { type ColumnSource, parquetWriteBuffer } from 'hyparquet-writer';
import type { StudyReport } from '../result.ts';
import { RECORD_FIELDS, ROW_FIELDS } from './csv.ts';
import { tidyRecords, tidyRows } from './tidy.ts';

type ParquetType = 'STRING' | 'DOUBLE' | 'INT32' | 'INT64';

/** Fields that are no text; seeds reach to 2^53. */
const NUMBER_TYPES: Readonly<Record<string, ParquetType>> = {
  value: 'DOUBLE',
  mean: 'DOUBLE',
  lo: 'DOUBLE',
  hi: 'DOUBLE',
  measured: 'DOUBLE',
  runs: 'INT32',
  seed: 'INT64',
};

/** Fields that may have no value. */
const NULLABLE = new Set(['quantity', 'value', 'role', 'run', 'mean', 'lo', 'hi', 'measured']);

/** The rows of `studyCsv` as an Apache Parquet file (Snappy), with the versions as key-value metadata. */
export function studyParquet(report: StudyReport): Uint8Array {
  return parquetOf(report, ROW_FIELDS, tidyRows(report));
}

/** The rows of `studyRecordsCsv` as an Apache Parquet file. */
export function studyRecordsParquet(report: StudyReport): Uint8Array {
  return parquetOf(report, RECORD_FIELDS, tidyRecords(report));
}

function parquetOf<Field extends string>(
  { version, decisionSpec, size }: StudyReport,
  fields: readonly Field[],
  rows: readonly Readonly<Record<Field, string | number | null>>[],
): Uint8Array {
  const columnData = fields.map((name): ColumnSource => {
    const type = NUMBER_TYPES[name] ?? 'STRING';
    const data = rows.map((row) => (type === 'INT64' && row[name] !== null ? BigInt(row[name]) : row[name]));
    return { name, type, data, nullable: NULLABLE.has(name) };
  });
  const kvMetadata = Object.entries({ version, decisionSpec, size }).map(([key, value]) => ({ key, value }));
  return new Uint8Array(parquetWriteBuffer({ columnData, kvMetadata, createdBy: `spacecloud version ${version}` }));
}
