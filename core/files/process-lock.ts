import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

export interface ProcessLock {
  release(): void;
}

/**
 * Makes `path` a file that names this process, and where the system tells, when it started: the lock of a process that died
 * (even if its id was used again) is taken over. Where another process holds it, its id is returned instead.
 *
 * Errors: those of the file system, as they are.
 */
export function lockForProcess(path: string): ProcessLock | number {
  const own = ownerText(process.pid);
  for (;;) {
    if (claim(path, own)) {
      return {
        release: () => {
          if (readOwner(path) === own) rmSync(path, { force: true });
        },
      };
    }
    const holder = readOwner(path);
    if (holder === undefined) continue;
    if (isAlive(holder)) return Number.parseInt(holder, 10);
    removeStale(path, holder);
  }
}

/** Creates the lock with its content in one step: a complete file gets the lock's name, if that name is free. */
function claim(path: string, own: string): boolean {
  const draft = `${path}.${process.pid}`;
  try {
    writeFileSync(draft, own);
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (hasErrno(error, 'EEXIST')) return false;
    throw error;
  } finally {
    rmIfPossible(draft);
  }
}

/** Moves a dead owner's lock aside; if somebody took it over in between, gives theirs back. */
function removeStale(path: string, stale: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, 'utf8') !== stale) linkSync(aside, path);
  } catch (error) {
    if (!hasErrno(error, 'ENOENT') && !hasErrno(error, 'EEXIST')) throw error;
  } finally {
    rmIfPossible(aside);
  }
}

function readOwner(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** `<pid> <start time>`; the start time is '-' where /proc does not exist. */
function ownerText(pid: number): string {
  return `${pid} ${startTimeOf(pid) ?? '-'}\n`;
}

function isAlive(owner: string): boolean {
  const pid = Number.parseInt(owner, 10);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // EPERM: it lives and belongs to another user.
    return hasErrno(error, 'EPERM');
  }
  return ownerText(pid) === owner;
}

/** Start of a process in clock ticks since boot: field 22 of /proc/<pid>/stat, counted after the name in brackets. */
function startTimeOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function rmIfPossible(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    return;
  }
}

function hasErrno(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}
