import type { Command } from 'commander';
import { SPACE_CLOUD_SPEC, decisionSpecHash } from '../../../core/index.ts';
import { list, wholeNumber } from '../../arguments.ts';
import { writeTexts } from '../../files.ts';
import type { CommandStreams } from '../../run-command.ts';
import { readDocument } from '../../trust-options.ts';
import { expectSigners } from './expect-signers.ts';
import { noteIfUntrusted } from './note-if-untrusted.ts';

interface OrderOptions {
  readonly trust: string;
  readonly sequence: number;
  readonly reason: string;
  readonly hours: number;
  readonly key: readonly string[];
  readonly out: string;
  readonly json?: boolean;
}

const MS_PER_HOUR = 3_600_000;

/** `spacecloud trust order-rollback`: lets nodes go back to one bundle, once. */
export function register(trust: Command, streams: CommandStreams): void {
  trust
    .command('order-rollback')
    .description('write the order to go back to exactly this bundle; a node obeys each number once')
    .argument('<bundle>', 'folder of the bundle to go back to; it is verified')
    .requiredOption('--trust <file>', 'trust store that says whose orders count')
    .requiredOption('--sequence <n>', 'number of the order, above all before', wholeNumber('--sequence', 1))
    .option('--reason <text>', 'why, in words', '')
    .option('--hours <n>', 'hours for which the order is valid', wholeNumber('--hours', 1, 8784), 24)
    .requiredOption('--key <file>', 'private key that signs it (PEM); repeatable', list)
    .requiredOption('--out <file>', 'order to write')
    .option('--json', 'print one JSON document')
    .action(async (bundle: string, options: OrderOptions) => {
      const { createRollbackOrder, readRollbackOrder, readTrustStore, verifyBundle } =
        await import('../../../policies/bundle/index.ts');
      const time = { now: Date.now };
      const store = readTrustStore(readDocument(options.trust), time);
      const privateKeyPems = await expectSigners(options.key, [store.content], { use: 'rollback' });
      const specHash = decisionSpecHash(SPACE_CLOUD_SPEC);
      const { manifest, rootDigest } = verifyBundle(bundle, { trust: store, ...time, specHash });
      const { policyName, version } = manifest;
      const nowMs = Date.now();
      const content = {
        sequence: options.sequence,
        policyName,
        rootDigest,
        notBefore: new Date(nowMs).toISOString(),
        notAfter: new Date(nowMs + options.hours * MS_PER_HOUR).toISOString(),
        reason: options.reason,
      };
      const text = createRollbackOrder(content, privateKeyPems);
      writeTexts([{ path: options.out, text }]);
      const place = { file: options.out, bytes: Buffer.from(text, 'utf8') };
      const isTrusted = noteIfUntrusted(options.out, () => readRollbackOrder(place, store, time), streams);
      streams.out(
        options.json === true
          ? `${JSON.stringify({ file: options.out, ...content, version, isTrusted }, undefined, 2)}\n`
          : `Roll-back order ${options.out}: number ${options.sequence}, to ${policyName} ${version} (${rootDigest}), until ${content.notAfter}\n`,
      );
    });
}
