export { makeFolders } from './make-folders.ts';
export { type ProcessLock, lockForProcess } from './process-lock.ts';
