import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { SpaceCloudError } from '../../../core/index.ts';
import { list, wholeNumber } from '../../arguments.ts';
import { readKey, writeTexts } from '../../files.ts';
import type { CommandStreams } from '../../run-command.ts';
import { readDocument } from '../../trust-options.ts';
import { MS_PER_DAY } from './keys-option.ts';
import { expectSigners } from './expect-signers.ts';
import { noteIfUntrusted } from './note-if-untrusted.ts';

interface RevokeOptions {
  readonly trust: string;
  readonly before?: string;
  readonly revokeKey?: readonly string[];
  readonly revokeBundle?: readonly string[];
  readonly reason: string;
  readonly days: number;
  readonly key: readonly string[];
  readonly out: string;
  readonly json?: boolean;
}

/** `spacecloud trust revoke`: the next revocation list. */
export function register(trust: Command, streams: CommandStreams): void {
  trust
    .command('revoke')
    .description('write the next revocation list: all of the one before, and what is withdrawn now')
    .requiredOption('--trust <file>', 'trust store that says whose lists count')
    .option('--before <file>', 'revocation list in use; without it the first list is written')
    .option('--revoke-key <file>', 'public key (PEM) to withdraw; repeatable', list)
    .option('--revoke-bundle <bundle>', 'folder or root digest of a bundle to withdraw; repeatable', list)
    .option('--reason <text>', 'why, in words', '')
    .option('--days <n>', 'days until the next list is due', wholeNumber('--days', 1, 3650), 30)
    .requiredOption('--key <file>', 'private key that signs it (PEM); repeatable', list)
    .requiredOption('--out <file>', 'revocation list to write; may be that of --before')
    .option('--json', 'print one JSON document')
    .action(async (options: RevokeOptions) => {
      expectNoOtherList(options);
      const { createRevocationList, digestOfBundle, fingerprintOf, readRevocationList, readTrustStore } =
        await import('../../../policies/bundle/index.ts');
      const time = { now: Date.now };
      const store = readTrustStore(readDocument(options.trust), time);
      const before =
        options.before === undefined ? undefined : readRevocationList(readDocument(options.before), store, time);
      const { reason } = options;
      const keys = (options.revokeKey ?? []).map((file) => ({ hint: fingerprintOf(readKey(file, 'public')), reason }));
      const bundles = (options.revokeBundle ?? []).map((name) => ({
        rootDigest: /^[0-9a-f]{64}$/i.test(name) ? name.toLowerCase() : digestOfBundle(bundleFolder(name)),
        reason,
      }));
      const revokedKeys = before?.content.keys.map(({ hint }) => hint);
      const privateKeyPems = await expectSigners(options.key, [store.content], { use: 'revoke', revokedKeys });
      const nowMs = Date.now();
      const content = {
        sequence: (before?.content.sequence ?? 0) + 1,
        issuedAt: new Date(nowMs).toISOString(),
        nextUpdate: new Date(nowMs + options.days * MS_PER_DAY).toISOString(),
        keys: [...(before?.content.keys ?? []), ...keys],
        bundles: [...(before?.content.bundles ?? []), ...bundles],
      };
      const text = createRevocationList(content, privateKeyPems);
      writeTexts([{ path: options.out, text }]);
      const { sequence, nextUpdate } = content;
      const counts = { keys: content.keys.length, bundles: content.bundles.length };
      const place = { file: options.out, bytes: Buffer.from(text, 'utf8') };
      const isTrusted = noteIfUntrusted(
        options.out,
        () => readRevocationList(place, store, { ...time, ...(before === undefined ? {} : { before }) }),
        streams,
      );
      streams.out(
        options.json === true
          ? `${JSON.stringify({ file: options.out, sequence, nextUpdate, ...counts, isTrusted }, undefined, 2)}\n`
          : `Revocation list ${options.out}: number ${sequence}, ${counts.keys} keys and ${counts.bundles} bundles withdrawn, next due ${nextUpdate}\n`,
      );
    });
}

/** A list written over another one would take back what that one withdrew, and start at a number that nodes have seen. */
function expectNoOtherList({ out, before }: RevokeOptions): void {
  if ((before !== undefined && resolve(before) === resolve(out)) || !existsSync(out)) return;
  throw new SpaceCloudError('FILE_WRITE', `Expected a file that does not exist yet for --out, got '${out}'.`, {
    place: { file: out },
    hint:
      before === undefined
        ? `Give --before ${out} to write the list that follows it, or another --out.`
        : 'Give the file of --before, or another --out.',
  });
}

function bundleFolder(name: string): string {
  if (existsSync(name)) return name;
  const expected = 'Expected a bundle folder or the 64 hex digits of a root digest for --revoke-bundle';
  throw new SpaceCloudError('USAGE', `${expected}, got '${name}'.`, {
    hint: '`spacecloud verify` prints the digest of a bundle; it must be given whole.',
  });
}
