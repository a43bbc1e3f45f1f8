import { arch, platform } from 'node:os';
import { inspect } from 'node:util';
import { SpaceCloudError, VERSION } from '../core/index.ts';
import { Interrupted } from './interrupt.ts';
import { fromSystemError } from './system-errors.ts';

/** How a command ended badly: what scripts see (`--json`), what people read, and the exit status. */
export interface ErrorReport {
  readonly exitStatus: number;
  /** The value of `error` in the JSON document. */
  readonly json: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/**
 * Exit status and report of anything thrown: a `SpaceCloudError` as `file:line:col: CODE: message` with its hint, an
 * interruption as 130 or 143, a failed system call under the code of its cause, all else as a bug with its stack, status 1.
 */
export function reportError(error: unknown): ErrorReport {
  if (error instanceof Interrupted) {
    const { exitStatus, message } = error;
    return { exitStatus, json: { code: 'INTERRUPTED', exitStatus, message }, text: message };
  }
  const known = error instanceof SpaceCloudError ? error : fromSystemError(error);
  return known === undefined ? reportBug(error) : reportKnown(known);
}

function reportKnown(error: SpaceCloudError): ErrorReport {
  const { code, exitStatus, message, hint, place, details } = error;
  return {
    exitStatus,
    json: {
      code,
      exitStatus,
      message,
      ...(hint === undefined ? {} : { hint }),
      ...(place === undefined ? {} : { place }),
      ...(Object.keys(details).length === 0 ? {} : { details }),
    },
    text: error.toString(),
  };
}

function reportBug(error: unknown): ErrorReport {
  const stack = error instanceof Error ? (error.stack ?? error.message) : inspect(error);
  const message = error instanceof Error ? error.message : inspect(error);
  const machine = `spacecloud ${VERSION}, Node ${process.versions.node}, ${platform()} ${arch()}`;
  return {
    exitStatus: 1,
    json: { code: 'UNEXPECTED', exitStatus: 1, message, stack },
    text: [
      'Unexpected error. This is a bug in spacecloud: please report it with the text below and the command line.',
      stack + causes(error),
      machine,
    ].join('\n\n'),
  };
}

function causes(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause === undefined) return '';
  return `\ncaused by: ${cause instanceof Error ? (cause.stack ?? cause.message) : inspect(cause)}${causes(cause)}`;
}
