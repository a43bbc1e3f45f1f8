import type { Command } from 'commander';
import { SpaceCloudError } from '../../../core/index.ts';
import { list } from '../../arguments.ts';
import { writeTexts } from '../../files.ts';
import type { CommandStreams } from '../../run-command.ts';
import { readDocument } from '../../trust-options.ts';
import { expectSigners } from './expect-signers.ts';
import { expectUsableKeys } from './expect-usable-keys.ts';
import { addKeysOptions, keysOf, type KeysOptions, MS_PER_DAY, thresholdsOf } from './keys-option.ts';
import { reportStore } from './report-store.ts';

/** `spacecloud trust rotate`: the next trust store. */
export function register(trust: Command, streams: CommandStreams): void {
  addKeysOptions(
    trust
      .command('rotate')
      .description('write the next trust store: add and remove keys; trust keys of both must sign it')
      .argument('<store>', 'trust store in use')
      .option('--remove <name>', 'key to leave out; repeatable', list),
  ).action(async (file: string, options: KeysOptions & { readonly remove?: readonly string[] }) => {
    const { createTrustStore, nextTrustStore, readTrustStore } = await import('../../../policies/bundle/index.ts');
    const current = readTrustStore(readDocument(file), { now: Date.now });
    const { version, keys: before, thresholds } = current.content;
    const unknown = options.remove?.find((name) => !before.some((key) => key.name === name));
    if (unknown !== undefined) {
      throw new SpaceCloudError('USAGE', `Expected a key of the trust store for --remove, got '${unknown}'.`, {
        hint: `Its keys are ${before.map(({ name }) => name).join(', ')}.`,
      });
    }
    const nowMs = Date.now();
    const issuedAt = new Date(nowMs).toISOString();
    const expires = new Date(nowMs + options.days * MS_PER_DAY).toISOString();
    const kept = before.filter(({ name }) => options.remove?.includes(name) !== true);
    const keys = keysOf(options, kept, { notBefore: issuedAt, notAfter: expires });
    const content = {
      version: version + 1,
      ...{ issuedAt, expires, keys },
      thresholds: thresholdsOf(options, keys, thresholds),
    };
    await expectUsableKeys(keys, content.thresholds, { removed: options.remove });
    const privateKeyPems = await expectSigners(options.key, [current.content, content], { use: 'trust' });
    const text = createTrustStore(content, privateKeyPems);
    writeTexts([{ path: options.out, text, isNew: true }]);
    const place = { file: options.out, bytes: Buffer.from(text, 'utf8') };
    await reportStore({ place, check: () => nextTrustStore(current, place, { now: Date.now }) }, options, streams);
  });
}
