import { Command } from 'commander';
import * as doctor from './commands/doctor.ts';
import { packageInfo } from './package-info.ts';
import type { CommandStreams } from './run-command.ts';

/** A module of `cli/commands/`: adds one command with its options. Loads what it needs inside the action, not before. */
export interface CommandModule {
  readonly register: (program: Command, streams: CommandStreams) => void;
}

const COMMANDS: readonly CommandModule[] = [doctor];

/** The command line with all its commands. */
export function createProgram(streams: CommandStreams): Command {
  const program = new Command('spacecloud')
    .description('A multi-agent autonomy sandbox for a cloud in orbit: train, evaluate and export policies.')
    .version(packageInfo().version, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError(true);
  for (const command of COMMANDS) command.register(program, streams);
  return program;
}
