import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { SpaceCloudError } from '../../../core/index.ts';
import type { NamedKey } from './dsse.ts';

/** Hash paired with each curve (OpenSSF Model Signing v1.0, algorithm registry). */
const HASH_OF_CURVE: Readonly<Record<string, string>> = {
  prime256v1: 'sha256',
  secp384r1: 'sha384',
  secp521r1: 'sha512',
};

/** Kinds of keys that are made here: ECDSA on P-256, which `bundle.sig` needs, and Ed25519 (RFC 8032) for flight keys. */
export type SigningKeyType = 'p256' | 'ed25519';

/** A pair of keys as PEM texts: PKCS#8 and SPKI. */
export interface SigningKey {
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
  /** Fingerprint by which signatures name the key: SHA-256 of the SPKI PEM text, hex. */
  readonly hint: string;
}

/** A new key pair, from the randomness of the operating system. */
export function generateSigningKey(type: SigningKeyType = 'p256'): SigningKey {
  const { privateKey, publicKey } =
    type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    publicKeyPem: spkiPem(publicKey),
    hint: keyHint(publicKey),
  };
}

/** SHA-256 of the key's SPKI PEM text as exported (with its final newline), hex. */
export function keyHint(publicKey: KeyObject): string {
  return createHash('sha256').update(spkiPem(publicKey)).digest('hex');
}

/** Fingerprint of a public key by which signatures and revocations name it, hex. Throws MISUSE for what is no such key. */
export function fingerprintOf(publicKeyPem: string): string {
  return keyHint(readPublicKey(publicKeyPem));
}

/** Reads a private key, ECDSA or Ed25519; throws MISUSE for anything else or a curve outside P-256, P-384, P-521. */
export function readPrivateKey(pem: string): KeyObject {
  return checkType(
    readKey(() => createPrivateKey(pem), 'private'),
    'private',
  );
}

/** Reads a private ECDSA key, the only kind that OpenSSF Model Signing v1.0 knows; throws MISUSE for anything else. */
export function readEcdsaPrivateKey(pem: string): KeyObject {
  const key = readPrivateKey(pem);
  if (isEcdsa(key)) return key;
  throw new SpaceCloudError('MISUSE', "Expected the private key of a bundle's signature to be ECDSA, got Ed25519.", {
    hint: 'Sign with a P-256 key, and add the Ed25519 one as a flight key: its signature goes into a file of its own.',
  });
}

/** Reads a trusted public key, ECDSA or Ed25519; throws MISUSE for anything else, also for a private key in its place. */
export function readPublicKey(pem: string): KeyObject {
  const key = readKey(() => {
    if (!pem.includes('-----BEGIN PUBLIC KEY-----')) throw new Error('not an SPKI PEM text');
    return createPublicKey(pem);
  }, 'public');
  return checkType(key, 'public');
}

/** Whether the key may sign by the `key` method of OpenSSF Model Signing. */
export function isEcdsa(key: KeyObject): boolean {
  return key.asymmetricKeyType === 'ec';
}

/** Signature over `message`: DER with the hash of the curve for ECDSA, 64 bytes for Ed25519. */
export function signMessage(privateKey: KeyObject, message: Uint8Array): Buffer {
  return sign(hashFor(privateKey), message, privateKey);
}

/** Whether a signature over `message` is by this key. */
export function isSignedBy(publicKey: KeyObject, message: Uint8Array, signature: Uint8Array): boolean {
  return verify(hashFor(publicKey), message, publicKey, signature);
}

/** Whether the key named in a signature file is the trusted one; true when the file names none. */
export function isNamedKey(trusted: KeyObject, named: NamedKey): boolean {
  if (named.hint !== undefined && named.hint !== keyHint(trusted)) return false;
  if (named.embedded === undefined) return true;
  const spkiDer = trusted.export({ type: 'spki', format: 'der' });
  return named.embedded.equals(spkiDer) || named.embedded.toString('utf8').trim() === spkiPem(trusted).trim();
}

function spkiPem(key: KeyObject): string {
  return key.export({ type: 'spki', format: 'pem' }) as string;
}

function readKey(read: () => KeyObject, what: string): KeyObject {
  try {
    return read();
  } catch (cause) {
    throw keyError(what, 'something else', cause);
  }
}

function checkType(key: KeyObject, what: string): KeyObject {
  if (key.asymmetricKeyType === 'ed25519') return key;
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === undefined || HASH_OF_CURVE[curve] === undefined) {
    throw keyError(what, curve === undefined ? `a key of type '${key.asymmetricKeyType}'` : `curve '${curve}'`);
  }
  return key;
}

function keyError(what: string, got: string, cause?: unknown): SpaceCloudError {
  return new SpaceCloudError(
    'MISUSE',
    `Expected the ${what} key as a PEM text, Ed25519 or on curve P-256, P-384 or P-521, got ${got}.`,
    {
      hint: 'Make a pair with generateSigningKey() or openssl (ecparam -name prime256v1); keys with a pass phrase are not read.',
      cause,
    },
  );
}

/** Null for Ed25519, which hashes by itself. */
function hashFor(key: KeyObject): string | null {
  return isEcdsa(key) ? (HASH_OF_CURVE[key.asymmetricKeyDetails?.namedCurve ?? ''] as string) : null;
}
