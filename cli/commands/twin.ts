import type { Command } from 'commander';
import type { CommandStreams } from '../run-command.ts';
import { register as record } from './twin/record.ts';
import { register as replay } from './twin/replay.ts';
import { register as size } from './twin/size.ts';

/** `spacecloud twin`: a satellite's models against its telemetry. */
export function register(program: Command, streams: CommandStreams): void {
  const twin = program
    .command('twin')
    .description('digital twin of a satellite: replay its telemetry, estimate its parameters, find what changed');
  for (const add of [replay, record, size]) add(twin, streams);
}
