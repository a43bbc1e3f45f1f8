import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpaceCloudError } from '../../core/index.ts';
import { fileError, hasErrno } from './file-errors.ts';

export interface RunLock {
  release(): void;
}

const LOCK_FILE = 'run.lock';

/**
 * Claims a run folder for this process. The lock names the process and, where the system tells, when it started, so that
 * the lock of a process that died (even if its id was reused) is taken over.
 *
 * Errors: RUN_LOCKED while another live process holds it; FILE_WRITE, DISK_FULL when the lock cannot be written.
 */
export function lockRun(folder: string): RunLock {
  const path = join(folder, LOCK_FILE);
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
    if (isAlive(holder)) throw locked(folder, holder);
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
    throw fileError('write', path, error);
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
    if (!hasErrno(error, 'ENOENT') && !hasErrno(error, 'EEXIST')) throw fileError('write', path, error);
  } finally {
    rmIfPossible(aside);
  }
}

function readOwner(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw fileError('read', path, error);
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

function locked(folder: string, holder: string): SpaceCloudError {
  const pid = holder.split(' ')[0] as string;
  return new SpaceCloudError(
    'RUN_LOCKED',
    `Expected run folder '${folder}' to be free, got one held by process ${pid}.`,
    {
      place: { file: join(folder, LOCK_FILE) },
      hint: 'Wait for that run or stop it, or give this run another folder.',
    },
  );
}
