import type { Command } from 'commander';
import { SpaceCloudError } from '../core/index.ts';
import type { BundleTrust, DocumentBytes } from '../policies/bundle/index.ts';
import { wholeNumber } from './arguments.ts';
import { readKey, readText } from './files.ts';

/** Whom a command believes: one key, or a trust store with a revocation list. */
export interface TrustOptions {
  readonly key?: string;
  readonly trust?: string;
  readonly revocations?: string;
  readonly freshWithin?: number;
  readonly clockSkew?: number;
}

/** Adds the options of `TrustOptions`. */
export function addTrustOptions(command: Command): Command {
  return command
    .option('--key <file>', 'trusted public key (PEM)')
    .option('--trust <file>', 'instead of one key: trust store (see `spacecloud trust`)')
    .option('--revocations <file>', 'signed list of withdrawn keys and bundles; needs --trust')
    .option(
      '--fresh-within <s>',
      'refuse without a revocation list of the last so many seconds',
      seconds('--fresh-within'),
    )
    .option('--clock-skew <s>', 'how wrong the clock may be, seconds; default 0', seconds('--clock-skew'));
}

/** Reads the files that the options name. Errors: USAGE, FILE_*, TRUST_STORE. */
export async function readTrust(options: TrustOptions): Promise<BundleTrust> {
  const { key, trust, revocations, freshWithin, clockSkew } = options;
  if ((key === undefined) === (trust === undefined)) {
    const got = key === undefined ? 'neither' : 'both';
    throw new SpaceCloudError('USAGE', `Expected either --key or --trust, got ${got}.`, {
      hint: 'Give --key with the public.pem of the publisher, or --trust with a trust store.',
    });
  }
  const time = { now: Date.now, ...(clockSkew === undefined ? {} : { clockSkewS: clockSkew }) };
  const common = { ...time, ...(freshWithin === undefined ? {} : { freshWithinS: freshWithin }) };
  if (trust === undefined) {
    if (revocations !== undefined) {
      throw new SpaceCloudError('USAGE', 'Expected --trust with --revocations, got --key.', {
        hint: 'A trust store says whose revocation lists count; make one with `spacecloud trust create`.',
      });
    }
    return { publicKeyPem: readKey(key as string, 'public'), ...common };
  }
  const { readRevocationList, readTrustStore } = await import('../policies/bundle/index.ts');
  const store = readTrustStore(readDocument(trust), time);
  const list =
    revocations === undefined ? {} : { revocations: readRevocationList(readDocument(revocations), store, time) };
  return { trust: store, ...list, ...common };
}

/** The bytes of a trust store, revocation list or roll-back order. FILE_NOT_FOUND, FILE_READ. */
export function readDocument(file: string): DocumentBytes {
  return { file, bytes: Buffer.from(readText(file), 'utf8') };
}

function seconds(option: string): (text: string) => number {
  return wholeNumber(option, 0, 100 * 366 * 86_400);
}
