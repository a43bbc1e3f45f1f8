export { changedStudies, expectKeepsReport } from './kept-report.ts';
export { type LoadedStudyFile, loadStudyFile, parseStudyFile, studyJsonSchema } from './load.ts';
export type { StudyInput } from './plan.ts';
export * from './report/index.ts';
export type * from './result.ts';
export type { StudyFile, StudySizeName } from './schema.ts';
export { type StudyOptions, study } from './study.ts';
export { brokenBands, studyText } from './study-text.ts';
