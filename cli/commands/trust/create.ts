import type { Command } from 'commander';
import { writeTexts } from '../../files.ts';
import type { CommandStreams } from '../../run-command.ts';
import { expectSigners } from './expect-signers.ts';
import { expectUsableKeys } from './expect-usable-keys.ts';
import { addKeysOptions, keysOf, type KeysOptions, MS_PER_DAY, thresholdsOf } from './keys-option.ts';
import { reportStore } from './report-store.ts';

/** `spacecloud trust create`: the first trust store. */
export function register(trust: Command, streams: CommandStreams): void {
  addKeysOptions(
    trust.command('create').description('write the first trust store: whose signatures count for what'),
  ).action(async (options: KeysOptions) => {
    const { createTrustStore, readTrustStore } = await import('../../../policies/bundle/index.ts');
    const nowMs = Date.now();
    const issuedAt = new Date(nowMs).toISOString();
    const expires = new Date(nowMs + options.days * MS_PER_DAY).toISOString();
    const keys = keysOf(options, [], { notBefore: issuedAt, notAfter: expires });
    const thresholds = thresholdsOf(options, keys);
    await expectUsableKeys(keys, thresholds);
    const content = { version: 1, issuedAt, expires, keys, thresholds };
    const text = createTrustStore(content, await expectSigners(options.key, [content], { use: 'trust' }));
    writeTexts([{ path: options.out, text, isNew: true }]);
    const place = { file: options.out, bytes: Buffer.from(text, 'utf8') };
    await reportStore({ place, check: () => readTrustStore(place, { now: Date.now }) }, options, streams);
  });
}
