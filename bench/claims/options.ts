import { parseArgs } from 'node:util';
import { SpaceCloudError } from '../../core/index.ts';

export interface ClaimsOptions {
  /** Names of studies; empty: all. */
  readonly only: readonly string[];
  readonly folder: string;
}

/** @throws SpaceCloudError USAGE for an unknown option or study */
export function readOptions(args: readonly string[], studies: readonly string[]): ClaimsOptions {
  const { only, folder } = parsed(args);
  const unknown = only.find((name) => !studies.includes(name));
  if (unknown !== undefined) throw usage(`--only: expected one of ${studies.join(', ')}, got '${unknown}'.`);
  return { only, folder };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true, default: [] },
        folder: { type: 'string', default: 'runs/claims' },
      },
    }).values;
  } catch (cause) {
    throw usage((cause as Error).message, cause);
  }
}

function usage(message: string, cause?: unknown): SpaceCloudError {
  return new SpaceCloudError('USAGE', message, { hint: 'npm run claims -- [--only STUDY]... [--folder DIR]', cause });
}
