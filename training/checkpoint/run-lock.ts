import { join } from 'node:path';
import { type ProcessLock, lockForProcess } from '../../core/files/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { fileError } from './file-errors.ts';

export type RunLock = ProcessLock;

const LOCK_FILE = 'run.lock';

/**
 * Claims a run folder for this process; the lock of a process that died is taken over.
 *
 * Errors: RUN_LOCKED while another live process holds it; FILE_WRITE, DISK_FULL when the lock cannot be written.
 */
export function lockRun(folder: string): RunLock {
  const path = join(folder, LOCK_FILE);
  const lock = lockOrFail(path);
  if (typeof lock !== 'number') return lock;
  throw new SpaceCloudError(
    'RUN_LOCKED',
    `Expected run folder '${folder}' to be free, got one held by process ${lock}.`,
    {
      place: { file: path },
      hint: 'Wait for that run or stop it, or give this run another folder.',
    },
  );
}

function lockOrFail(path: string): ProcessLock | number {
  try {
    return lockForProcess(path);
  } catch (error) {
    throw fileError('write', path, error);
  }
}
