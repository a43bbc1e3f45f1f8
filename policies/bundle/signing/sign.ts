import { createPublicKey } from 'node:crypto';
import { basename, join, resolve } from 'node:path';
import { writeFileAtomically } from '../file-errors.ts';
import { formatEnvelope, preAuthenticationEncoding } from './dsse.ts';
import { keyHint, readPrivateKey, signMessage } from './keys.ts';
import { refuse } from './refuse.ts';
import { checkFolder, listFiles, readListed } from './scan.ts';
import { compareNames, formatStatement, type SignedResource } from './statement.ts';

/** The signature's file inside the bundle; it signs every other file of the folder. */
export const SIGNATURE_FILE = 'bundle.sig';

/**
 * Signs every file of a folder and writes `bundle.sig` into it (OpenSSF Model Signing v1.0, method `key`: a Sigstore
 * bundle v0.3 around a DSSE envelope around an in-toto statement). An existing signature is replaced.
 *
 * The content of all other files is untouched; the signature itself differs from run to run, as ECDSA draws a random number.
 * Errors: MISUSE (key), BUNDLE_MALFORMED (empty folder, symbolic link, name not UTF-8), FILE_*, DISK_FULL.
 */
export function signBundle(dir: string, privateKeyPem: string): void {
  checkFolder(dir);
  const path = join(dir, SIGNATURE_FILE);
  writeFileAtomically(path, Buffer.from(signatureOf(dir, basename(resolve(dir)), privateKeyPem), 'utf8'));
}

/** The signature file's text for a folder that will be published under the name `subject`. */
export function signatureOf(dir: string, subject: string, privateKeyPem: string): string {
  const privateKey = readPrivateKey(privateKeyPem);
  const names = listFiles(dir, [SIGNATURE_FILE]).sort(compareNames);
  if (names.length === 0) throw refuse('BUNDLE_MALFORMED', dir, `Expected files to sign in '${dir}', got none.`);
  const resources = names.map((name): SignedResource => ({ name, digest: readListed(dir, name).digest }));
  const payload = formatStatement(subject, resources, [SIGNATURE_FILE]);
  const signature = signMessage(privateKey, preAuthenticationEncoding(payload));
  return formatEnvelope(keyHint(createPublicKey(privateKey)), payload, signature);
}
