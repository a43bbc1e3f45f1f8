import type { StudyReport } from '../result.ts';
import type { StudyPageExtras } from './page.ts';

export { studyCsv, studyRecordsCsv } from './csv.ts';
export { parseStudyJson, studyJson } from './json.ts';
export { studyMarkdown } from './markdown.ts';
export { studyParquet, studyRecordsParquet } from './parquet.ts';
export type { StudyPageExtras } from './page.ts';

/** The studies as one self-contained HTML page; see `page.ts`. The plotting library is loaded on the first call. */
export async function studyHtml(report: StudyReport, extras: StudyPageExtras = {}): Promise<string> {
  const page = await import('./page.ts');
  return page.renderStudyPage(report, extras);
}
