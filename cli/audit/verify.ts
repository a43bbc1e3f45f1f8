import { statSync } from 'node:fs';
import type { Command } from 'commander';
import type { VerifiedLog } from '../../agents/audit/index.ts';
import { SpaceCloudError } from '../../core/index.ts';
import { startProgress } from '../progress.ts';
import type { CommandStreams } from '../run-command.ts';
import { policyLabel } from './labels.ts';

interface Options {
  readonly head?: string;
  readonly json?: boolean;
}

/** `spacecloud audit verify`: checks the chain of a log, and that it contains a head that was kept elsewhere. */
export function register(audit: Command, streams: CommandStreams): void {
  audit
    .command('verify')
    .description('check every block of a log, and count who decided')
    .argument('<log>', 'decision log')
    .option('--head <digest>', 'head kept elsewhere (64 hex digits): the log must contain it', digest)
    .option('--json', 'print one JSON document')
    .action(async (log: string, options: Options) => {
      const { verifyLog } = await import('../../agents/audit/index.ts');
      const onProgress = watchBytes('verifying', log);
      try {
        const { head } = options;
        const verified = verifyLog(log, { onProgress: onProgress.update, ...(head === undefined ? {} : { head }) });
        streams.out(options.json === true ? `${JSON.stringify(asJson(verified), undefined, 2)}\n` : linesOf(verified));
      } finally {
        onProgress.end();
      }
    });
}

/** Progress over the bytes of a file; silent where that cannot be read: the command then says why. */
export function watchBytes(label: string, file: string): { update: (bytes: number) => void; end: () => void } {
  const total = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return startProgress({ label, total, unit: 'bytes' });
}

function digest(text: string): string {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return text;
  throw new SpaceCloudError('USAGE', `Expected 64 hex digits for --head, got '${text}'.`, {
    hint: 'Give the head that was printed at the end of the run, or that the node published.',
  });
}

function asJson({ head, torn, anchor, sessions }: VerifiedLog): unknown {
  return {
    valid: true,
    ...head,
    torn: torn ?? null,
    anchor: anchor ?? null,
    sessions: sessions.map(({ session, policies }) => {
      const { writer, startedAt, software, scenario, seed, satellite } = session;
      return {
        ...{ writer, startedAt, software, scenario, seed, satellite },
        policies: policies.map(({ policy, decisions, byFallback }) => ({ ...policy, decisions, byFallback })),
      };
    }),
  };
}

function linesOf({ head, torn, anchor, sessions }: VerifiedLog): string {
  const lines = [`Valid: ${head.decisions} decisions in ${head.blocks} blocks`, `  head ${head.digest}`];
  if (anchor !== undefined) {
    const since = head.decisions - anchor.decisions;
    lines.push(`  the anchored head vouches for the first ${anchor.decisions} decisions; ${since} were written since`);
  }
  if (torn !== undefined) {
    lines.push(
      `  after them ${torn.bytes} bytes of block ${torn.block}, from byte ${torn.offset}, that was not written to its end: they count for nothing`,
    );
  }
  for (const { session, policies } of sessions) {
    const { writer, startedAt, software, scenario, seed, satellite } = session;
    const parts = [
      ...(satellite === undefined ? [] : [satellite]),
      ...(scenario === undefined ? [] : [`scenario ${scenario.name}`]),
      ...(seed === undefined ? [] : [`seed ${seed}`]),
    ];
    lines.push(`${startedAt} ${writer} ${software}${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`);
    for (const { policy, decisions, byFallback } of policies) {
      lines.push(
        `  ${decisions} by ${policyLabel(policy)}${byFallback === decisions && decisions > 0 ? ', as fallback' : ''}`,
      );
    }
  }
  return `${lines.join('\n')}\n`;
}
