import { Command } from 'commander';
import { VERSION } from '../core/index.ts';
import { register as audit } from './commands/audit.ts';
import { register as cacheBound } from './commands/cache-bound.ts';
import { register as contacts } from './commands/contacts.ts';
import { register as demo } from './commands/demo.ts';
import { register as doctor } from './commands/doctor.ts';
import { register as evaluate } from './commands/evaluate.ts';
import { register as exportPolicy } from './commands/export.ts';
import { register as fleet } from './commands/fleet.ts';
import { register as key } from './commands/key.ts';
import { register as node } from './commands/node.ts';
import { register as payload } from './commands/payload.ts';
import { register as rollout } from './commands/rollout.ts';
import { register as scenario } from './commands/scenario.ts';
import { register as search } from './commands/search.ts';
import { register as simulate } from './commands/simulate.ts';
import { register as study } from './commands/study.ts';
import { register as sweep } from './commands/sweep.ts';
import { register as terminal } from './commands/terminal.ts';
import { register as train } from './commands/train.ts';
import { register as trust } from './commands/trust.ts';
import { register as twin } from './commands/twin.ts';
import { register as verify } from './commands/verify.ts';
import type { CommandStreams } from './run-command.ts';
import type { CreateProgram } from './shell.ts';

/** What each module of `cli/commands/` exports: adds one command with its options. Heavy imports wait for the action. */
type Register = (program: Command, streams: CommandStreams, createProgram: CreateProgram) => void;

/** In the order of the help text. */
const COMMANDS: readonly Register[] = [
  demo,
  scenario,
  contacts,
  simulate,
  rollout,
  fleet,
  train,
  search,
  evaluate,
  sweep,
  study,
  cacheBound,
  terminal,
  key,
  trust,
  exportPolicy,
  twin,
  verify,
  node,
  audit,
  payload,
  doctor,
];

/** The command line with all its commands. */
export function createProgram(streams: CommandStreams): Command {
  const program = new Command('spacecloud')
    .description('A multi-agent autonomy sandbox for a cloud in orbit: train, evaluate and export policies.')
    .version(VERSION, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'print the help of a command')
    .showSuggestionAfterError(true);
  for (const register of COMMANDS) register(program, streams, createProgram);
  return program;
}
