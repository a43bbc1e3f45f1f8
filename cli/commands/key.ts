import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { SigningKeyType } from '../../policies/bundle/index.ts';
import { writeTexts } from '../files.ts';
import type { CommandStreams } from '../run-command.ts';

/** `spacecloud key`: makes a key pair. */
export function register(program: Command, streams: CommandStreams): void {
  program
    .command('key')
    .description('make a key pair to sign bundles, trust stores and orders with')
    .argument('<folder>', 'folder for private.pem and public.pem')
    .addOption(
      new Option('--type <type>', 'p256: ECDSA, which publishes bundles; ed25519: flight keys, which clear them')
        .choices(['p256', 'ed25519'])
        .default('p256'),
    )
    .option('--json', 'print one JSON document')
    .action(async (folder: string, options: { readonly type: SigningKeyType; readonly json?: boolean }) => {
      const { generateSigningKey } = await import('../../policies/bundle/index.ts');
      const key = generateSigningKey(options.type);
      const files = { privateKey: join(folder, 'private.pem'), publicKey: join(folder, 'public.pem') };
      writeTexts([
        { path: files.privateKey, text: key.privateKeyPem, mode: 0o600, isNew: true },
        { path: files.publicKey, text: key.publicKeyPem, isNew: true },
      ]);
      streams.out(
        options.json === true
          ? `${JSON.stringify({ ...files, type: options.type, fingerprint: key.hint }, undefined, 2)}\n`
          : `Private key ${files.privateKey} (keep it secret), public key ${files.publicKey}, fingerprint ${key.hint}\n`,
      );
    });
}
