import { type ErrorCode, SpaceCloudError } from '../../core/index.ts';

/** The product's error for a failed file operation: a full disk, a folder that cannot be written, a missing file. */
export function fileError(action: 'read' | 'write', path: string, cause: unknown): SpaceCloudError {
  const errno = (cause as NodeJS.ErrnoException | null)?.code ?? 'unknown';
  const code = errorCodeOf(action, errno);
  return new SpaceCloudError(code, `Expected to ${action} '${path}', got ${errno}.`, {
    place: { file: path },
    hint: HINTS[code],
    cause,
  });
}

type FileErrorCode = Extract<ErrorCode, 'FILE_NOT_FOUND' | 'FILE_READ' | 'FILE_WRITE' | 'DISK_FULL'>;

const HINTS: Readonly<Record<FileErrorCode, string>> = {
  FILE_NOT_FOUND: 'Check the path.',
  FILE_READ: 'Check that the path is a file and that this user may read it.',
  FILE_WRITE: 'Choose a folder that exists and that this user may write to.',
  DISK_FULL: 'Free space on the device; what was there before is still complete.',
};

function errorCodeOf(action: 'read' | 'write', errno: string): FileErrorCode {
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return 'DISK_FULL';
  if (action === 'write') return 'FILE_WRITE';
  return errno === 'ENOENT' ? 'FILE_NOT_FOUND' : 'FILE_READ';
}

/** True for an error of the operating system with this code, such as 'EEXIST'. */
export function hasErrno(error: unknown, errno: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === errno;
}
