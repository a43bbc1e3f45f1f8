import type { Command } from 'commander';
import type { LoggedDecision, ReplayedLog } from '../../agents/audit/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { wholeNumber } from '../arguments.ts';
import type { CommandStreams } from '../run-command.ts';
import { loadAuditNetwork } from './bundle.ts';
import { watchBytes } from './verify.ts';

interface Options {
  readonly bundle: string;
  readonly key: string;
  readonly decision: number | 'all';
  readonly json?: boolean;
}

const parseNumber = wholeNumber('--decision', 0);

/** `spacecloud audit replay`: the bundle makes the decisions of a log again; they must be the same to the bit. */
export function register(audit: Command, streams: CommandStreams): void {
  audit
    .command('replay')
    .description('let the verified bundle decide again what it decided, and compare choices and logits bit by bit')
    .argument('<log>', 'decision log')
    .requiredOption('--bundle <folder>', 'signed bundle that decided')
    .requiredOption('--key <file>', 'trusted public key of the bundle (PEM)')
    .option(
      '--decision <n>',
      'number of one decision of the log, or `all`',
      (text) => (text === 'all' ? text : parseNumber(text)),
      'all',
    )
    .option('--json', 'print one JSON document')
    .action(async (log: string, options: Options) => {
      const { replayLog } = await import('../../agents/audit/index.ts');
      const { decision } = options;
      const { session } = await firstToReplay(log, decision);
      const network = await loadAuditNetwork(options, session);
      if (network === undefined) return;
      const progress = watchBytes('replaying', log);
      try {
        const replayed = replayLog(log, network, {
          onProgress: progress.update,
          ...(decision === 'all' ? {} : { decision }),
        });
        streams.out(
          options.json === true ? `${JSON.stringify({ same: true, ...replayed }, undefined, 2)}\n` : linesOf(replayed),
        );
      } finally {
        progress.end();
      }
    });
}

/** Errors: USAGE for a number that the log does not have, AUDIT_REPLAY for a log without decisions. */
async function firstToReplay(log: string, decision: Options['decision']): Promise<LoggedDecision> {
  const { readDecision, readDecisions } = await import('../../agents/audit/index.ts');
  if (decision !== 'all') return readDecision(log, decision);
  for (const first of readDecisions(log)) return first;
  throw new SpaceCloudError('AUDIT_REPLAY', 'Expected decisions to make again, got a log without any.', {
    place: { file: log },
  });
}

function linesOf({ replayed, sampled, passedOver, head, torn }: ReplayedLog): string {
  const lines = [
    `Same: ${replayed} decisions made again, logits and choices equal bit by bit`,
    `  head ${head.digest}`,
  ];
  if (sampled > 0)
    lines.push(`  ${sampled} of them were drawn by chance: their logits are equal, draws are not repeated`);
  for (const [name, count] of Object.entries(passedOver)) {
    lines.push(`  ${count} by ${name} not made again: not of this bundle`);
  }
  if (torn !== undefined)
    lines.push(`  the last block was not written to its end: ${torn.bytes} bytes from ${torn.offset}`);
  return `${lines.join('\n')}\n`;
}
