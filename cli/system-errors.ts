import { type ErrorCode, SpaceCloudError } from '../core/index.ts';

const CODES: Readonly<Record<string, readonly [code: ErrorCode, expected: string, hint: string]>> = {
  ENOENT: ['FILE_NOT_FOUND', 'an existing file or folder', 'Check the path.'],
  ENOTDIR: ['FILE_NOT_FOUND', 'a folder', 'A part of the path is a file; check the path.'],
  EISDIR: ['FILE_READ', 'a file', 'The path names a folder; name a file in it.'],
  EACCES: ['FILE_WRITE', 'access', 'Check the owner and permissions, or choose another folder.'],
  EPERM: ['FILE_WRITE', 'access', 'Check the owner and permissions, or choose another folder.'],
  EROFS: ['FILE_WRITE', 'a writable folder', 'The file system is read-only; choose another folder.'],
  ENOSPC: ['DISK_FULL', 'free space', 'Free some space or choose another folder, then run the command again.'],
  EDQUOT: ['DISK_FULL', 'free space within the quota', 'Free some space or choose another folder.'],
};
/** System calls that only look; a refusal there is about reading. */
const READING = new Set(['access', 'lstat', 'read', 'readlink', 'scandir', 'stat']);

/**
 * The user's error behind a failed system call that no part of the product has named, or undefined when there is none.
 * A net under the commands: who opens a file knows better what it was for.
 */
export function fromSystemError(error: unknown): SpaceCloudError | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  const entry = code === undefined || syscall === undefined ? undefined : CODES[code];
  if (entry === undefined || syscall === undefined) return undefined;
  const [tableCode, expected, hint] = entry;
  const errorCode = tableCode === 'FILE_WRITE' && READING.has(syscall) ? 'FILE_READ' : tableCode;
  const target = path === undefined ? 'a file' : `'${path}'`;
  return new SpaceCloudError(errorCode, `Expected ${expected} at ${target}, got ${code} (${syscall}).`, {
    hint,
    cause: error,
  });
}
