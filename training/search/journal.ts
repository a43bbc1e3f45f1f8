import { appendFileSync, existsSync, readFileSync, truncateSync } from 'node:fs';
import { SpaceCloudError, hashJson } from '../../core/index.ts';
import { fileError } from '../checkpoint/file-errors.ts';
import type { RunTrialStep, TrialStep } from './search.ts';

/**
 * Remembers objectives on disk, one JSON line per step, so that a search that was killed takes up where it was: `run` is
 * asked only for what is not there. A last line that was cut off is left out. Errors: CHECKPOINT_SCENARIO when the file is of
 * another search; FILE_READ, FILE_WRITE, DISK_FULL.
 */
export function remembered(path: string, search: unknown, run: RunTrialStep): RunTrialStep {
  const identity = hashJson(search);
  const known = new Map<string, number>();
  const append = (line: unknown): void => {
    try {
      appendFileSync(path, `${JSON.stringify(line)}\n`);
    } catch (cause) {
      throw fileError('write', path, cause);
    }
  };
  const lines = existsSync(path) ? readLines(path) : [];
  const found = lines[0]?.['search'];
  if (found === undefined) append({ search: identity });
  else if (found !== identity) {
    throw new SpaceCloudError(
      'CHECKPOINT_SCENARIO',
      `Expected the journal of search ${identity}, got ${JSON.stringify(found)}.`,
      {
        place: { file: path },
        hint: 'Go on with the file that the search was started with, or choose another folder.',
      },
    );
  }
  for (const { key, objective } of lines) if (typeof key === 'string') known.set(key, numberOf(objective));
  return async (step) => {
    const key = keyOf(step);
    const before = known.get(key);
    if (before !== undefined) return before;
    const objective = await run(step);
    if (!Number.isNaN(objective))
      append({ key, trial: step.trial, decisions: step.to, objective, settings: step.settings });
    known.set(key, objective);
    return objective;
  };
}

function keyOf({ trial, settings, from, to, parent, generation }: TrialStep): string {
  return hashJson({ trial, settings, from, to, parent, generation });
}

/** JSON has no infinities; they are written as null. */
function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : -Infinity;
}

function readLines(path: string): Record<string, unknown>[] {
  let text: string;
  try {
    const bytes = readFileSync(path);
    // What follows the last line end was cut off by whatever ended the process.
    const whole = bytes.lastIndexOf(10) + 1;
    if (whole < bytes.length) truncateSync(path, whole);
    text = bytes.toString('utf8', 0, whole);
  } catch (cause) {
    throw fileError('read', path, cause);
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}
