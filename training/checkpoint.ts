import { existsSync, readFileSync } from 'node:fs';
import { SpaceCloudError } from '../core/index.ts';
import { writeAtomically } from './checkpoint/atomic-write.ts';
import { fileError } from './checkpoint/file-errors.ts';
import { type Checkpoint, type CheckpointIdentity, decodeCheckpoint, encodeCheckpoint } from './checkpoint/format.ts';
import { migrateVersion1 } from './checkpoint/migrate.ts';

/**
 * Writes a checkpoint so that `path` is always a whole one, the old or the new; the one before stays as
 * `<path>.previous`. Errors: DISK_FULL, FILE_WRITE; nothing is then left half-written.
 */
export function saveCheckpoint(path: string, checkpoint: Checkpoint): void {
  writeAtomically(path, encodeCheckpoint(checkpoint), true);
}

/**
 * Reads a checkpoint and refuses one that is damaged (CHECKPOINT_CORRUPT), of another format or version of the product
 * (CHECKPOINT_VERSION), or whose identity differs from `expected` in any other entry (CHECKPOINT_SCENARIO). Also:
 * FILE_NOT_FOUND, FILE_READ.
 */
export function loadCheckpoint(path: string, expected: CheckpointIdentity): Checkpoint {
  const checkpoint = readCheckpoint(path);
  checkIdentity(path, checkpoint.manifest.identity, expected);
  return checkpoint;
}

/**
 * Reads a checkpoint of any run, for what needs its policy and not its continuation; of an older format, as the present one
 * has it. Errors as `loadCheckpoint`.
 */
export function readCheckpoint(path: string): Checkpoint {
  let file: Uint8Array;
  try {
    file = readFileSync(path);
  } catch (cause) {
    throw fileError('read', path, cause);
  }
  const { formatVersion, ...checkpoint } = decodeCheckpoint(file, path);
  return formatVersion === 1 ? migrateVersion1(checkpoint) : checkpoint;
}

/** The checkpoint at `path`, or undefined when there is none. Errors as `loadCheckpoint`. */
export function findCheckpoint(path: string, expected: CheckpointIdentity): Checkpoint | undefined {
  return existsSync(path) ? loadCheckpoint(path, expected) : undefined;
}

function checkIdentity(path: string, found: CheckpointIdentity, expected: CheckpointIdentity): void {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(found)])].sort();
  const differing = names.filter((name) => found[name] !== expected[name]);
  if (differing.length === 0) return;
  const list = (identity: CheckpointIdentity): string =>
    differing.map((name) => `${name} ${identity[name] ?? 'absent'}`).join(', ');
  if (differing.includes('version')) {
    const message = `Expected a checkpoint of version ${expected['version']}, got one of version ${found['version'] ?? 'unknown'}.`;
    throw new SpaceCloudError('CHECKPOINT_VERSION', message, {
      place: { file: path },
      hint: 'Resume with the version of spacecloud that wrote it, or start a new run in another folder.',
      details: { differing },
    });
  }
  throw new SpaceCloudError('CHECKPOINT_SCENARIO', `Expected a checkpoint of ${list(expected)}, got ${list(found)}.`, {
    place: { file: path },
    hint: `Resume with the same ${differing.join(' and ')} as the run that wrote it, or start a new run in another folder.`,
    details: { differing },
  });
}
