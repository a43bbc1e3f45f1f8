import type { RunRecord } from '../run-record.ts';
import type { EvaluationSummary } from '../summary.ts';
import type { ReportExtras } from './render-report.ts';

export type { SweepCurve, TrainingPoint } from './curve-sections.ts';
export type { ReportExtras } from './render-report.ts';

/**
 * The evaluation as one self-contained HTML page; see `render-report.ts`. The plotting library is loaded on the first
 * call, so that programs which print tables only do not wait for it.
 */
export async function renderReport(
  summary: EvaluationSummary,
  records: readonly RunRecord[],
  extras: ReportExtras,
): Promise<string> {
  const page = await import('./render-report.ts');
  return page.renderReport(summary, records, extras);
}
