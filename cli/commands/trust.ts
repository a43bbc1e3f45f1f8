import type { Command } from 'commander';
import type { CommandStreams } from '../run-command.ts';
import { register as create } from './trust/create.ts';
import { register as follow } from './trust/follow.ts';
import { register as orderRollback } from './trust/order-rollback.ts';
import { register as revoke } from './trust/revoke.ts';
import { register as rotate } from './trust/rotate.ts';
import { register as show } from './trust/show.ts';
import { register as sign } from './trust/sign.ts';

/** `spacecloud trust`: whose signatures count, what was withdrawn, and orders to go back. */
export function register(program: Command, streams: CommandStreams): void {
  const trust = program
    .command('trust')
    .description('keep trust stores, revocation lists and roll-back orders; sign them, and bundles, with further keys');
  for (const add of [create, rotate, follow, revoke, orderRollback, sign, show]) add(trust, streams);
}
