import { createPublicKey } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { writeFileAtomically } from '../file-errors.ts';
import { formatEnvelope, formatPlainEnvelope, PAYLOAD_TYPE, preAuthenticationEncoding } from './dsse.ts';
import { keyHint, readEcdsaPrivateKey, readPrivateKey, signMessage } from './keys.ts';
import { refuse } from './refuse.ts';
import { checkFolder, listFiles, readListed } from './scan.ts';
import { FLIGHT_SIGNATURE_FILE, SIGNATURE_FILE } from './signature-files.ts';
import { compareNames, formatStatement, parseStatement, type SignedResource } from './statement.ts';
import { compareFiles, readSignatures } from './verify.ts';

/** Files that a signature does not sign. */
const UNSIGNED_FILES = [SIGNATURE_FILE, FLIGHT_SIGNATURE_FILE];

/**
 * Signs every file of a folder and writes `bundle.sig` into it (OpenSSF Model Signing v1.0, method `key`: a Sigstore
 * bundle v0.3 around a DSSE envelope around an in-toto statement). An existing signature is replaced, and a `flight.sig`
 * over other files removed.
 *
 * The content of all other files is untouched; the signature itself differs from run to run, as ECDSA draws a random number.
 * Errors: MISUSE (key), BUNDLE_MALFORMED (empty folder, symbolic link, name not UTF-8), FILE_*, DISK_FULL.
 */
export function signBundle(dir: string, privateKeyPem: string): void {
  checkFolder(dir);
  const path = join(dir, SIGNATURE_FILE);
  writeFileAtomically(path, Buffer.from(signatureOf(dir, basename(resolve(dir)), privateKeyPem), 'utf8'));
  const further = join(dir, FLIGHT_SIGNATURE_FILE);
  if (existsSync(further) && !isOverSamePayload(dir)) rmSync(further);
}

/** The signature file's text for a folder that will be published under the name `subject`. */
export function signatureOf(dir: string, subject: string, privateKeyPem: string): string {
  const privateKey = readEcdsaPrivateKey(privateKeyPem);
  const names = listFiles(dir, UNSIGNED_FILES).sort(compareNames);
  if (names.length === 0) throw refuse('BUNDLE_MALFORMED', dir, `Expected files to sign in '${dir}', got none.`);
  const resources = names.map((name): SignedResource => ({ name, digest: readListed(dir, name).digest }));
  const payload = formatStatement(subject, resources, UNSIGNED_FILES);
  const signature = signMessage(privateKey, preAuthenticationEncoding(payload));
  return formatEnvelope(keyHint(createPublicKey(privateKey)), payload, signature);
}

/**
 * Adds a signature over what `bundle.sig` signs to `flight.sig`: by an Ed25519 flight key, or by a second publisher. The
 * files are compared with the statement first; whose key made `bundle.sig` is not checked, as a verifier does that.
 *
 * Errors: MISUSE (key); BUNDLE_MISSING, BUNDLE_CHANGED, BUNDLE_EXTRA, BUNDLE_MALFORMED, BUNDLE_SIGNATURE; FILE_*, DISK_FULL.
 */
export function countersignBundle(dir: string, privateKeyPem: string): void {
  const privateKey = readPrivateKey(privateKeyPem);
  const { payload, further } = readSignatures(dir, SIGNATURE_FILE);
  compareFiles(dir, parseStatement(join(dir, SIGNATURE_FILE), payload), SIGNATURE_FILE);
  const keyid = keyHint(createPublicKey(privateKey));
  const sig = signMessage(privateKey, preAuthenticationEncoding(payload));
  const signatures = [...further.filter((other) => other.keyid !== keyid), { keyid, sig }];
  writeFileAtomically(
    join(dir, FLIGHT_SIGNATURE_FILE),
    Buffer.from(formatPlainEnvelope(PAYLOAD_TYPE, { payload, signatures }), 'utf8'),
  );
}

function isOverSamePayload(dir: string): boolean {
  try {
    return readSignatures(dir, SIGNATURE_FILE).further.length > 0;
  } catch {
    return false;
  }
}
