import { existsSync, readFileSync } from 'node:fs';

/** Whether a file is a training file; false for scenarios, names of shipped ones and what cannot be read. */
export async function namesTrainingFile(path: string): Promise<boolean> {
  if (!existsSync(path)) return false;
  const { isTrainingFile } = await import('../training/index.ts');
  try {
    return isTrainingFile(readFileSync(path, 'utf8'));
  } catch {
    return false;
  }
}
