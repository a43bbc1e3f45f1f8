import type { Command } from 'commander';
import { register as explain } from '../audit/explain.ts';
import { register as list } from '../audit/list.ts';
import { register as replay } from '../audit/replay.ts';
import { register as verify } from '../audit/verify.ts';
import type { CommandStreams } from '../run-command.ts';

/** `spacecloud audit`: decision logs, which `simulate --audit`, `node --audit` and `fleet --audit` write. */
export function register(program: Command, streams: CommandStreams): void {
  const audit = program
    .command('audit')
    .description('decision logs: check that nothing was changed, list and explain decisions, make them again');
  for (const add of [verify, list, explain, replay]) add(audit, streams);
}
