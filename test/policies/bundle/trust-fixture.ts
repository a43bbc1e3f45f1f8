import { expect } from 'vitest';
import { SpaceCloudError } from '../../../core/index.ts';
import {
  createRevocationList,
  createRollbackOrder,
  createTrustStore,
  type DocumentBytes,
  generateSigningKey,
  type KeyUse,
  readRevocationList,
  readRollbackOrder,
  readTrustStore,
  type RevocationList,
  type RevocationListContent,
  type RollbackOrder,
  type RollbackOrderContent,
  type SigningKey,
  type TrustedKey,
  type TrustStore,
  type TrustStoreContent,
} from '../../../policies/bundle/index.ts';
import { now } from './content.ts';

/** One key of each use, and strangers of both kinds. */
export const KEYS = {
  publisher: generateSigningKey(),
  secondPublisher: generateSigningKey(),
  flight: generateSigningKey('ed25519'),
  root: generateSigningKey('ed25519'),
  secondRoot: generateSigningKey(),
  revoker: generateSigningKey('ed25519'),
  secondRevoker: generateSigningKey(),
  operator: generateSigningKey('ed25519'),
  stranger: generateSigningKey(),
  strangeFlight: generateSigningKey('ed25519'),
};

/** A document as a file would give it. */
export function asFile(text: string, file = 'document.json'): DocumentBytes {
  return { file, bytes: Buffer.from(text, 'utf8') };
}

export function trustedKey(
  name: string,
  key: SigningKey,
  uses: KeyUse[],
  change: Partial<TrustedKey> = {},
): TrustedKey {
  const window = { notBefore: '2026-01-01T00:00:00Z', notAfter: '2030-01-01T00:00:00Z' };
  return { name, publicKeyPem: key.publicKeyPem, uses, ...window, ...change };
}

type StoreContent = Omit<TrustStoreContent, 'format' | 'formatVersion'>;

/** A publisher and a flight key are needed; `change` bends it. */
export function storeContent(change: Partial<StoreContent> = {}): StoreContent {
  return {
    version: 1,
    issuedAt: '2026-11-01T00:00:00Z',
    expires: '2028-01-01T00:00:00Z',
    keys: [
      trustedKey('publisher', KEYS.publisher, ['publish']),
      trustedKey('flight', KEYS.flight, ['flight']),
      trustedKey('root', KEYS.root, ['trust']),
      trustedKey('revoker', KEYS.revoker, ['revoke']),
      trustedKey('second-revoker', KEYS.secondRevoker, ['revoke']),
      trustedKey('operator', KEYS.operator, ['rollback']),
    ],
    thresholds: { publish: 1, trust: 1, flight: 1, revoke: 1, rollback: 1 },
    ...change,
  };
}

/** A store signed by `signers`, read at the time of the tests. */
export function trustStore(
  change: Partial<StoreContent> = {},
  signers: readonly SigningKey[] = [KEYS.root],
): TrustStore {
  return readTrustStore(asFile(storeText(change, signers)), { now });
}

export function storeText(change: Partial<StoreContent> = {}, signers: readonly SigningKey[] = [KEYS.root]): string {
  return createTrustStore(storeContent(change), pemsOf(signers));
}

export function listText(
  change: Partial<RevocationListContent> = {},
  signers: readonly SigningKey[] = [KEYS.revoker],
): string {
  const content = {
    ...{ sequence: 1, issuedAt: '2026-11-30T00:00:00Z', nextUpdate: '2026-12-30T00:00:00Z', keys: [], bundles: [] },
    ...change,
  };
  return createRevocationList(content, pemsOf(signers));
}

export function revocationList(change: Partial<RevocationListContent> = {}): RevocationList {
  return readRevocationList(asFile(listText(change)), trustStore(), { now });
}

export function orderText(
  change: Partial<RollbackOrderContent>,
  signers: readonly SigningKey[] = [KEYS.operator],
): string {
  const content = {
    ...{ sequence: 1, policyName: 'test-router', rootDigest: '0'.repeat(64), reason: 'canary fell ill' },
    ...{ notBefore: '2026-11-30T00:00:00Z', notAfter: '2026-12-02T00:00:00Z' },
    ...change,
  };
  return createRollbackOrder(content, pemsOf(signers));
}

export function rollbackOrder(change: Partial<RollbackOrderContent>): RollbackOrder {
  return readRollbackOrder(asFile(orderText(change)), trustStore(), { now });
}

function pemsOf(keys: readonly SigningKey[]): string[] {
  return keys.map(({ privateKeyPem }) => privateKeyPem);
}

/** Expects a refusal of the code, with a message that says what is wrong and a hint that says what to do. */
export function expectRefused(code: string, says: string | RegExp, run: () => unknown): void {
  let error: unknown;
  try {
    run();
  } catch (thrown) {
    error = thrown;
  }
  expect(error, 'expected a refusal, got none').toBeInstanceOf(SpaceCloudError);
  const refusal = error as SpaceCloudError;
  expect(refusal.code, refusal.message).toBe(code);
  expect(refusal.toString()).toMatch(says);
  expect(refusal.hint).toMatch(/\w/);
}

/** Takes an envelope apart, lets `change` bend it, and writes it again. */
export function bent(
  text: string,
  change: (envelope: { payloadType: string; payload: string; signatures: { keyid: string; sig: string }[] }) => void,
): string {
  const envelope = JSON.parse(text) as Parameters<typeof change>[0];
  change(envelope);
  return JSON.stringify(envelope);
}

/** The payload of an envelope changed, its signatures left as they were. */
export function withPayload(text: string, change: (payload: string) => string): string {
  return bent(text, (envelope) => {
    const before = Buffer.from(envelope.payload, 'base64').toString();
    const after = change(before);
    expect(after).not.toBe(before);
    envelope.payload = Buffer.from(after).toString('base64');
  });
}
