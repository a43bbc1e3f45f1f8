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

/** A pair of keys as PEM texts: PKCS#8 and SPKI. */
export interface SigningKey {
  readonly privateKeyPem: string;
  readonly publicKeyPem: string;
  /** Fingerprint by which signatures name the key: SHA-256 of the SPKI PEM text, hex. */
  readonly hint: string;
}

/** A new ECDSA P-256 key pair, from the randomness of the operating system. */
export function generateSigningKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
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

/** Reads a private EC key; throws MISUSE for anything else or a curve outside P-256, P-384, P-521. */
export function readPrivateKey(pem: string): KeyObject {
  return checkCurve(
    readKey(() => createPrivateKey(pem), 'private'),
    'private',
  );
}

/** Reads a trusted public EC key; throws MISUSE for anything else, also for a private key in its place. */
export function readPublicKey(pem: string): KeyObject {
  const key = readKey(() => {
    if (!pem.includes('-----BEGIN PUBLIC KEY-----')) throw new Error('not an SPKI PEM text');
    return createPublicKey(pem);
  }, 'public');
  return checkCurve(key, 'public');
}

/** DER signature over `message` with the hash that belongs to the key's curve. */
export function signMessage(privateKey: KeyObject, message: Uint8Array): Buffer {
  return sign(hashFor(privateKey), message, privateKey);
}

/** Whether a DER signature over `message` is by this key. */
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

function checkCurve(key: KeyObject, what: string): KeyObject {
  const curve = key.asymmetricKeyDetails?.namedCurve;
  if (curve === undefined || HASH_OF_CURVE[curve] === undefined) {
    throw keyError(what, curve === undefined ? `a key of type '${key.asymmetricKeyType}'` : `curve '${curve}'`);
  }
  return key;
}

function keyError(what: string, got: string, cause?: unknown): SpaceCloudError {
  return new SpaceCloudError(
    'MISUSE',
    `Expected the ${what} key as a PEM text on curve P-256, P-384 or P-521, got ${got}.`,
    {
      hint: 'Make a pair with generateSigningKey() or openssl (ecparam -name prime256v1); keys with a pass phrase are not read.',
      cause,
    },
  );
}

function hashFor(key: KeyObject): string {
  return HASH_OF_CURVE[key.asymmetricKeyDetails?.namedCurve ?? ''] as string;
}
