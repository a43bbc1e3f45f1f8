import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface CurvePoint {
  readonly step: number;
  readonly metrics: Readonly<Record<string, number>>;
}

/** Metrics worth a curve in the report. */
const SHOWN = ['returnMean', 'entropy', 'approxKl', 'explainedVariance'] as const;

/** The training curve of a run folder, or undefined when there is none. */
export function readTrainingCurve(runFolder: string): CurvePoint[] | undefined {
  const file = join(runFolder, 'metrics.jsonl');
  if (!existsSync(file)) return undefined;
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => {
    const record = JSON.parse(line) as Record<string, number>;
    return {
      step: record['decisions'] as number,
      metrics: Object.fromEntries(SHOWN.map((key) => [key, record[key] as number])),
    };
  });
}
