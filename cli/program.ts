import { Command } from 'commander';
import { VERSION } from '../core/index.ts';
import { register as doctor } from './commands/doctor.ts';
import type { CommandStreams } from './run-command.ts';

/** What each module of `cli/commands/` exports: adds one command with its options. Heavy imports wait for the action. */
type Register = (program: Command, streams: CommandStreams) => void;

/** In the order of the help text. */
const COMMANDS: readonly Register[] = [doctor];

/** The command line with all its commands. */
export function createProgram(streams: CommandStreams): Command {
  const program = new Command('spacecloud')
    .description('A multi-agent autonomy sandbox for a cloud in orbit: train, evaluate and export policies.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError(true);
  for (const register of COMMANDS) register(program, streams);
  return program;
}
