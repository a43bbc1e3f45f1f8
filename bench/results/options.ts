import { parseArgs } from 'node:util';
import { SpaceCloudError } from '../../core/index.ts';
import { COMPARISON_SETS } from './comparison-sets.ts';

export interface ResultsOptions {
  /** Names of comparison sets; empty: all. */
  readonly only: readonly string[];
  /** Most training runs per variant; fewer than the set's are for trying the program out. */
  readonly runs: number;
  readonly folder: string;
}

/** @throws SpaceCloudError USAGE for an unknown option or comparison set, or a number of runs that is none */
export function readOptions(args: readonly string[]): ResultsOptions {
  const { only, runs, folder } = parsed(args);
  const names = COMPARISON_SETS.map(({ name }) => name);
  const unknown = only.find((name) => !names.includes(name));
  if (unknown !== undefined) throw usage(`--only: expected one of ${names.join(', ')}, got '${unknown}'.`);
  if (runs !== undefined && !/^[1-9]\d{0,5}$/.test(runs)) {
    throw usage(`--runs: expected a whole number from 1 to 999999, got '${runs}'.`);
  }
  return { only, runs: runs === undefined ? Infinity : Number(runs), folder };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        runs: { type: 'string' },
        folder: { type: 'string', default: 'runs/results' },
      },
    }).values;
  } catch (cause) {
    throw usage((cause as Error).message, cause);
  }
}

function usage(message: string, cause?: unknown): SpaceCloudError {
  return new SpaceCloudError('USAGE', message, {
    hint: 'npm run results -- [--only SET]... [--runs N] [--folder DIR]',
    cause,
  });
}
