import { type Command, CommanderError } from 'commander';
import { SpaceCloudError } from '../core/index.ts';
import { reportError } from './report-error.ts';

/** Where a command writes. The process's own streams, or a test's. */
export interface CommandStreams {
  /** Standard output: what was asked for, and nothing else. */
  readonly out: (text: string) => void;
  /** Standard error: errors, notes, progress. */
  readonly err: (text: string) => void;
}

export const PROCESS_STREAMS: CommandStreams = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
};

/**
 * Parses arguments (without `node` and the script), runs the command they name and resolves to the exit status.
 *
 * Errors go to standard error as text. With `--json` standard output always carries exactly one JSON document: the result,
 * or `{"error": {code, exitStatus, message, hint?, place?, details?}}`.
 */
export async function runCommand(
  program: Command,
  args: readonly string[],
  streams: CommandStreams = PROCESS_STREAMS,
): Promise<number> {
  const json = asksForJson(args);
  try {
    prepare(program, streams);
    await program.parseAsync(args, { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return 0; // --help, --version
    return showError(error instanceof CommanderError ? usageError(error) : error, json, streams);
  }
}

/** Reports anything thrown where this command line wants it, and returns the exit status. */
export function showError(error: unknown, json: boolean, streams: CommandStreams = PROCESS_STREAMS): number {
  const report = reportError(error);
  if (json) streams.out(`${JSON.stringify({ error: report.json }, undefined, 2)}\n`);
  else streams.err(`${report.text}\n`);
  return report.exitStatus;
}

/** Whether the arguments ask for JSON; known even when they cannot be parsed. */
export function asksForJson(args: readonly string[]): boolean {
  const end = args.indexOf('--');
  return (end < 0 ? args : args.slice(0, end)).includes('--json');
}

/** Commander must throw instead of ending the process, and leave printing errors to us; subcommands inherit neither. */
function prepare(command: Command, streams: CommandStreams): void {
  command.exitOverride().configureOutput({
    writeOut: streams.out,
    writeErr: () => {},
    outputError: () => {},
  });
  for (const subcommand of command.commands) prepare(subcommand, streams);
}

function usageError(error: CommanderError): SpaceCloudError {
  const [line = '', ...rest] = error.message.replace(/^error: /, '').split('\n');
  const message = error.code === 'commander.help' ? 'Expected a command, got none.' : sentence(line);
  const suggestion = rest.join(' ').replace(/[()]/g, '').trim();
  const hint = [suggestion, 'Add --help to see what is accepted.'].filter((part) => part !== '').join(' ');
  return new SpaceCloudError('USAGE', message, { hint, cause: error });
}

function sentence(text: string): string {
  const capital = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}
