import { SpaceCloudError } from '../../core/index.ts';

/** A failed system call on a log as the error that its user sees; other errors pass through. */
export function logWriteError(file: string, error: unknown): unknown {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (error instanceof SpaceCloudError || code === undefined || syscall === undefined) return error;
  const isFull = code === 'ENOSPC' || code === 'EDQUOT';
  return new SpaceCloudError(
    isFull ? 'DISK_FULL' : 'FILE_WRITE',
    `Expected to write the decision log '${file}', got ${code} (${syscall}).`,
    {
      place: { file },
      hint: isFull
        ? 'Free some space and run again: the log up to its last whole block is valid, and is continued.'
        : 'Choose a file in a folder that exists and that this user may write to.',
      cause: error,
    },
  );
}
