import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { packageInfo } from './package-info.ts';

/**
 * The commit this program was built from: that of the git clone it stands in. Null for a packed copy, where git is missing, and
 * where tracked files differ from the commit, as then no commit tells what runs.
 */
export function sourceCommit(): string | null {
  const { root } = packageInfo();
  if (!existsSync(join(root, '.git'))) return null;
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    return git('status', '--porcelain', '--untracked-files=no') === '' ? git('rev-parse', 'HEAD') : null;
  } catch {
    return null;
  }
}
