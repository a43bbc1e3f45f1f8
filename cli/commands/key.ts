import { join } from 'node:path';
import type { Command } from 'commander';
import { writeTexts } from '../files.ts';
import type { CommandStreams } from '../run-command.ts';

/** `spacecloud key`: makes the key pair that signs bundles. */
export function register(program: Command, streams: CommandStreams): void {
  program
    .command('key')
    .description('make a key pair (ECDSA P-256) to sign bundles with')
    .argument('<folder>', 'folder for private.pem and public.pem')
    .option('--json', 'print one JSON document')
    .action(async (folder: string, options: { readonly json?: boolean }) => {
      const { generateSigningKey } = await import('../../policies/bundle/index.ts');
      const key = generateSigningKey();
      const files = { privateKey: join(folder, 'private.pem'), publicKey: join(folder, 'public.pem') };
      writeTexts([
        { path: files.privateKey, text: key.privateKeyPem, mode: 0o600, isNew: true },
        { path: files.publicKey, text: key.publicKeyPem, isNew: true },
      ]);
      streams.out(
        options.json === true
          ? `${JSON.stringify({ ...files, fingerprint: key.hint }, undefined, 2)}\n`
          : `Private key ${files.privateKey} (keep it secret), public key ${files.publicKey}, fingerprint ${key.hint}\n`,
      );
    });
}
