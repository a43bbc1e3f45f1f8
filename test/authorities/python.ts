import { execFileSync } from 'node:child_process';

/** The Python to ask; a virtual environment with the tools can be named in `PYTHON`. */
const PYTHON = process.env['PYTHON'] ?? 'python3';

/** Whether all modules can be imported. */
export function pythonHas(modules: readonly string[]): boolean {
  try {
    execFileSync(PYTHON, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore', timeout: 60_000 });
    return true;
  } catch {
    return false;
  }
}

/** Standard output of a Python run; throws with its standard error when it fails. */
export function python(args: readonly string[]): string {
  return execFileSync(PYTHON, args, { encoding: 'utf8', stdio: 'pipe', timeout: 100_000 });
}
