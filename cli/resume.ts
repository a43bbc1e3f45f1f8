import { SpaceCloudError } from '../core/index.ts';
import { Interrupted, untilInterrupted } from './interrupt.ts';
import type { CommandStreams } from './run-command.ts';

interface KeepsRuns {
  readonly out?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

/** Errors: USAGE for `--resume` without `--out`: nothing is kept anywhere then. */
export function expectOutToResume({ out, resume }: KeepsRuns): void {
  if (resume !== true || out !== undefined) return;
  throw new SpaceCloudError('USAGE', 'Expected --out with --resume, got --resume alone.', {
    hint: 'Runs are kept in the folder of --out: give the one that the stopped command was given.',
  });
}

/** As `untilInterrupted`, and says after an interruption how to go on where runs are kept. */
export async function untilInterruptedOrKept<T>(
  work: (signal: AbortSignal) => Promise<T>,
  { out, json }: KeepsRuns,
  streams: CommandStreams,
): Promise<T> {
  try {
    return await untilInterrupted(work);
  } catch (error) {
    if (error instanceof Interrupted && out !== undefined && json !== true) {
      streams.err(`The runs made so far are in ${out}: the same command with --resume goes on.\n`);
    }
    throw error;
  }
}
