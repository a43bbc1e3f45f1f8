import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { StudyFile } from '../../../training/index.ts';
import { packageInfo } from '../../package-info.ts';

/** The shipped study of a name; null: there is none. Errors: STUDY_FILE. */
export async function studyFile(name: string): Promise<StudyFile | null> {
  const file = join(packageInfo().root, 'scenarios', 'studies', `${name}.yaml`);
  if (!existsSync(file)) return null;
  const { loadStudyFile } = await import('../../../training/index.ts');
  return loadStudyFile(file).value;
}
