import { basename } from 'node:path';
import type { StudyFile } from '../../../training/index.ts';

let shipped: Promise<readonly StudyFile[]> | undefined;

/** The shipped study of a shipped scenario; null: there is none. Errors: STUDY_FILE. */
export async function studyFile(scenario: string): Promise<StudyFile | null> {
  shipped ??= readAll();
  return (await shipped).find((file) => basename(file.scenario, '.yaml') === scenario) ?? null;
}

async function readAll(): Promise<readonly StudyFile[]> {
  const { shippedStudies, studyFile: pathOf } = await import('../../../index.ts');
  const { loadStudyFile } = await import('../../../training/index.ts');
  return shippedStudies().map((name) => loadStudyFile(pathOf(name)).value);
}
