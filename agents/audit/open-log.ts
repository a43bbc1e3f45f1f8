import { closeSync, fstatSync, ftruncateSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ProcessLock, lockForProcess, makeFolders } from '../../core/files/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import type { SinkTarget } from './block-sink.ts';
import { type LogEnd, type TornBlock, readBlocks } from './read-blocks.ts';
import { newChain } from './seal.ts';
import { logWriteError } from './write-error.ts';

export interface OpenedLog {
  readonly target: SinkTarget;
  readonly torn: TornBlock | undefined;
  /** Undefined for what is no regular file. */
  readonly lock: ProcessLock | undefined;
}

/** Opens or makes the file, locks it for this process, checks what is there, and cuts off a torn block. */
export function openForAppending(file: string, payloadBytes: number): OpenedLog {
  const descriptor = openOrMake(file);
  let lock: ProcessLock | undefined;
  try {
    if (fstatSync(descriptor).isFile()) lock = lockLog(file);
    const { end, torn } = fstatSync(descriptor).size === 0 ? { end: newChain(), torn: undefined } : endOf(file);
    if (torn !== undefined) ftruncateSync(descriptor, torn.offset);
    return { target: { file, descriptor, end, payloadBytes }, torn, lock };
  } catch (error) {
    closeSync(descriptor);
    lock?.release();
    throw logWriteError(file, error);
  }
}

function openOrMake(file: string): number {
  try {
    makeFolders(dirname(file));
    closeSync(openSync(file, 'a+'));
    return openSync(file, 'r+');
  } catch (error) {
    throw logWriteError(file, error);
  }
}

/** Two writers would put their blocks over each other's. */
function lockLog(file: string): ProcessLock {
  const path = `${file}.lock`;
  const lock = lockForProcess(path);
  if (typeof lock !== 'number') return lock;
  throw new SpaceCloudError(
    'RUN_LOCKED',
    `Expected the decision log '${file}' to be free, got one that process ${lock} writes.`,
    {
      place: { file: path },
      hint: 'Give each run and each node a log of its own.',
    },
  );
}

function endOf(file: string): LogEnd {
  const blocks = readBlocks(file);
  for (;;) {
    const next = blocks.next();
    if (next.done === true) return next.value;
  }
}
