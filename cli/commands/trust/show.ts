import type { Command } from 'commander';
import type { CommandStreams } from '../../run-command.ts';
import { readDocument } from '../../trust-options.ts';

/** `spacecloud trust show`: what a signed document says. */
export function register(trust: Command, streams: CommandStreams): void {
  trust
    .command('show')
    .description('print what a trust store, revocation list or roll-back order says, as JSON; checks no signature')
    .argument('<file>', 'the document')
    .option('--json', 'the same: it is always JSON')
    .action(async (file: string) => {
      const { fingerprintOf, peekDocument } = await import('../../../policies/bundle/index.ts');
      const { kind, content, digest, signedBy } = peekDocument(readDocument(file));
      const fingerprints =
        'thresholds' in content
          ? Object.fromEntries(content.keys.map(({ name, publicKeyPem }) => [name, fingerprintOf(publicKeyPem)]))
          : undefined;
      streams.out(`${JSON.stringify({ kind, digest, signedBy, fingerprints, content }, undefined, 2)}\n`);
    });
}
