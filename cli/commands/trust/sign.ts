import { statSync } from 'node:fs';
import type { Command } from 'commander';
import { readKey, writeTexts } from '../../files.ts';
import type { CommandStreams } from '../../run-command.ts';
import { readDocument } from '../../trust-options.ts';

/** `spacecloud trust sign`: one more signature. */
export function register(trust: Command, streams: CommandStreams): void {
  trust
    .command('sign')
    .description('add a signature to a bundle (in its flight.sig), trust store, revocation list or roll-back order')
    .argument('<path>', 'folder of a bundle, or file of a document')
    .requiredOption('--key <file>', 'private key that signs (PEM)')
    .option('--json', 'print one JSON document')
    .action(async (path: string, options: { readonly key: string; readonly json?: boolean }) => {
      const { countersignBundle, peekDocument, signDocumentAgain } = await import('../../../policies/bundle/index.ts');
      const privateKeyPem = readKey(options.key, 'private');
      const isBundle = statSync(path).isDirectory();
      let kind = 'bundle';
      if (isBundle) countersignBundle(path, privateKeyPem);
      else {
        const place = readDocument(path);
        ({ kind } = peekDocument(place));
        writeTexts([{ path, text: signDocumentAgain(place, privateKeyPem) }]);
      }
      streams.out(
        options.json === true ? `${JSON.stringify({ path, kind }, undefined, 2)}\n` : `Signed the ${kind} ${path}\n`,
      );
    });
}
