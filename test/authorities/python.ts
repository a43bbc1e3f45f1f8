import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** What `npm run setup:authorities` set up. */
export const AUTHORITIES = fileURLToPath(new URL('../../.spacecloud/authorities', import.meta.url));
const SET_UP = `${AUTHORITIES}/python/bin/python`;

/** The Python to ask: the one named in `PYTHON`, the one set up, or that of the system. */
const PYTHON = process.env['PYTHON'] ?? (existsSync(SET_UP) ? SET_UP : 'python3');

/** Whether all modules can be imported. Where `SPACECLOUD_REQUIRE_AUTHORITIES` is 1 it throws when they cannot. */
export function pythonHas(modules: readonly string[]): boolean {
  try {
    execFileSync(PYTHON, ['-c', `import ${modules.join(', ')}`], { stdio: 'ignore', timeout: 60_000 });
    return true;
  } catch (cause) {
    if (!mustHaveAuthorities()) return false;
    throw new Error(`Expected ${PYTHON} with ${modules.join(', ')}; run npm run setup:authorities.`, { cause });
  }
}

/** Whether a missing authority is a failure: on the machine that checks changes, where it was set up. */
export function mustHaveAuthorities(): boolean {
  return process.env['SPACECLOUD_REQUIRE_AUTHORITIES'] === '1';
}

/** Standard output of a Python run; throws with its standard error when it fails. */
export function python(args: readonly string[]): string {
  return execFileSync(PYTHON, args, { encoding: 'utf8', stdio: 'pipe', timeout: 100_000 });
}
