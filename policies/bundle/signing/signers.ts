import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { type Envelope, type NamedSignature, preAuthenticationEncoding } from './dsse.ts';
import { isEcdsa, isNamedKey, isSignedBy, keyHint } from './keys.ts';
import { refuse } from './refuse.ts';
import { FLIGHT_SIGNATURE_FILE } from './signature-files.ts';

/** What a key that signs bundles vouches for: who made the bundle (`publish`), or that it may fly (`flight`). */
export type SignerUse = 'publish' | 'flight';

/** A key whose signatures count. */
export interface TrustedSigner {
  readonly name: string;
  readonly key: KeyObject;
  /** Fingerprint of the key. */
  readonly hint: string;
  readonly use: SignerUse;
  /** Whether the key may be used now. */
  readonly isValid: boolean;
  /** Its window, for messages. */
  readonly window: string;
}

/** Whose signatures a bundle needs. */
export interface SignerRules {
  readonly signers: readonly TrustedSigner[];
  /** Distinct signers needed of each use; a use that is absent is not needed. */
  readonly thresholds: Readonly<Partial<Record<SignerUse, number>>>;
  /** Fingerprints of keys that do not count any more. */
  readonly revokedKeys: ReadonlySet<string>;
  /** Root digests of bundles that may not be used. */
  readonly revokedBundles: ReadonlySet<string>;
}

/** The signatures of a folder. Nothing in them is trusted yet. */
export interface FolderSignatures {
  readonly envelope: Envelope;
  /** What all of them sign. */
  readonly payload: Buffer;
  /** Those of `flight.sig`, which may be absent. */
  readonly further: readonly NamedSignature[];
}

/** A trusted key that signed a bundle. */
export interface BundleSigner {
  readonly name: string;
  readonly hint: string;
  readonly use: SignerUse;
}

const NOTHING_REVOKED: ReadonlySet<string> = new Set();

/** One trusted key, without window: it must have signed. */
export function rulesOfKey(key: KeyObject, revoked?: Pick<SignerRules, 'revokedKeys' | 'revokedBundles'>): SignerRules {
  const use: SignerUse = isEcdsa(key) ? 'publish' : 'flight';
  const hint = keyHint(key);
  return {
    signers: [{ name: hint, key, hint, use, isValid: true, window: '' }],
    thresholds: { [use]: 1 },
    revokedKeys: revoked?.revokedKeys ?? NOTHING_REVOKED,
    revokedBundles: revoked?.revokedBundles ?? NOTHING_REVOKED,
  };
}

/**
 * Verifies every signature that names a trusted key and checks that enough of them count. Signatures of unknown keys do
 * neither harm nor good; a wrong one under a trusted name is refused even where others would do.
 *
 * Errors: BUNDLE_SIGNATURE, BUNDLE_KEY (no trusted signature, or keys outside their window), BUNDLE_REVOKED, BUNDLE_SIGNERS.
 */
export function checkSigners(
  dir: string,
  signatures: FolderSignatures,
  where: { readonly rules: SignerRules; readonly signatureName: string },
): readonly BundleSigner[] {
  const path = join(dir, where.signatureName);
  const found = trustedSigners(dir, signatures, where);
  if (found.length === 0) throw refuse('BUNDLE_KEY', path, noTrustedKey(where.rules, signatures));
  return countSigners(path, found, where.rules);
}

/** Those of the keys that signed that still count, in the order of the rules, if they are enough. BUNDLE_KEY, BUNDLE_REVOKED, BUNDLE_SIGNERS. */
export function countSigners(
  path: string,
  found: readonly TrustedSigner[],
  rules: SignerRules,
): readonly BundleSigner[] {
  const counts = (signer: TrustedSigner): boolean => signer.isValid && !rules.revokedKeys.has(signer.hint);
  for (const use of ['publish', 'flight'] as const) {
    const needed = rules.thresholds[use] ?? 0;
    const signed = found.filter((signer) => signer.use === use);
    if (signed.filter(counts).length >= needed) continue;
    const revoked = signed.find(({ hint }) => rules.revokedKeys.has(hint));
    if (revoked !== undefined) {
      throw refuse('BUNDLE_REVOKED', path, `Expected signatures by keys in use, got key '${revoked.name}', revoked.`);
    }
    const outside = signed.find(({ isValid }) => !isValid);
    if (outside !== undefined) {
      const window = `valid ${outside.window}`;
      throw refuse('BUNDLE_KEY', path, `Expected signatures by keys valid now, got key '${outside.name}', ${window}.`);
    }
    const names = signed.map(({ name }) => `'${name}'`).join(', ') || 'none';
    throw refuse('BUNDLE_SIGNERS', path, `Expected ${needed} trusted signers for ${use}, got ${names}.`);
  }
  return rules.signers
    .filter((signer) => found.includes(signer) && counts(signer))
    .map(({ name, hint, use }) => ({ name, hint, use }));
}

function trustedSigners(
  dir: string,
  { envelope, payload, further }: FolderSignatures,
  { rules, signatureName }: { readonly rules: SignerRules; readonly signatureName: string },
): readonly TrustedSigner[] {
  const message = preAuthenticationEncoding(payload);
  const named = rules.signers.filter(({ key }) => isEcdsa(key) && isNamedKey(key, envelope.key));
  const found = new Set(
    named.filter(({ key }) => envelope.signatures.some((signature) => isSignedBy(key, message, signature))),
  );
  if (named.length > 0 && found.size === 0) throw wrongSignature(join(dir, signatureName));
  for (const { keyid, sig } of further) {
    const signer = rules.signers.find(({ hint }) => hint === keyid);
    if (signer === undefined) continue;
    if (!isSignedBy(signer.key, message, sig)) throw wrongSignature(join(dir, FLIGHT_SIGNATURE_FILE));
    found.add(signer);
  }
  return [...found];
}

function wrongSignature(path: string): Error {
  return refuse('BUNDLE_SIGNATURE', path, 'Expected the signature to match the signed payload, but it does not.');
}

function noTrustedKey(rules: SignerRules, { envelope, further }: FolderSignatures): string {
  const trusted = rules.signers.map(({ hint }) => hint).join(' or ');
  const named = [envelope.key.hint ?? 'an embedded key', ...further.map(({ keyid }) => keyid)].join(' and ');
  return `Expected a signature by key ${trusted}, got one by ${named}.`;
}
