import type { Command } from 'commander';
import type { CommandStreams } from '../run-command.ts';
import { register as ephemeris } from './contacts/ephemeris.ts';
import { register as explain } from './contacts/explain.ts';
import { register as route } from './contacts/route.ts';

/** `spacecloud contacts`: who can send to whom, when, and the routes that this gives. */
export function register(program: Command, streams: CommandStreams): void {
  const contacts = program.command('contacts').description('contact plans and the routes over them');
  for (const add of [ephemeris, explain, route]) add(contacts, streams);
}
