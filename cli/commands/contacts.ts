import type { Command } from 'commander';
import type { CommandStreams } from '../run-command.ts';
import { register as ephemeris } from './contacts/ephemeris.ts';
import { register as explain } from './contacts/explain.ts';
import { register as paths } from './contacts/paths.ts';
import { register as plan } from './contacts/plan.ts';
import { register as route } from './contacts/route.ts';

/** `spacecloud contacts`: who can send to whom, when, and the routes that this gives. */
export function register(program: Command, streams: CommandStreams): void {
  const contacts = program
    .command('contacts')
    .description('positions, paths and contact plans of a scenario, and routes over plans');
  for (const add of [ephemeris, paths, explain, plan, route]) add(contacts, streams);
}
